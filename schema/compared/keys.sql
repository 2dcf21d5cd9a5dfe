-- keys.sql: what both sides have of each metric.
SELECT m.id, s.key, m.unit = 'ns', m.counted FROM metric AS m JOIN series AS s ON s.metric = m.id
GROUP BY m.rowid, m.id, s.key HAVING count(DISTINCT s.side) = 2 ORDER BY m.rowid, s.key
