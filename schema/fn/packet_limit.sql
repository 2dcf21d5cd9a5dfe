-- packet_limit(): to which packets the recording was limited, or a part cut from it, in words; NULL when it was not.
SELECT CASE WHEN packet IS NULL THEN '' ELSE 'one of the ' END || 'packets'
	|| coalesce(' that match ''' || filter || '''', '') || CASE WHEN iface IS NULL
	AND netns IS NULL THEN '' ELSE ' from where they passed ' END
	|| coalesce('device ' || iface, '') || CASE WHEN netns IS NULL THEN '' ELSE CASE WHEN iface IS NULL THEN ''
		ELSE ' in ' END || 'network namespace ' || netns END || CASE WHEN cut IS NULL THEN '' ELSE
		CASE WHEN coalesce(filter, iface, netns) IS NULL THEN '' ELSE ' and of them those' END
		|| ' that match ''' || cut || '''' END
	|| coalesce(' of addresses and ports of which some ' || verdict, '')
FROM (SELECT nullif(config_value('record.filter'), '') AS filter, nullif(config_value('record.iface'), '') AS iface,
	nullif(config_value('record.netns'), '') AS netns, nullif(config_value('cut.filter'), '') AS cut,
	nullif(config_value('cut.verdict'), '') AS verdict, nullif(config_value('cut.packet_ns'), '') AS packet)
WHERE coalesce(filter, iface, netns, cut, verdict, packet) IS NOT NULL
