-- tables.sql: recordings of the same time put together. side: 0 is the first one named, to whose clock all times go.
-- *_ns are points in time of the side's own CLOCK_MONOTONIC, *_at_ns on that of side 0. NULL: not known.

CREATE TABLE side(
	side INTEGER PRIMARY KEY, label TEXT NOT NULL, -- what it is called here
	uuid TEXT NOT NULL, boot TEXT, host TEXT, kernel TEXT,
	first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL,
	filter TEXT, -- it holds only what this asks for; NULL: it holds all
	real_ns INTEGER, -- CLOCK_REALTIME at first_ns, as this host has it
	-- up to here every packet is in sighting: there were more of them than are kept; NULL: to the end
	kept_to_ns INTEGER) STRICT;

CREATE TABLE sighting(                -- packets as one side saw them
	side INTEGER NOT NULL, packet INTEGER NOT NULL, -- its id in the analysis of that recording
	-- what is the same of it wherever it is seen, and of no other; ident_tcp: without the IP identification, which
	-- is not there yet where TCP hands a segment to IP; NULL: it has no such thing
	ident TEXT, ident_tcp TEXT,
	flow TEXT, saddr TEXT, daddr TEXT, seq INTEGER, len INTEGER,
	begin_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL,
	came INTEGER NOT NULL,           -- 1: from outside, by its first stage
	first_stage TEXT NOT NULL, first_device TEXT,
	from_tap INTEGER NOT NULL,       -- 1: the first device is a tap
	left INTEGER NOT NULL,           -- 1: by its last device
	out_ns INTEGER NOT NULL,         -- its last stage
	out_stage TEXT NOT NULL, out_device TEXT,
	to_tap INTEGER NOT NULL,         -- 1: it came to the ring of a tap
	read_ns INTEGER,                 -- when a program had read it
	fate TEXT NOT NULL,              -- as in packet of an analysis
	why TEXT,                        -- dropped: reason and place
	missed INTEGER NOT NULL,         -- dropped: 0: by what nobody misses
	gap INTEGER NOT NULL, branch INTEGER NOT NULL,
	PRIMARY KEY(side, packet)) STRICT, WITHOUT ROWID;

CREATE INDEX sighting_ident ON sighting(side, ident);
CREATE INDEX sighting_ident_tcp ON sighting(side, ident_tcp);

CREATE TABLE gap(side INTEGER NOT NULL, from_ns INTEGER NOT NULL, to_ns INTEGER NOT NULL) STRICT; -- packet records lost

CREATE TABLE echo(                    -- single echo requests, as one side saw them: echo_request of an analysis
	side INTEGER NOT NULL, ts_ns INTEGER NOT NULL, saddr TEXT NOT NULL, daddr TEXT NOT NULL, id INTEGER NOT NULL,
	seq INTEGER NOT NULL, how TEXT NOT NULL, dropped TEXT, why TEXT, missed INTEGER, rtt_ns INTEGER,
	here_ns INTEGER, beyond_ns INTEGER) STRICT;

CREATE TABLE finding(                 -- what each side's recording alone says is wrong: finding of an analysis
	side INTEGER NOT NULL, rank INTEGER NOT NULL, cause TEXT NOT NULL, title TEXT NOT NULL, severity TEXT NOT NULL,
	site TEXT NOT NULL, who TEXT NOT NULL, packets INTEGER NOT NULL, share REAL NOT NULL, chain TEXT NOT NULL,
	advice TEXT NOT NULL, PRIMARY KEY(side, rank)) STRICT, WITHOUT ROWID;

CREATE TABLE clock_line(              -- each side's clock beside that of side 0, from packets that both saw
	side INTEGER PRIMARY KEY,
	there INTEGER NOT NULL, back INTEGER NOT NULL, -- packets from side 0, and to it
	-- clock minus that of side 0 at at_ns, and what it gains in each ns; at most *error off. NULL: cannot be told;
	-- only the errors NULL: packets went one way only, and those that took least are taken to have taken no time
	at_ns INTEGER, offset_ns INTEGER, drift REAL, drift_error REAL, error_ns INTEGER,
	bend_ns INTEGER,                 -- in error_ns: by how much the packets contradict any line
	why TEXT) STRICT;                -- why not

CREATE TABLE hop(                     -- steps of the packets that are shown
	side INTEGER NOT NULL, packet INTEGER NOT NULL, n INTEGER NOT NULL, ts_ns INTEGER NOT NULL, stage TEXT NOT NULL,
	device TEXT, cpu INTEGER NOT NULL, PRIMARY KEY(side, packet, n)) STRICT, WITHOUT ROWID;
