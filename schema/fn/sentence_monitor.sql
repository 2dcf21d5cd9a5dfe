-- sentence_monitor(): what a monitor counts as lost or late, and what became of those; NULL: there was none.
WITH missed AS (SELECT *, CASE class WHEN 'lost here' THEN 0 WHEN 'late' THEN 1 WHEN 'late beyond' THEN 2
			WHEN 'left' THEN 3 WHEN 'in time' THEN 4 WHEN 'not seen' THEN 5 WHEN 'outside' THEN 6 ELSE 7 END
			AS nth
		FROM monitor_outcome WHERE counts IN ('lost', 'late')),
	reason AS (SELECT class, why, row_number() OVER (PARTITION BY class ORDER BY count(*) DESC, why) AS nth,
			count(*) OVER (PARTITION BY class) AS kinds
		FROM missed WHERE why IS NOT NULL GROUP BY class, why),
	part AS (SELECT m.nth, printf('%d %s', count(*), monitor_class_text(m.class))
			|| CASE WHEN m.class IN ('late', 'late beyond')
				THEN printf(' (up to %s%s)', duration_text(max(here_rtt_ns)),
					coalesce(', ' || r.why, ''))
			WHEN r.why IS NOT NULL THEN printf(' (%s%s)', CASE WHEN r.kinds > 1 THEN 'most often: ' ELSE ''
				END, r.why) ELSE '' END AS text
		FROM missed AS m LEFT JOIN reason AS r ON r.class = m.class AND r.nth = 1 GROUP BY m.class)
SELECT printf('The monitor (%s) counts %s of %d echo requests as lost or late', config_value('analyze.monitor'),
		CASE lost WHEN 0 THEN 'none' ELSE lost END, total)
	|| coalesce(': ' || (SELECT group_concat(text, ', ') FROM (SELECT text FROM part ORDER BY nth)), '') || '.'
FROM (SELECT count(*) AS total, sum(counts IN ('lost', 'late')) AS lost FROM monitor_outcome) WHERE total > 0
