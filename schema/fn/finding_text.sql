-- finding_text(rank): a finding from its cause to its symptom, since when, and what to do.
SELECT printf('%d. %s', rank, CASE WHEN severity <> 'info' THEN printf('Since %s, within %s: ',
		clock_text(win_at(first_win)),
		duration_text((last_win - first_win + 1) * (SELECT window_ns FROM trace)))
		ELSE '' END || (SELECT group_concat(value, CASE cause WHEN 'harmless' THEN ', ' ELSE ' → ' END)
	FROM json_each(chain))) || CASE WHEN severity <> 'info' THEN printf('. Do: %s', advice) ELSE '' END
FROM finding WHERE rank = ?1
