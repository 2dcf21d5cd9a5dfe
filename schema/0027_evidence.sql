-- 0027_evidence.sql: which parts of a symptom's time a rule claims, so that no part is explained twice.
-- The conventions are those of 0001_init.sql.

ALTER TABLE claim ADD COLUMN evidence TEXT; -- JSON array of symptom_blame.id; NULL: it claims packets, not parts of
                                            -- their time
