INSERT INTO softnet(
	win, cpu, processed, dropped, squeezed
) VALUES(?, ?, ?, ?, ?);
