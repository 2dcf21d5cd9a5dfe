-- 0007_echo.sql: echo requests and their replies.
-- The conventions are those of 0001_init.sql.

CREATE TABLE echo(                    -- echo requests (ping), by sender and receiver of the request
	win           INTEGER NOT NULL,
	ethertype     INTEGER NOT NULL,
	saddr         TEXT NOT NULL,
	daddr         TEXT NOT NULL,
	requests      INTEGER NOT NULL,
	answered      INTEGER NOT NULL,  -- of those: the reply was seen, too
	again         INTEGER NOT NULL,  -- further replies
	there_sum_ns  INTEGER NOT NULL,  -- of answered ones: the request on this host
	there_max_ns  INTEGER NOT NULL,
	beyond_sum_ns INTEGER NOT NULL,  -- from its last stage to the reply's first
	beyond_max_ns INTEGER NOT NULL,
	back_sum_ns   INTEGER NOT NULL,  -- the reply on this host
	back_max_ns   INTEGER NOT NULL,
	n             INTEGER NOT NULL,  -- of the whole round trip
	sum_ns        INTEGER NOT NULL,
	min_ns        INTEGER NOT NULL,
	max_ns        INTEGER NOT NULL,
	hist          BLOB NOT NULL
) STRICT;
