-- What the recording says about itself, the host and its settings; names in place of numbers that differ each time.
SELECT CASE WHEN key GLOB 'host.*' THEN 'host' WHEN key GLOB 'ovs.*' OR key GLOB 'sysctl.*' THEN 'setting'
	ELSE 'recording' END, key, value
FROM config WHERE key IN ('host.kernel', 'host.kernel_build', 'host.arch', 'host.cpus', 'host.cpus_online', 'host.name',
	'host.memory_bytes', 'host.clocksource', 'record.profile', 'record.filter', 'cut.filter', 'record.iface',
	'record.events', 'record.netns', 'record.pid', 'record.comm', 'record.version',
	'record.offcpu_min_ns', 'record.lock_min_ns',
	'analyze.filter', 'analyze.iface', 'analyze.late_ns', 'analyze.without', 'analyze.version')
	OR key GLOB 'ovs.*' OR key GLOB 'sysctl.*'
UNION ALL SELECT 'interface', interface_name(netns, ifindex) || ' (' || netns_name(netns) || ')',
	printf('%s mtu %d txqueuelen %d rx queues %d tx queues %d', kind, mtu, txqlen, rx_queues, tx_queues)
FROM interface
UNION ALL SELECT 'channels', device(netns, ifindex), printf('rx %s tx %s combined %s, rings rx %s tx %s', rx, tx,
	combined, rx_ring, tx_ring) FROM channels
UNION ALL SELECT 'CPUs', name, group_concat(cpus, ' and ') FROM (SELECT DISTINCT name, cpus
	FROM affinity JOIN mover USING (tid) WHERE cpus IS NOT NULL ORDER BY name, cpus) GROUP BY name
UNION ALL SELECT 'priority', name, group_concat(policy, ', ') FROM (SELECT DISTINCT name,
	printf('%d/%d', policy, prio) AS policy FROM affinity JOIN mover USING (tid) ORDER BY 1, 2) GROUP BY name
UNION ALL SELECT 'interrupt', name, group_concat(affinity, ', ') FROM (SELECT DISTINCT name, affinity
	FROM irqname ORDER BY 1, 2) GROUP BY name
UNION ALL SELECT 'quota', coalesce(limited, path, printf('cgroup %d', id)), printf('%d of %d ns', quota_ns, period_ns)
FROM cgroup
UNION ALL SELECT 'virtual machine', name, args FROM vm
