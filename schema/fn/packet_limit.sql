-- packet_limit(): to which packets the recording was limited, in words; NULL when it was not.
SELECT 'packets' || coalesce(' that match ''' || filter || '''', '') || CASE WHEN iface IS NULL
	AND netns IS NULL THEN '' ELSE ' from where they passed ' END
	|| coalesce('device ' || iface, '') || CASE WHEN netns IS NULL THEN '' ELSE CASE WHEN iface IS NULL THEN ''
		ELSE ' in ' END || 'network namespace ' || netns END
FROM (SELECT nullif(config_value('record.filter'), '') AS filter, nullif(config_value('record.iface'), '') AS iface,
	nullif(config_value('record.netns'), '') AS netns)
WHERE coalesce(filter, iface, netns) IS NOT NULL
