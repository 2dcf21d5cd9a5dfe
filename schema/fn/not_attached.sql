-- not_attached(types): why none of these record types could be had although they were asked for; NULL: some were not
-- asked for.
SELECT CASE WHEN count(*) = (SELECT count(*) FROM json_each('["' || replace(?1, ',', '","') || '"]'))
	THEN 'could not be attached: ' || group_concat(DISTINCT detail) END
FROM (SELECT r.name, max(p.detail) AS detail FROM json_each('["' || replace(?1, ',', '","') || '"]') AS t
	JOIN record_count AS r ON r.name = t.value JOIN probe AS p ON p.type = r.type
	GROUP BY r.name HAVING min(p.status) = 2)
