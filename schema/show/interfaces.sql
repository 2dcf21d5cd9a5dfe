-- packets: How many packets passed each interface, as recorded and by the kernel's own counters?
-- needs: packet hop netdev
-- none: no packet and no counter of any interface was recorded
-- kernel: differences of samples, so from the first to the last of them. NULL: fewer than two samples.
SELECT win_at(slot) AS interval_at, device(netns, ifindex) AS interface, sum(rx) AS rx_recorded, sum(krx) AS rx_kernel, sum(krx) - sum(rx) AS rx_difference,
	sum(rxb) AS rx_recorded_bytes, sum(krxb) AS rx_kernel_bytes, sum(tx) AS tx_recorded, sum(ktx) AS tx_kernel, sum(ktx) - sum(tx) AS tx_difference,
	sum(txb) AS tx_recorded_bytes, sum(ktxb) AS tx_kernel_bytes, sum(refused) AS tx_refused, sum(rxd) AS rx_dropped, sum(txd) AS tx_dropped, sum(errors) AS errors
FROM (SELECT slot(win) AS slot, netns, ifindex, CASE dir WHEN 'rx' THEN packets END AS rx, CASE dir WHEN 'rx' THEN bytes END AS rxb,
		CASE dir WHEN 'tx' THEN packets END AS tx, CASE dir WHEN 'tx' THEN bytes END AS txb, CASE dir WHEN 'tx' THEN refused END AS refused,
		NULL AS krx, NULL AS krxb, NULL AS ktx, NULL AS ktxb, NULL AS rxd, NULL AS txd, NULL AS errors
	FROM iface_count WHERE win BETWEEN :first_win AND :last_win
	UNION ALL
	SELECT slot(win), netns, ifindex, NULL, NULL, NULL, NULL, NULL, rx_packets, rx_bytes, tx_packets, tx_bytes, rx_dropped, tx_dropped, rx_errors + tx_errors
	FROM iface_delta WHERE win BETWEEN :first_win AND :last_win)
GROUP BY slot, netns, ifindex
HAVING coalesce(sum(rx), 0) + coalesce(sum(tx), 0) + coalesce(sum(krx), 0) + coalesce(sum(ktx), 0) + coalesce(sum(rxd), 0) + coalesce(sum(txd), 0) > 0
ORDER BY 1, 2;

-- qdiscs: What went through each queueing discipline, and what did it drop?
-- needs: qdisc
-- none: no queueing discipline was sampled
SELECT win_at(slot(win)) AS interval_at, device(netns, ifindex) AS interface, coalesce(kind, '?') AS qdisc, printf('%x:%x', handle >> 16, handle & 65535) AS handle,
	sum(packets) AS packets, sum(bytes) AS total_bytes, sum(drops) AS drops, sum(overlimits) AS overlimits, sum(requeues) AS requeues,
	max(qlen) AS max_qlen, max(backlog) AS max_backlog_bytes
FROM qdisc_stat WHERE win BETWEEN :first_win AND :last_win
GROUP BY slot(win), netns, ifindex, handle, kind
HAVING sum(packets) + sum(drops) + max(qlen) > 0 ORDER BY 1, 2, 4;
