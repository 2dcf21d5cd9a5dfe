-- 0024_blame_chain.sql: why whoever kept the mover waiting did so.
-- The conventions are those of 0001_init.sql.

-- by_deed is told of a sleep, too: what the thread that ended it mostly did meanwhile. by_by: who had the CPU for which
-- that thread waited, who held the lock, who woke it; 0: not known.
ALTER TABLE blame ADD COLUMN by_by INTEGER NOT NULL DEFAULT 0;
