INSERT INTO damage(
	file, offset, length, what
) VALUES(?, ?, ?, ?);
