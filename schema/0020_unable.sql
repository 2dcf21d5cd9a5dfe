-- 0020_unable.sql: what a rule could not look at, and for lack of what.
-- The conventions are those of 0001_init.sql.

ALTER TABLE unable ADD COLUMN about TEXT NOT NULL DEFAULT ''; -- words: symptom.reason of lost packets,
	-- 'late', symptom.mover of late ones
ALTER TABLE unable ADD COLUMN missing TEXT NOT NULL DEFAULT ''; -- record types that were not observed, ','
