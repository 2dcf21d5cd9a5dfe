-- symptoms_text(rule, site, who): what happened to the packets that these claims explain: drops for one reason at one
-- place are one thing, whatever they passed before.
SELECT group_concat(text, ', ') FROM (
	SELECT symptom_text(min(s.id), sum(c.n), sum(s.packets)) AS text
	FROM (SELECT symptom, sum(explained) AS n FROM claim WHERE rule = ?1 AND site = ?2 AND who = ?3
			AND explained > 0 GROUP BY symptom) AS c
		JOIN symptom AS s ON s.id = c.symptom
	GROUP BY CASE s.kind WHEN 'lost' THEN s.reason || ' ' || s.place ELSE s.id END
	ORDER BY sum(c.n) DESC, min(s.id))
