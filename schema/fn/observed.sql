-- observed(record name): could records of this type have come: was one of its probes attached, or did any come?
SELECT EXISTS (SELECT 1 FROM record_count AS r WHERE r.name = ?1 AND (r.rows > 0 OR r.lost > 0
	OR EXISTS (SELECT 1 FROM probe AS p WHERE p.type = r.type AND p.status = 1)))
