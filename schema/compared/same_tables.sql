-- same_tables.sql: 1 when every table of what was gathered has the same columns in a file of baselines (kept).
SELECT NOT EXISTS (SELECT 1 FROM main.sqlite_master AS m
	WHERE m.type = 'table'
		AND EXISTS (SELECT 1 FROM pragma_table_info(m.name, 'main') AS c WHERE c.name = 'side')
		AND (SELECT group_concat(name || ' ' || type) FROM pragma_table_info(m.name, 'main'))
		IS NOT (SELECT group_concat(name || ' ' || type) FROM pragma_table_info(m.name, 'kept')))
