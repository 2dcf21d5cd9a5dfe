INSERT OR REPLACE INTO scan_trace VALUES(?, ?, ?);
