-- Can anything be said about these record types: was one of their probes attached, or did any such record come?
SELECT EXISTS (SELECT 1 FROM json_each(:types) AS t JOIN record_count AS r ON r.name = t.value
	WHERE r.rows > 0 OR r.lost > 0 OR EXISTS (SELECT 1 FROM probe AS p WHERE p.type = r.type AND p.status = 1))
