-- 0026_uncertain_late.sql: intervals that would be late, but packet records were lost in them.
-- The conventions are those of 0001_init.sql.

ALTER TABLE stage_latency ADD COLUMN uncertain_late INTEGER NOT NULL DEFAULT 0; -- of `uncertain`: they took 50 ms, or
	-- what --late says, if it was the same packet all the time
