INSERT OR REPLACE INTO scan_file VALUES(?, ?, ?);
