-- not_observed: Which probes of these record types were not attached, and why? :types is a JSON array of names.
SELECT CASE WHEN p.status = 2 THEN printf('not observed: probe %s could not be attached%s', p.name,
		CASE p.detail WHEN '' THEN '' ELSE ': ' || p.detail END)
	ELSE printf('not observed: probe %s was not asked for%s', p.name,
		CASE p.detail WHEN '' THEN '' ELSE ': ' || p.detail END) END AS text
FROM probe AS p JOIN record_count AS r ON r.type = p.type JOIN json_each(:types) AS t ON t.value = r.name
WHERE p.status <> 1
UNION ALL
SELECT printf('not observed: the recording holds no %s records', t.value)
FROM json_each(:types) AS t LEFT JOIN record_count AS r ON r.name = t.value
WHERE coalesce(r.rows, 0) = 0 AND coalesce(r.lost, 0) = 0
	AND NOT EXISTS (SELECT 1 FROM probe AS p WHERE p.type = r.type)
