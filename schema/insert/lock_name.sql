INSERT OR IGNORE INTO lock_name(
	addr, symbol, offset, module
) VALUES(?, ?, ?, ?);
