-- line.sql: what was found of a side's clock.
INSERT INTO clock_line VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
