-- 0014_call.sql: intervals that contain others.
-- The conventions are those of 0001_init.sql.

ALTER TABLE stage ADD COLUMN call INTEGER;    -- the stage where the call began that returns at this one; NULL: none
UPDATE stage SET call = 7 WHERE id = 8;       -- net_dev_start_xmit, net_dev_xmit
