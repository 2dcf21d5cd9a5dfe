INSERT INTO segment(
	number, file, offset, created_ns, closed
) VALUES(?, ?, ?, ?, ?);
