-- lost_while(types, symptom): were records of one of these types lost on some CPU for a twentieth of the time that this
-- symptom lasted, or longer? types: words. What may be among them must not be taken for what was not there; what had no
-- part in a twentieth of the time no rule claims.
SELECT EXISTS (
	SELECT 1 FROM (SELECT first_ns + s.first_win * window_ns AS begin_ns,
			first_ns + (s.last_win + 1) * window_ns AS end_ns FROM symptom AS s, trace WHERE s.id = ?2) AS t
		JOIN gap AS g ON g.to_ns > begin_ns AND g.from_ns < end_ns
	WHERE g.type IS NULL OR ' ' || ?1 || ' ' LIKE '% ' || record_name(g.type) || ' %'
	GROUP BY g.cpu, g.type
	HAVING 20 * sum(min(g.to_ns, end_ns) - max(g.from_ns, begin_ns)) >= end_ns - begin_ns)
