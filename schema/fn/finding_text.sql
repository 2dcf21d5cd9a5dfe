-- finding_text(rank, advise): a finding from its cause to its symptom, when that was, and, if so asked, what to do.
SELECT printf('%d. %s%s%s', rank, CASE WHEN severity <> 'info' THEN title_text(finding_when(rank)) || ': ' ELSE '' END,
	(SELECT group_concat(value, CASE cause WHEN 'harmless' THEN ', ' ELSE ' → ' END) FROM json_each(chain)),
	CASE WHEN severity <> 'info' AND ?2 THEN '. Do: ' || advice ELSE '' END)
FROM finding WHERE rank = ?1
