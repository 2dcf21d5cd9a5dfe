INSERT OR REPLACE INTO enumerator(
	"set", value, text
) VALUES(?, ?, ?);
