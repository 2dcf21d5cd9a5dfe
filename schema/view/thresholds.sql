-- thresholds: Which limits of the recording decide what these record types show?
SELECT printf('only stretches off the CPU of %s and longer were recorded, sleep and wait for a CPU together',
	duration_text(CAST(value AS INTEGER))) AS text
FROM config WHERE key = 'record.offcpu_min_ns' AND CAST(value AS INTEGER) > 0
	AND 'offcpu' IN (SELECT value FROM json_each(:types)) AND observed('offcpu')
UNION ALL
SELECT printf('only futex calls of %s and longer, and those that woke a thread, were recorded',
	duration_text(CAST(value AS INTEGER)))
FROM config WHERE key = 'record.futex_min_ns' AND CAST(value AS INTEGER) > 0
	AND 'futex' IN (SELECT value FROM json_each(:types)) AND observed('futex')
UNION ALL
SELECT printf('round-trip times and windows are samples: of each connection when a segment arrives, '
	|| 'at most one in %s unless it lost something', duration_text(CAST(value AS INTEGER)))
FROM config WHERE key = 'record.tcp_sample_ns' AND 'tcp_sample' IN (SELECT value FROM json_each(:types))
	AND observed('tcp_sample')
UNION ALL
SELECT printf('only waits for kernel locks%s of %s and longer were recorded singly', CASE
	WHEN observed('pthread') THEN ' and pthread locks' ELSE '' END, duration_text(CAST(value AS INTEGER)))
FROM config WHERE key = 'record.lock_min_ns' AND CAST(value AS INTEGER) > 0
	AND 'lock' IN (SELECT value FROM json_each(:types)) AND observed('lock')
UNION ALL
SELECT printf('the recording was limited to %s %s', CASE key WHEN 'record.pid' THEN 'processes'
	ELSE 'threads named' END, value)
FROM config WHERE key IN ('record.pid', 'record.comm') AND value <> '' AND EXISTS (SELECT 1 FROM json_each(:types)
	WHERE value IN ('offcpu', 'futex', 'lock'))
UNION ALL
SELECT 'the recording was limited to ' || packet_limit()
WHERE packet_limit() IS NOT NULL AND EXISTS (SELECT 1 FROM json_each(:types) WHERE value IN ('packet', 'hop', 'free',
	'drop', 'upcall', 'ovs_drop'))
UNION ALL
SELECT printf('the analysis was limited to packets that match ''%s''', value)
FROM config WHERE key = 'analyze.filter' AND value <> ''
	AND EXISTS (SELECT 1 FROM json_each(:types) WHERE value IN ('packet', 'drop', 'tcp', 'upcall', 'flow_cmd',
		'ovs_drop'))
UNION ALL
SELECT 'the figures of flows are those of the whole recording, not only of the time that was asked for: '
	|| 'run this on the recording for those' FROM trace
WHERE :view IN ('packets', 'upcalls', 'outcomes') AND (:from_ns > first_ns OR :to_ns < last_ns)
UNION ALL
SELECT 'the filter asks for more than a flow has, so that flows and echoes are not shown: run this on the recording'
	WHERE :view = 'packets' AND flow_match(0, 0, NULL, NULL, 0, 0) IS NULL
UNION ALL
SELECT printf('functions of %s without a name: its debug symbols (build id %s) are not on this machine; '
	|| 'see netanalyze(1), NETANALYZE_DEBUG_PATH', path, build_id)
FROM module WHERE build_id <> '' AND debug_file IS NULL AND EXISTS (SELECT 1 FROM json_each(:types)
	WHERE value IN ('offcpu', 'futex', 'lock', 'pthread'))
	AND EXISTS (SELECT 1 FROM user_frame WHERE module = module.id AND symbol IS NULL)
UNION ALL
SELECT printf('the analysis kept %s only of what passed %s', CASE :view
	WHEN 'packets' THEN 'single packets, and counted flows and echoes,' ELSE 'single drops' END, value) FROM config
WHERE key = 'analyze.iface' AND :view IN ('packets', 'drop-events')
