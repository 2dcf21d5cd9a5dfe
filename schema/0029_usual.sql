-- 0029_usual.sql: what an interval usually takes is not part of what makes it late.
-- The conventions are those of 0001_init.sql.

ALTER TABLE symptom ADD COLUMN usual_ns INTEGER NOT NULL DEFAULT 0; -- late: the interval's median, at most 5 ms
