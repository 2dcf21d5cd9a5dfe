-- all: What does the monitor count, and what became of what it counts as lost or late?
-- devices: none
-- none: no monitor's file was given: --monitor FILE, of ping's output or a capture
-- `late` and `lost` are what it counts; each of these is in one of the columns behind.
SELECT config_value('analyze.monitor') AS monitor, echo_limit_ns() AS limit_ns, count(*) AS echoes,
	sum(counts = 'in time') AS in_time, sum(counts = 'late') AS late, sum(counts = 'lost') AS lost,
	sum(counts = 'open') AS open, sum(missed AND class = 'lost here') AS lost_here,
	sum(missed AND class = 'late') AS late_here, sum(missed AND class = 'late beyond') AS late_beyond,
	sum(missed AND class = 'left') AS lost_elsewhere, sum(missed AND class = 'in time') AS in_time_here,
	sum(missed AND class = 'not seen') AS not_seen, sum(missed AND class = 'outside') AS outside,
	sum(missed AND class = 'unknown') AS unknown
FROM (SELECT *, counts IN ('late', 'lost') AS missed FROM monitor_outcome) HAVING count(*) > 0;

-- pings: Which recorded ones are its pings?
-- devices: none
SELECT ping, line, m.daddr AS target, count(*) AS echoes, sum(o.counts IN ('late', 'lost')) AS lost_or_late,
	CASE c.found WHEN 'one' THEN printf('from %s id %d', c.saddr, c.id)
		WHEN 'several' THEN 'more than one may be it'
		WHEN 'other times' THEN 'only at other times' ELSE 'none' END AS recorded, c.echoes AS found,
	CASE WHEN c.found = 'one' THEN c.clock_ns END AS clock_ahead_ns
FROM monitor AS m JOIN monitor_match AS c USING(ping) JOIN monitor_outcome AS o USING(ping)
GROUP BY ping ORDER BY ping LIMIT :top;

-- why: What became of those that it counts as lost or late?
-- devices: none
SELECT count(*) AS echoes, monitor_class_text(class) AS became, why, max(here_rtt_ns) AS here_rtt_max_ns
FROM monitor_outcome WHERE counts IN ('late', 'lost') GROUP BY class, why ORDER BY echoes DESC, class, why LIMIT :top;

-- single: Which ones are these?
-- devices: none
SELECT ping, number & 65535 AS seq, sent_ns AS sent_at, counts, CASE WHEN said NOT IN ('answered', 'no answer', 'sent')
		THEN said END AS error, rtt_ns, here_rtt_ns, monitor_class_text(class) AS became, why
FROM monitor_outcome WHERE counts IN ('late', 'lost') ORDER BY ping, number LIMIT :top;
