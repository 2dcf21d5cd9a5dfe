INSERT INTO counter_delta(
	win, netns, name, delta
) VALUES(?, ?, ?, ?);
