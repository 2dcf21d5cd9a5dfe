-- change.sql: what came of a comparison: one row for each statistic that was compared.
CREATE TABLE change(
	metric TEXT NOT NULL, key TEXT NOT NULL, stat TEXT NOT NULL, -- 'mean', 'P50', 'P99'; 'rate'
	before REAL NOT NULL, after REAL NOT NULL,
	low REAL, high REAL, -- 95 % interval of after - before; NULL with the next four: too few windows to tell
	p REAL, p_adjusted REAL, df REAL,
	least REAL,                 -- smallest change for the worse that would have been found, 8 times in 10
	effect REAL NOT NULL,       -- P(after > before)
	block_before REAL, block_after REAL, windows_before INTEGER NOT NULL, windows_after INTEGER NOT NULL) STRICT;
