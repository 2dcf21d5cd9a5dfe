-- Which recording is it? ?1: so many packets are kept, one after the other as they end.
SELECT uuid, config_value('host.boot_id'), nullif(config_value('host.name'), '(none)'), config_value('host.kernel'),
	first_ns, last_ns,
	(SELECT group_concat(key || ' ' || value, '; ') FROM (SELECT * FROM config WHERE value <> '' AND key IN (
		'record.filter', 'record.iface', 'record.netns', 'cut.filter', 'cut.verdict', 'analyze.filter')
		ORDER BY key)), wall(first_ns),
	(SELECT max(end_ns) - 2000000000 FROM packet WHERE kept = 'first' HAVING count(*) >= ?1)
FROM trace
