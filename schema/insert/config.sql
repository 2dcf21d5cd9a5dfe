INSERT OR REPLACE INTO config(
	key, value
) VALUES(?, ?);
