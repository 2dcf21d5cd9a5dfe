-- findings: What is wrong, and why?
-- devices: none
-- none: no finding
SELECT rank, cause, severity, round(confidence, 2) AS confidence, round(share, 3) AS share, symptom, site AS "where",
	who, chain, advice FROM finding ORDER BY rank LIMIT :top;

-- chains: From cause to symptom, and what to do
-- devices: none
-- none: no finding
SELECT finding_text(rank, 1) AS text FROM finding ORDER BY rank LIMIT :top;

-- judged: Was it judged?
-- devices: none
SELECT 'an older netanalyze made this database and judged nothing: analyze the recording again' AS text
	WHERE NOT judged();
