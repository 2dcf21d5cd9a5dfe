-- insert.sql: one comparison.
INSERT INTO change(metric, key, stat, before, after, low, high, p, df, effect, block_before, block_after,
	windows_before,
	windows_after) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
