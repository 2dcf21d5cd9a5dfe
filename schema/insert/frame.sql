INSERT OR IGNORE INTO frame(
	stack, depth, addr, symbol, offset, module
) VALUES(?, ?, ?, ?, ?, ?);
