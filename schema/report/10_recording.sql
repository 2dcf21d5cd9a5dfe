-- recording: What is this?
-- list
SELECT config_value('host.name') AS host, config_value('host.kernel') AS kernel,
	config_value('record.command') AS command, wall(first_ns) AS started_date,
	last_ns - first_ns AS duration_ns, n_cpus AS cpus, events, (SELECT sum(size) FROM file) AS size_bytes,
	CASE complete WHEN 1 THEN 'yes' ELSE 'no: ' || (SELECT CASE WHEN count(*) FILTER (WHERE NOT closed) > 0
		THEN 'the recorder was killed or is still running'
		WHEN config_value('cut.complete') = 'no' THEN 'it was cut from another recording'
		ELSE 'parts are damaged or missing' END FROM segment) END AS complete,
	coalesce(packet_limit(), 'none') AS recorded_filter, coalesce(nullif(config_value('analyze.filter'), ''),
		'none') || coalesce('; single packets and drops, flows and echoes only of '
		|| config_value('analyze.iface'), '') AS analyzed_filter
FROM trace;
