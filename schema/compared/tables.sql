-- tables.sql: what a comparison works on: figures of each recording (run) of either side, and what came of them.
-- side: 'before', 'after'. Times are in ns. NULL: not recorded or not observed.

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

-- One row for each statistic that was compared.
CREATE TABLE change(
	metric TEXT NOT NULL, key TEXT NOT NULL, stat TEXT NOT NULL, -- 'mean', 'P50', 'P99'; 'rate'
	before REAL NOT NULL, after REAL NOT NULL,
	low REAL, high REAL, -- 95 % interval of after - before; NULL with the next four: too few windows to tell
	p REAL, p_adjusted REAL, df REAL,
	least REAL,                 -- smallest change for the worse that would have been found, 8 times in 10
	effect REAL NOT NULL,       -- P(after > before)
	block_before REAL, block_after REAL, windows_before INTEGER NOT NULL, windows_after INTEGER NOT NULL) STRICT;
