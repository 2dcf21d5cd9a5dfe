-- A link of the chain that is NULL is left out.
INSERT INTO claim(rule, symptom, packets, confidence, site, who, chain) VALUES(?1, ?2, ?3, ?4, ?5, ?6,
	(SELECT json_group_array(value) FROM json_each(?7) WHERE type <> 'null'))
