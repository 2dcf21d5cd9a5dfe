-- findings: What is wrong, and why?
-- devices: none
-- none: nothing is wrong as far as was observed
SELECT rank, cause, severity, round(confidence, 2) AS confidence, share * 100 AS share_pct, symptom, site AS "where",
	who, chain, advice FROM finding ORDER BY rank LIMIT :top;
