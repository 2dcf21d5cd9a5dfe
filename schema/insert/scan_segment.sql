INSERT OR REPLACE INTO scan_segment VALUES(?, ?, ?, ?, ?, ?);
