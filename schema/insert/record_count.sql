INSERT INTO record_count(
	type, name, rows, written, lost
) VALUES(?, ?, ?, ?, ?);
