-- keys.sql: what there is of each metric.
SELECT m.id, s.key, m.unit = 'ns', m.counted, m.least, m.share FROM metric AS m JOIN series AS s ON s.metric = m.id
GROUP BY m.rowid, m.id, s.key ORDER BY m.rowid, s.key
