-- symptoms_text(rule, site, who): what happened to the packets that these claims are about: drops for one reason at one
-- place
-- are one thing, whatever they passed before.
SELECT group_concat(text, ', ') FROM (
	SELECT CASE WHEN s.kind = 'lost' THEN printf('%d dropped (%s in %s)', sum(s.packets), s.reason, s.place)
		ELSE symptom_text(s.id) END AS text
	FROM (SELECT DISTINCT symptom FROM claim WHERE rule = ?1 AND site = ?2 AND who = ?3 AND explained > 0) AS c
		JOIN symptom AS s ON s.id = c.symptom
	GROUP BY CASE s.kind WHEN 'lost' THEN s.reason || ' ' || s.place ELSE s.id END
	ORDER BY sum(s.packets) DESC, s.id)
