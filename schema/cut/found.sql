-- found: Is cause ?1 found, and no cause before it but those of ?2, a JSON array? ?3: be it not worth mentioning.
SELECT EXISTS (SELECT 1 FROM finding AS f WHERE f.cause = ?1 AND (?3 OR f.severity <> 'info')
	AND NOT EXISTS (SELECT 1 FROM finding AS b WHERE b.rank < f.rank AND b.severity <> 'info' AND b.cause <> ?1
		AND b.cause NOT IN (SELECT value FROM json_each(?2))))
