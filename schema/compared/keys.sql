-- keys.sql: what there is of each metric. family: what its p-values are weighted with, see compare/contrast.c.
SELECT m.id, s.key, m.unit = 'ns', m.counted, m.least, m.share,
	CASE WHEN m.counted THEN 0 ELSE m.kind END AS family
FROM metric AS m JOIN series AS s ON s.metric = m.id
GROUP BY m.rowid, m.id, s.key ORDER BY m.rowid, s.key
