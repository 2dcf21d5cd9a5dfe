-- queues: How long did packets wait in each queueing discipline, behind how many others, and what became of the rest?
-- needs: hop qdisc
-- none: no packet was put into a queueing discipline, and none was sampled
-- As recorded: only the root of each transmit queue reports. Bypassed: given to the driver without waiting; dropped:
-- handed to the device, and
-- dropped before the driver. Kernel: the qdisc's own counters, from their first sample to their last. A distribution of
-- the delays per row.
WITH known AS (SELECT netns, ifindex, parent, handle, kind, max(ts_ns) FROM qdisc_stat GROUP BY netns, ifindex, parent),
part AS (
	SELECT slot(win) AS slot, q.netns, q.ifindex, q.queue, CASE WHEN r.kind IN ('mq', 'mqprio') THEN l.parent
		ELSE r.parent END AS parent,
		CASE WHEN r.kind IN ('mq', 'mqprio') THEN l.handle ELSE r.handle END AS handle, CASE
			WHEN r.kind IN ('mq', 'mqprio') THEN l.kind ELSE r.kind END AS kind,
		enqueued, dequeued, again, direct, dropped, qlen_sum, qlen_max, hist, NULL AS packets, NULL AS drops,
			NULL AS overlimits, NULL AS requeues, NULL AS backlog
	FROM qdisc_queue AS q LEFT JOIN known AS r ON r.netns = q.netns AND r.ifindex = q.ifindex
		AND r.parent = 4294967295
		LEFT JOIN known AS l ON l.netns = q.netns AND l.ifindex = q.ifindex
			AND l.parent = (r.handle >> 16 << 16) + q.queue + 1
	WHERE win BETWEEN :first_win AND :last_win AND device_match(q.netns, q.ifindex)
	UNION ALL
	SELECT slot(win), netns, ifindex, NULL, parent, handle, kind, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
		packets, drops, overlimits, requeues, backlog
	FROM qdisc_stat WHERE win BETWEEN :first_win AND :last_win AND device_match(netns, ifindex)
		AND kind NOT IN ('noqueue', 'mq', 'mqprio')),
total AS (SELECT slot, netns, ifindex, max(queue) AS queue, parent, max(handle) AS handle, max(kind) AS kind,
	sum(enqueued) AS enqueued, sum(dequeued) AS dequeued,
		sum(again) AS again, sum(direct) AS direct, sum(dropped) AS dropped,
			1.0 * sum(qlen_sum) / nullif(sum(enqueued), 0) AS qlen, max(qlen_max) AS qlen_max,
		hist_merge(hist) AS h, sum(packets) AS packets, sum(drops) AS drops, sum(overlimits) AS overlimits,
			sum(requeues) AS requeues, max(backlog) AS backlog
	FROM part GROUP BY slot, netns, ifindex, parent, CASE WHEN parent IS NULL THEN queue END)
SELECT interval_at, interface, qdisc, handle, queue, enqueued, dequeued, timed, delay_mean_ns, delay_p50_ns,
	delay_p95_ns, delay_p99_ns, delay_max_ns, mean_qlen, max_qlen, bypassed,
	dropped, requeued, kernel_packets, kernel_drops, kernel_overlimits, kernel_requeues, max_backlog_bytes,
		distribution_log2
FROM (SELECT win_at(slot) AS interval_at, device(netns, ifindex) AS interface, coalesce(kind, '?') AS qdisc,
	printf('%x:%x', handle >> 16, handle & 65535) AS handle, queue,
		enqueued, dequeued, hist_count(h) AS timed, hist_mean(h) AS delay_mean_ns,
			hist_p(h, 50) AS delay_p50_ns, hist_p(h, 95) AS delay_p95_ns, hist_p(h, 99) AS delay_p99_ns,
		hist_max(h) AS delay_max_ns, qlen AS mean_qlen, qlen_max AS max_qlen, direct AS bypassed, dropped,
			again AS requeued, packets AS kernel_packets,
		drops AS kernel_drops, overlimits AS kernel_overlimits, requeues AS kernel_requeues,
			backlog AS max_backlog_bytes, CASE
			WHEN hist_count(h) > 0 THEN hist_log2(h) END AS distribution_log2,
		row_number() OVER (PARTITION BY slot ORDER BY hist_sum(h) DESC, dropped + coalesce(drops, 0) DESC,
			coalesce(enqueued, 0) + coalesce(packets, 0) DESC, device(netns, ifindex), parent) AS rank
	FROM total WHERE kind IS NOT 'noqueue' AND coalesce(enqueued, 0) + coalesce(dequeued, 0) + coalesce(dropped,
		0) + coalesce(packets, 0) + coalesce(drops, 0)
		+ CASE WHEN kind IS NULL THEN 0 ELSE coalesce(direct, 0) END > 0)
WHERE rank <= :top ORDER BY interval_at, rank;

-- returns: What were those told whose packets could not be sent?
-- needs: xmit
-- none: sending always succeeded
SELECT win_at(slot(win)) AS interval_at, CASE WHEN ifindex > 0 THEN device(netns, ifindex)
	ELSE '(not known)' END AS interface,
	CASE WHEN ret < 0 THEN errno_text(-ret) ELSE enum_text('net_xmit', ret) END AS result, sum(n) AS packets
FROM qdisc_return WHERE win BETWEEN :first_win AND :last_win AND device_match(netns, ifindex) GROUP BY slot(win), netns,
	ifindex, ret ORDER BY 1, 4 DESC, 2, 3 LIMIT :top;
