INSERT INTO vm(
	pid, name, args
) VALUES(?, ?, ?);
