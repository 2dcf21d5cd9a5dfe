-- saved.sql: what is kept as baseline ?1 by version ?2, now.
INSERT INTO baseline(side, saved_at, version) VALUES (?1,
	CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000000, ?2)
