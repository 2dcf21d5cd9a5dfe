-- A link of the chain that is NULL is left out. Where more late packets cannot be judged than can, because records were
-- lost meanwhile, the few that can are no fair sample: nothing is claimed of them.
INSERT INTO claim(rule, symptom, packets, confidence, site, who, chain, evidence)
	SELECT ?1, ?2, ?3, ?4, ?5, ?6, (SELECT json_group_array(value) FROM json_each(?7) WHERE type <> 'null'), ?8
	WHERE uncertain_late(?2) <= (SELECT packets FROM symptom WHERE id = ?2)
