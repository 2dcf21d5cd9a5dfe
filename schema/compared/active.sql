-- active.sql: of one analysis, the windows in which there was traffic, and how much.
CREATE TEMP VIEW active AS SELECT win, sum(n) AS packets FROM journey GROUP BY win HAVING sum(n) > 0;
-- Threads of these processes move packets on: their numbers differ from run to run.
CREATE TEMP VIEW mover AS
	SELECT t.tid, CASE WHEN p.comm GLOB 'vhost-[0-9]*' OR t.comm GLOB 'vhost-[0-9]*' THEN 'vhost'
		WHEN p.comm GLOB 'ksoftirqd*' OR t.comm GLOB 'ksoftirqd*' THEN 'ksoftirqd'
		WHEN p.comm GLOB 'qemu-*' OR p.comm GLOB 'kvm*' THEN 'virtual machines' ELSE p.comm END AS name
	FROM thread AS t LEFT JOIN thread AS p ON p.tid = t.tgid
	WHERE p.comm = 'ovs-vswitchd' OR p.comm GLOB 'vhost-[0-9]*' OR t.comm GLOB 'vhost-[0-9]*'
		OR p.comm GLOB 'ksoftirqd*' OR t.comm GLOB 'ksoftirqd*' OR p.comm GLOB 'qemu-*' OR p.comm GLOB 'kvm*';
