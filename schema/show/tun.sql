-- rings: How full were the rings of tun queues, and what did they refuse?
-- needs: tun_ring
-- none: no packet came to a tun queue
-- Waiting: packets in the ring when one came; used: slots that were not free, as what was taken is cleared in batches.
-- Full: packets that found no
-- slot; dropped: packets that were then seen to be dropped; unread: packets for a queue that no program had open.
-- Taken: packets that vhost handed on,
-- left: packets in the ring at that moment.
WITH part AS (
	SELECT win, netns, ifindex, queue, nullif(sock, 0) AS sock, packets, bytes, nullif(size, 0) AS size, full,
		dropped, CASE sock WHEN 0 THEN packets ELSE 0 END AS unread,
		CASE WHEN sock <> 0 THEN hist END AS waiting, CASE WHEN sock <> 0 THEN max END AS peak, used,
			NULL AS taken, NULL AS left_hist
	FROM tun_queue WHERE win BETWEEN :first_win AND :last_win AND device_match(netns, ifindex)
	UNION ALL
	SELECT win, netns, ifindex, queue, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, n, hist
		FROM tun_read WHERE win BETWEEN :first_win AND :last_win AND device_match(netns, ifindex)),
total AS (SELECT slot(win) AS slot, netns, ifindex, queue, max(sock) AS sock, coalesce(sum(packets), 0) AS packets,
	coalesce(sum(bytes), 0) AS bytes, max(size) AS size,
		coalesce(sum(full), 0) AS full, coalesce(sum(dropped), 0) AS dropped,
			coalesce(sum(unread), 0) AS unread, hist_merge(waiting) AS waiting, max(peak) AS peak,
			max(used) AS used,
		sum(taken) AS taken, hist_merge(left_hist) AS left_hist
	FROM part GROUP BY slot(win), netns, ifindex, queue),
reader AS MATERIALIZED (SELECT sock, group_concat(DISTINCT thread_text(tid)) FILTER (WHERE dir = 0) AS threads,
	vm_text(max(pid)) AS vm FROM virt_queue GROUP BY sock),
seen AS (SELECT observed('drop') AS drops, stage_observed('tun_recvmsg') AS reads)
SELECT win_at(slot) AS interval_at, device(netns, ifindex) AS interface, queue, size, packets, bytes AS total_bytes,
	hist_mean(waiting) AS waiting_mean, hist_p(waiting, 50) AS waiting_p50,
	hist_p(waiting, 99) AS waiting_p99, peak AS waiting_peak, used AS used_peak, 100.0 * used / size AS fullest_pct,
		full, CASE WHEN seen.drops THEN dropped END AS dropped, unread,
	CASE WHEN seen.reads THEN coalesce(taken, 0) END AS taken, hist_p(left_hist, 50) AS left_p50,
	reader.threads AS reader, reader.vm
FROM total CROSS JOIN seen LEFT JOIN reader ON reader.sock = total.sock
ORDER BY interval_at, packets DESC, netns, ifindex, queue LIMIT :top;

-- distribution: How many packets waited in the ring when one came?
-- needs: tun_ring
-- none: no packet came to a queue that was open
SELECT device(netns, ifindex) AS interface, queue, sum(n) AS packets, 100.0 * sum(full) / sum(packets) AS full_pct,
	hist_log2(hist_merge(hist), 'packets') AS waiting_log2
FROM tun_queue WHERE sock <> 0 AND win BETWEEN :first_win AND :last_win AND device_match(netns, ifindex) GROUP BY netns,
	ifindex, queue ORDER BY packets DESC, 1, 2 LIMIT :top;
