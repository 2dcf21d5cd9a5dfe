INSERT OR REPLACE INTO scan_damage VALUES(?, ?, ?, ?);
