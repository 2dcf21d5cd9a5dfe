INSERT OR REPLACE INTO user_frame(
	ustack, depth, module, addr, symbol, offset
) VALUES(?, ?, ?, ?, ?, ?);
