-- stage_observed(name): could packets be seen at this stage: was its probe attached, or was any seen there?
SELECT EXISTS (SELECT 1 FROM stage AS s WHERE s.name = ?1
	AND (EXISTS (SELECT 1 FROM probe AS p WHERE p.stage = s.id AND p.status = 1)
	OR EXISTS (SELECT 1 FROM stage_count AS c WHERE c.stage = s.id)))
