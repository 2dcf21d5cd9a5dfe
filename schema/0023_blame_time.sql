-- 0023_blame_time.sql: when slow intervals were late.
-- The conventions are those of 0001_init.sql.

ALTER TABLE blame ADD COLUMN first_win INTEGER; -- window of the first interval that counts in late; NULL: none does
ALTER TABLE blame ADD COLUMN last_win INTEGER;
