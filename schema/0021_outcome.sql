-- 0021_outcome.sql: what became of each echo request: in time, late, lost here, lost elsewhere, or not known.
-- The conventions are those of 0001_init.sql.

CREATE TABLE echo_outcome(            -- every echo, once, by what was seen of it
	win           INTEGER NOT NULL,  -- in which that was known
	ethertype     INTEGER NOT NULL,
	saddr         TEXT NOT NULL,     -- of the request
	daddr         TEXT NOT NULL,
	id            INTEGER NOT NULL,  -- identifier
	-- 'in time', 'late': answered within analyze.late_ns, 200 ms when that is not set; not answered: 'left' this
	-- host, 'delivered' here, 'edge' or 'gap' of the recording, 'end unseen', 'request unseen' (only the reply),
	-- 'forgotten' (eviction), 'filtered': the answer is not among what was asked for
	how           TEXT NOT NULL,
	dropped       TEXT,              -- which packet was: 'request', 'reply'; NULL, with the next four: none
	reason        INTEGER,           -- enumerator set skb_drop_reason
	location      INTEGER,
	netns         INTEGER,
	ifindex       INTEGER,
	echoes        INTEGER NOT NULL,
	n             INTEGER NOT NULL,  -- of the whole round trip, of answered ones
	sum_ns        INTEGER NOT NULL,
	min_ns        INTEGER NOT NULL,
	max_ns        INTEGER NOT NULL,
	hist          BLOB NOT NULL
) STRICT;

CREATE TABLE echo_request(            -- single echoes, up to a limit (eviction)
	ts_ns         INTEGER NOT NULL,  -- first sight of the request, or of the reply when that is all
	ethertype     INTEGER NOT NULL,
	saddr         TEXT NOT NULL,
	daddr         TEXT NOT NULL,
	id            INTEGER NOT NULL,
	seq           INTEGER NOT NULL,  -- sequence number, 16 bits
	how           TEXT NOT NULL,     -- from here to ifindex: as in echo_outcome
	dropped       TEXT,
	reason        INTEGER,
	location      INTEGER,
	netns         INTEGER,
	ifindex       INTEGER,
	rtt_ns        INTEGER            -- NULL: not answered
) STRICT;

CREATE TABLE outcome(                 -- echoes, judged: each is in one row
	ethertype     INTEGER NOT NULL,  -- from here to ifindex: as in echo_outcome
	saddr         TEXT NOT NULL,
	daddr         TEXT NOT NULL,
	id            INTEGER NOT NULL,
	how           TEXT NOT NULL,
	dropped       TEXT,
	reason        INTEGER,
	location      INTEGER,
	netns         INTEGER,
	ifindex       INTEGER,
	class         TEXT NOT NULL,     -- 'in time', 'late', 'lost here', 'lost elsewhere', 'unknown'
	why           TEXT,              -- lost here, unknown: in words
	echoes        INTEGER NOT NULL,
	max_ns        INTEGER            -- NULL: none was answered
) STRICT;
