-- tables.sql: what is gathered of each recording (run), for a comparison or to be kept as a baseline.
-- side: 'before', 'after'; of a trend 'run'; in a file of baselines the name of the baseline. Times are in ns.
-- NULL: not recorded or not observed.

CREATE TABLE run(
	side TEXT NOT NULL, run INTEGER NOT NULL, -- from 0
	path TEXT NOT NULL, seconds REAL NOT NULL, active INTEGER NOT NULL, packets INTEGER NOT NULL,
	bytes INTEGER NOT NULL, lost INTEGER NOT NULL, complete INTEGER NOT NULL, judged INTEGER NOT NULL,
	-- netrec's own CPU time, in which time, for what
	recorder_ns INTEGER, recorder_span_ns INTEGER, recorder_events INTEGER,
	PRIMARY KEY(side, run)) STRICT;
CREATE TABLE fact(side TEXT NOT NULL, run INTEGER NOT NULL, about TEXT NOT NULL, key TEXT NOT NULL, value TEXT) STRICT;
CREATE TABLE mix(side TEXT NOT NULL, run INTEGER NOT NULL, kind TEXT NOT NULL, packets INTEGER NOT NULL) STRICT;
CREATE TABLE seen(side TEXT NOT NULL, run INTEGER NOT NULL, record TEXT NOT NULL, observed INTEGER NOT NULL) STRICT;
CREATE TABLE lossy(side TEXT NOT NULL, run INTEGER NOT NULL, win INTEGER NOT NULL, record TEXT) STRICT; -- NULL: any
CREATE TABLE traffic(
	side TEXT NOT NULL, run INTEGER NOT NULL, nth INTEGER NOT NULL, traffic TEXT NOT NULL, packets INTEGER NOT NULL,
	in_time INTEGER NOT NULL, late INTEGER NOT NULL, lost_here INTEGER NOT NULL, elsewhere INTEGER NOT NULL,
	unknown INTEGER NOT NULL, longest_ns INTEGER) STRICT;
CREATE TABLE finding(
	side TEXT NOT NULL, run INTEGER NOT NULL, rank INTEGER NOT NULL, cause TEXT NOT NULL, title TEXT NOT NULL,
	severity TEXT NOT NULL, site TEXT NOT NULL, who TEXT NOT NULL, packets INTEGER NOT NULL, share REAL NOT NULL,
	chain TEXT NOT NULL, advice TEXT NOT NULL) STRICT;
CREATE TABLE unable(side TEXT NOT NULL, run INTEGER NOT NULL, rule TEXT NOT NULL, missing TEXT NOT NULL) STRICT;

-- Of each metric and what it is of (key), a row for each window in which there was something to be seen.
CREATE TABLE series(
	side TEXT NOT NULL, run INTEGER NOT NULL, metric TEXT NOT NULL, key TEXT NOT NULL, win INTEGER NOT NULL,
	num REAL, den REAL, -- of a rate
	hist BLOB) STRICT;   -- of a latency
-- The query that measured a metric, as it was then.
CREATE TABLE measured(
	side TEXT NOT NULL, run INTEGER NOT NULL, metric TEXT NOT NULL, query TEXT NOT NULL) STRICT;
-- When it was saved (CLOCK_REALTIME), by which netanalyze.
CREATE TABLE baseline(side TEXT PRIMARY KEY, saved_at INTEGER NOT NULL, version TEXT NOT NULL) STRICT;
