INSERT OR REPLACE INTO scan_total VALUES(?, ?, ?);
