-- 0025_monitor.sql: what a monitor (ping) says of its echo requests, and what the recording says of the same ones.
-- The conventions are those of 0001_init.sql, but for times of the monitor: these are CLOCK_REALTIME.

ALTER TABLE echo_request ADD COLUMN there_ns INTEGER;  -- of answered ones: the request on this host; NULL: not answered
ALTER TABLE echo_request ADD COLUMN beyond_ns INTEGER; -- from its last stage to the reply's first
ALTER TABLE echo_request ADD COLUMN back_ns INTEGER;   -- the reply on this host

CREATE TABLE monitor(                 -- the pings in the file of --monitor
	ping          INTEGER PRIMARY KEY, -- from 1, in the file's order
	line          INTEGER,           -- where it begins; NULL: a capture
	saddr         TEXT,              -- of the requests; NULL: not told
	daddr         TEXT NOT NULL,
	id            INTEGER,           -- identifier; NULL: not told
	first_seq     INTEGER NOT NULL,  -- sequence numbers, counted on where 16 bits wrap
	last_seq      INTEGER NOT NULL,
	whole         INTEGER NOT NULL,  -- 1: it sent no others than those
	end_ns        INTEGER            -- a capture: time of its last packet; NULL: text
) STRICT;

CREATE TABLE monitor_echo(            -- its echo requests
	ping          INTEGER NOT NULL,
	seq           INTEGER NOT NULL,  -- counted on
	sent_ns       INTEGER,           -- NULL: not told
	answer_ns     INTEGER,           -- a capture: when the answer came
	rtt_ns        INTEGER,           -- text: what the line says
	said          TEXT NOT NULL,     -- 'sent', 'answered', 'no answer', or which error came back
	PRIMARY KEY(ping, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE monitor_match(           -- judged: to which recorded requests a ping belongs
	ping          INTEGER PRIMARY KEY,
	-- 'one'; 'none'; 'several' fit as well as each other; 'other times': requests with these numbers were recorded,
	-- but not when the monitor sent them
	found         TEXT NOT NULL,
	saddr         TEXT,              -- found one: of the recorded requests; and their identifier
	id            INTEGER,
	run           INTEGER,           -- which of those with the same addresses and identifier
	shift         INTEGER,           -- what the monitor's numbers are ahead of the recorded ones
	echoes        INTEGER NOT NULL,  -- found at the same numbers
	clock_ns      INTEGER            -- this host's clock minus the monitor's; NULL: the monitor tells no times
) STRICT;

CREATE TABLE monitor_outcome(         -- judged: each of the monitor's requests once
	ping          INTEGER NOT NULL,
	number        INTEGER NOT NULL,  -- sequence number, counted on
	-- what the monitor counts it as: 'in time', 'late' (as in echo_outcome), 'lost', 'open': the capture ended too
	-- soon after it
	counts        TEXT NOT NULL,
	said          TEXT NOT NULL,     -- as in monitor_echo
	rtt_ns        INTEGER,           -- at the monitor; NULL: not answered, or not told
	sent_ns       INTEGER,           -- CLOCK_REALTIME of the recording; NULL: not known
	here_rtt_ns   INTEGER,           -- as recorded; NULL: not answered, or not found
	-- 'in time', 'late', 'late beyond': answered here; late beyond: most of that time it was not seen here;
	-- 'lost here'; 'left' this host, and nothing came back; 'not seen' here; 'outside' of the recording; 'unknown'
	class         TEXT NOT NULL,
	why           TEXT,
	PRIMARY KEY(ping, number)
) STRICT, WITHOUT ROWID;
