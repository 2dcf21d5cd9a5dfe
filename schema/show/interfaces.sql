-- packets: How many packets passed each interface, as recorded and by the kernel's own counters?
-- needs: packet hop netdev
-- none: no packet and no counter of any interface was recorded
-- kernel: differences of samples, so from the first to the last of them. NULL: fewer than two samples.
WITH counted AS (SELECT slot(win) AS slot, netns, ifindex, CASE dir WHEN 'rx' THEN packets END AS rx, CASE dir WHEN 'rx' THEN bytes END AS rxb,
		CASE dir WHEN 'tx' THEN packets END AS tx, CASE dir WHEN 'tx' THEN bytes END AS txb, CASE dir WHEN 'tx' THEN refused END AS refused,
		NULL AS krx, NULL AS krxb, NULL AS ktx, NULL AS ktxb, NULL AS rxd, NULL AS txd, NULL AS errors
	FROM iface_count WHERE win BETWEEN :first_win AND :last_win
	UNION ALL
	SELECT slot(win), netns, ifindex, NULL, NULL, NULL, NULL, NULL, rx_packets, rx_bytes, tx_packets, tx_bytes, rx_dropped, tx_dropped, rx_errors + tx_errors
	FROM iface_delta WHERE win BETWEEN :first_win AND :last_win),
total AS (SELECT slot, interface_name(netns, ifindex) AS interface, netns_name(netns) AS netns, CASE WHEN stage_observed('netif_receive_skb') THEN coalesce(sum(rx), 0) END AS rx, sum(krx) AS krx, sum(rxb) AS rxb, sum(krxb) AS krxb,
		CASE WHEN stage_observed('net_dev_xmit') THEN coalesce(sum(tx), 0) END AS tx, sum(ktx) AS ktx, sum(txb) AS txb, sum(ktxb) AS ktxb, sum(refused) AS refused, sum(rxd) AS rxd, sum(txd) AS txd,
		sum(errors) AS errors
	FROM counted GROUP BY slot, netns, ifindex)
SELECT win_at(slot) AS interval_at, interface, netns, rx AS recorded_rx, krx AS kernel_rx, krx - rx AS difference_rx, tx AS recorded_tx, ktx AS kernel_tx, ktx - tx AS difference_tx,
	rxb AS recorded_rx_size_bytes, krxb AS kernel_rx_size_bytes, txb AS recorded_tx_size_bytes, ktxb AS kernel_tx_size_bytes, refused AS tx_refused, rxd AS rx_dropped, txd AS tx_dropped, errors
FROM total WHERE coalesce(rx, 0) + coalesce(tx, 0) + coalesce(krx, 0) + coalesce(ktx, 0) + coalesce(rxd, 0) + coalesce(txd, 0) > 0
ORDER BY 1, 3, 2;

-- qdiscs: What went through each queueing discipline, and what did it drop?
-- needs: qdisc
-- none: no queueing discipline was sampled
SELECT win_at(slot(win)) AS interval_at, device(netns, ifindex) AS interface, coalesce(kind, '?') AS qdisc, printf('%x:%x', handle >> 16, handle & 65535) AS handle,
	sum(packets) AS packets, sum(bytes) AS total_bytes, sum(drops) AS drops, sum(overlimits) AS overlimits, sum(requeues) AS requeues,
	max(qlen) AS max_qlen, max(backlog) AS max_backlog_bytes
FROM qdisc_stat WHERE win BETWEEN :first_win AND :last_win
GROUP BY slot(win), netns, ifindex, handle, kind
HAVING sum(packets) + sum(drops) + max(qlen) > 0 ORDER BY 1, 2, 4;
