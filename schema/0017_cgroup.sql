-- 0017_cgroup.sql: CPU quotas of cgroups.
-- The conventions are those of 0001_init.sql.

ALTER TABLE thread ADD COLUMN cgroup INTEGER;  -- of the cpu controller; is in cgroup if it is under a quota

CREATE TABLE cgroup(                  -- those under a CPU quota
	id            INTEGER PRIMARY KEY,
	path          TEXT,
	limited       TEXT,              -- path of the cgroup whose quota it is
	quota_ns      INTEGER NOT NULL,  -- CPU time that all its threads may use
	period_ns     INTEGER NOT NULL,  -- in each of these
	periods       INTEGER NOT NULL,  -- recorded, in which something could run
	throttled     INTEGER NOT NULL,  -- of those: the quota was used up
	time_ns       INTEGER NOT NULL   -- that it was throttled, summed over CPUs
) STRICT;
