INSERT OR IGNORE INTO location(
	addr, symbol, offset, module
) VALUES(?, ?, ?, ?);
