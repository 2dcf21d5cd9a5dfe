INSERT INTO counter(
	netns, name, first_ns, last_ns, first, last, delta
) VALUES(?, ?, ?, ?, ?, ?, ?);
