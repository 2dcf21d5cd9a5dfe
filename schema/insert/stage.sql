INSERT OR REPLACE INTO stage(
	id, name, role, aux, doc, place, mover
) VALUES(?, ?, ?, ?, ?, ?, ?);
