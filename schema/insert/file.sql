INSERT INTO file(
	id, path, size
) VALUES(?, ?, ?);
