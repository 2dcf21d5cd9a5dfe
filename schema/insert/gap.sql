INSERT INTO gap(
	from_ns, to_ns, cpu, type, why, lost
) VALUES(?, ?, ?, ?, ?, ?);
