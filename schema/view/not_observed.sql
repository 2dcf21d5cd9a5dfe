-- not_observed: Which probes of these record types were not attached, and why? :types is a JSON array of names.
SELECT printf('not observed: probe%s %s%s %s%s', CASE count(*) WHEN 1 THEN '' ELSE 's' END, group_concat(p.name, ', ')
	FILTER (WHERE nth <= 5),
	CASE WHEN count(*) > 5 THEN printf(' and %d more (see netanalyze show probes)', count(*) - 5) ELSE '' END,
	CASE WHEN p.status = 2 THEN 'could not be attached' WHEN count(*) = 1 THEN 'was not asked for'
		ELSE 'were not asked for' END,
	CASE p.detail WHEN '' THEN '' ELSE ': ' || p.detail END) AS text
FROM (SELECT name, status, detail, row_number() OVER (PARTITION BY status, detail ORDER BY id) AS nth
	FROM (SELECT DISTINCT p.id, p.name, p.status, p.detail FROM probe AS p JOIN record_count AS r ON r.type = p.type
		JOIN json_each(:types) AS t ON t.value = r.name WHERE p.status <> 1)
	ORDER BY nth) AS p
GROUP BY p.status, p.detail
UNION ALL
SELECT printf('not observed: the recording holds no %s records', t.value)
FROM json_each(:types) AS t LEFT JOIN record_count AS r ON r.name = t.value
WHERE coalesce(r.rows, 0) = 0 AND coalesce(r.lost, 0) = 0
	AND NOT EXISTS (SELECT 1 FROM probe AS p WHERE p.type = r.type)
