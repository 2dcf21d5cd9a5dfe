-- finding: What finding ?1 says, in which time, and which causes the findings before it name. No row: there is none.
SELECT f.cause, first_ns + f.first_win * window_ns AS from_ns, first_ns + (f.last_win + 1) * window_ns - 1 AS to_ns,
	(SELECT json_group_array(cause) FROM finding AS b WHERE b.rank < f.rank AND b.severity <> 'info') AS before,
	(SELECT count(*) FROM finding) AS findings, f.severity = 'info' AS info
FROM trace LEFT JOIN finding AS f ON f.rank = ?1
