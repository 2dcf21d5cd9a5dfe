-- verdict: Where were packets lost, and what is wrong there?
-- Of each way how many were lost, and where; then what is found first in the recording of each side, and what to do.
WITH way AS (SELECT f.label AS sender, t.label AS receiver, from_side, to_side, count(*) AS n,
		sum(place = 'here') AS before, sum(ended = 'lost') AS between_them,
		sum(place = 'there' AND ended = 'dropped') AS after,
		sum(ended IN ('alike', 'not recorded', 'records lost', 'filtered', 'end not seen')) AS unknown
	FROM passage JOIN side AS f ON f.side = from_side JOIN side AS t ON t.side = to_side
	GROUP BY from_side, to_side),
	sentence AS (SELECT 0 AS kind, from_side AS a, to_side AS b,
			printf('Of %d packets from %s to %s, %s%s.', n, sender, receiver, coalesce((
				SELECT group_concat(text, ', ') FROM (
					SELECT printf('%d were dropped on %s', before, sender) AS text WHERE before
					UNION ALL SELECT printf('%d were lost between the two', between_them)
						WHERE between_them
					UNION ALL SELECT printf('%d were dropped on %s', after, receiver) WHERE after)),
				'none is known to be lost'),
			CASE WHEN unknown THEN printf('; of %d it is not known', unknown) ELSE '' END) AS text
		FROM way
		UNION ALL
		SELECT 1, s.side, 0, CASE WHEN f.side IS NULL THEN printf('On %s nothing is found to be wrong.', label)
			WHEN cause IN ('unexplained', 'cannot-tell')
			THEN printf('On %s, at %s: %s.', label, site, title)
			ELSE printf('On %s, at %s: %s. Who: %s. That explains %.0f %% of what was lost or late there.',
				label, site, title, who, 100 * share) || coalesce(' Next: ' || advice, '') END
		FROM side AS s LEFT JOIN finding AS f ON f.side = s.side AND f.rank = 1 AND f.severity <> 'info')
SELECT text FROM sentence ORDER BY kind, a, b;
