-- sided.sql: tables of what was gathered.
SELECT m.name FROM main.sqlite_master AS m WHERE m.type = 'table' AND EXISTS (SELECT 1 FROM
	pragma_table_info(m.name, 'main') AS c WHERE c.name = 'side')
ORDER BY m.name
