-- monitor_unseen(found, from, to, begin, end): why it cannot be said that a monitor's request, sent between `from` and
-- `to`, was not seen on this host, recorded from `begin` to `end`; NULL: it was not.
SELECT CASE
	WHEN NOT observed('packet') THEN 'packets were not observed'
	WHEN ?1 <> 'one' AND (packet_limit() IS NOT NULL OR nullif(config_value('analyze.filter'), '') IS NOT NULL
		OR config_value('analyze.iface') IS NOT NULL) THEN 'it may not be among the packets asked for'
	WHEN EXISTS (SELECT 1 FROM eviction WHERE what = 'single echo requests' AND n > 0)
		THEN 'the analysis lists not every echo'
	WHEN ?1 = 'other times' THEN 'such numbers were recorded, but at other times: does the monitor''s clock differ?'
	WHEN ?2 IS NULL OR ?3 IS NULL THEN 'the monitor does not tell when it was sent'
	WHEN ?2 < ?4 OR ?3 > ?5 THEN 'sent about when the recording began or ended'
	WHEN EXISTS (SELECT 1 FROM gap WHERE (type IS NULL OR record_name(type) = 'packet') AND wall(from_ns) <= ?3
		AND wall(to_ns) >= ?2) THEN 'records were lost meanwhile'
	WHEN hidden_text() IS NOT NULL THEN 'the kernel hides threads that may have handled it' END
