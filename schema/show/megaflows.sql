-- summary: How many flows were put into the datapath, how fast, and how long did they live?
-- needs: flow_cmd
WITH put AS (SELECT slot(win) AS slot, sum(n) FILTER (WHERE command = 'flow put' AND errno = 0) AS puts,
	sum(n) FILTER (WHERE command = 'flow put' AND errno <> 0) AS failed,
		sum(n) FILTER (WHERE command = 'flow set') AS sets,
			sum(n) FILTER (WHERE command = 'flow delete') AS deletes,
			sum(n) FILTER (WHERE command = 'flow flush') AS flushes
	FROM ovs_command WHERE command LIKE 'flow %' AND win BETWEEN :first_win AND :last_win GROUP BY slot(win)),
installed AS (SELECT slot(win) AS slot, hist_merge(hist) AS h FROM flow_install WHERE n > 0
	AND win BETWEEN :first_win AND :last_win GROUP BY slot(win))
SELECT win_at(put.slot) AS interval_at, coalesce(puts, 0) AS puts, coalesce(failed, 0) AS failed,
	coalesce(sets, 0) AS sets, coalesce(deletes, 0) AS deletes, coalesce(flushes, 0) AS flushes,
	hist_count(h) AS timed, hist_mean(h) AS install_mean_ns, hist_p(h, 50) AS install_p50_ns,
		hist_p(h, 95) AS install_p95_ns, hist_p(h, 99) AS install_p99_ns, hist_p(h, 99.9) AS "install_p99.9_ns",
	hist_max(h) AS install_max_ns, hist_log2(h) AS distribution_log2
FROM put LEFT JOIN installed ON put.slot IS installed.slot ORDER BY interval_at;

-- commands: What did the commands about flows cost, and which failed?
-- needs: flow_cmd
SELECT win_at(slot(win)) AS interval_at, command, CASE errno WHEN 0 THEN 'done'
	ELSE enum_text('errno', errno) END AS result, sum(n) AS commands, 1.0 * sum(sum_ns) / sum(n) AS mean_ns,
	hist_p(hist_merge(hist), 99) AS p99_ns, max(max_ns) AS max_ns
FROM ovs_command WHERE command LIKE 'flow %' AND n > 0 AND win BETWEEN :first_win AND :last_win GROUP BY slot(win),
	command, errno ORDER BY interval_at, commands DESC, command, errno;

-- megaflows: Which flows were put into the datapath, for which packet, and what became of them?
-- none: no command about a flow was recorded that matches
-- needs: flow_cmd
SELECT wall(put_ns) AS put_at, CASE errno WHEN 0 THEN 'done' ELSE enum_text('errno', errno) END AS result, install_ns,
	took_ns,
	CASE WHEN del_ns IS NOT NULL THEN del_ns - put_ns END AS lifetime_ns, CASE WHEN errno <> 0 THEN NULL
		WHEN del_ns IS NULL THEN 'in place' WHEN flushed THEN 'flushed' ELSE 'deleted' END AS fate,
	sets, wall(del_ns) AS deleted_at, key || CASE WHEN complete THEN '' ELSE ' (cut)' END AS key, actions,
		thread_text(tid) AS put_by, thread_text(del_tid) AS deleted_by, ufid
FROM megaflow AS m LEFT JOIN megaflow_end AS e ON e.megaflow = m.id
WHERE coalesce(put_ns, del_ns, last_set_ns) <= :to_ns AND coalesce(del_ns, last_set_ns, put_ns) >= :from_ns
	AND packet_match(ethertype, proto, saddr, daddr, sport, dport, 0, 0, 0, 0, 0, 0, 0, 0, 0)
ORDER BY put_ns IS NULL, put_ns, m.id LIMIT :top;
