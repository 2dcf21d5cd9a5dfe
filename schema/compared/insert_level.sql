-- insert_level.sql: one figure of one run.
INSERT INTO level(run, metric, key, stat, value, n_before, usual, low, high, p, p_adjusted, least, changed)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
