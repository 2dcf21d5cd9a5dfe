INSERT OR REPLACE INTO module(
	id, build_id, path, name, debug_file
) VALUES(?, ?, ?, ?, ?);
