INSERT OR REPLACE INTO scan_rows VALUES(?, ?, ?, ?);
