-- The tables that `netanalyze info` and `verify` fill from a recording without analyzing it; never stored.
CREATE TABLE scan_trace(path TEXT, uuid TEXT, n_cpus INTEGER);
CREATE TABLE scan_file(id INTEGER PRIMARY KEY, path TEXT, size INTEGER);
CREATE TABLE scan_segment(id INTEGER PRIMARY KEY, number INTEGER, file INTEGER, offset INTEGER, created_ns INTEGER,
	closed INTEGER,
	headless INTEGER, -- 1: its segment block cannot be read; its number is that of one that is missing
	copies INTEGER);  -- how often it is there besides
CREATE TABLE scan_damage(file INTEGER, offset INTEGER, length INTEGER, what TEXT);
-- bad: why its rows cannot be read; NULL: they can
CREATE TABLE scan_block(id INTEGER PRIMARY KEY, file INTEGER, segment INTEGER, offset INTEGER, stream INTEGER,
	seq INTEGER,
	rows INTEGER, from_ns INTEGER, to_ns INTEGER, lost INTEGER, stored INTEGER, raw INTEGER, definitions INTEGER,
		bad TEXT,
	unknown INTEGER); -- 1: of a later version, which is why
-- blocks that hold no rows; segment NULL: none had begun
CREATE TABLE scan_other(file INTEGER, segment INTEGER, offset INTEGER, kind INTEGER, stored INTEGER);
CREATE INDEX scan_other_place ON scan_other(file, offset);
CREATE INDEX scan_damage_place ON scan_damage(file, offset);
CREATE INDEX scan_block_place ON scan_block(file, offset);
CREATE TABLE scan_rows(type INTEGER PRIMARY KEY, name TEXT, definition INTEGER, n INTEGER);
CREATE TABLE scan_config(key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE scan_clock(mono_ns INTEGER, real_ns INTEGER);
CREATE TABLE scan_total(type INTEGER, written INTEGER, lost INTEGER);
CREATE TABLE scan_gap(cpu INTEGER, type INTEGER, why INTEGER, from_ns INTEGER, to_ns INTEGER, lost INTEGER);
