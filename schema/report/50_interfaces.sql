-- interfaces: What passed each interface: as recorded, and by the kernel's own counters?
-- none: no interface carried a packet
-- needs: packet hop netdev
-- The kernel's counters span their first to their last sample; a filter makes the difference meaningless, so it is left
-- out then, of a recording of which parts are not there, and of an interface whose counters were not read at its end.
WITH counted AS (SELECT unfiltered AND NOT EXISTS (SELECT 1 FROM device_unseen AS u WHERE u.netns = i.netns
	AND u.ifindex = i.ifindex) AS comparable, netns, ifindex,
	CASE WHEN stage_observed('netif_receive_skb') THEN coalesce(sum(rx),
	0) END AS rx, sum(krx) AS krx, 
		CASE WHEN stage_observed('net_dev_xmit') THEN coalesce(sum(tx), 0) END AS tx, sum(ktx) AS ktx,
			sum(refused) AS refused, sum(rxd) AS rxd, sum(txd) AS txd FROM (
		SELECT netns, ifindex, CASE dir WHEN 'rx' THEN packets END AS rx, NULL AS krx, CASE dir
			WHEN 'tx' THEN packets END AS tx, NULL AS ktx,
			CASE dir WHEN 'tx' THEN refused END AS refused, NULL AS rxd, NULL AS txd FROM iface_count
		UNION ALL SELECT netns, ifindex, NULL, rx_packets, NULL, tx_packets, NULL, rx_dropped, tx_dropped
			FROM iface_delta) AS i,
	(SELECT coalesce(config_value('analyze.filter'), '') = '' AND packet_limit() IS NULL
		AND (SELECT complete FROM trace) AS unfiltered)
	GROUP BY netns, ifindex)
SELECT device(netns, ifindex) AS interface, rx AS recorded_rx, krx AS kernel_rx, CASE
	WHEN comparable THEN krx - rx END AS difference_rx, tx AS recorded_tx, ktx AS kernel_tx,
	CASE WHEN comparable THEN ktx - tx END AS difference_tx, refused AS tx_refused, rxd AS kernel_rx_dropped,
		txd AS kernel_tx_dropped
FROM counted
WHERE coalesce(rx, 0) + coalesce(krx, 0) + coalesce(tx, 0) + coalesce(ktx, 0) + coalesce(rxd, 0) + coalesce(txd, 0) > 0
	ORDER BY interface;

-- qdiscs: What did queueing disciplines do, by the kernel's counters, and how long did packets wait there?
SELECT device(q.netns, q.ifindex) AS interface, coalesce(kind, '?') AS qdisc,
	printf('%x:%x', handle >> 16, handle & 65535) AS handle, sum(packets) AS packets, sum(drops) AS drops,
	sum(overlimits) AS overlimits, sum(requeues) AS requeues, max(qlen) AS max_qlen,
		max(backlog) AS max_backlog_bytes,
	CASE WHEN parent = 4294967295 THEN hist_p(w.h, 50) END AS wait_p50_ns, CASE
		WHEN parent = 4294967295 THEN hist_p(w.h, 99) END AS wait_p99_ns
FROM qdisc_stat AS q LEFT JOIN (SELECT netns, ifindex, hist_merge(hist) AS h FROM qdisc_queue GROUP BY netns,
	ifindex) AS w ON w.netns = q.netns AND w.ifindex = q.ifindex
GROUP BY q.netns, q.ifindex, handle, kind HAVING sum(packets) + sum(drops) > 0 ORDER BY drops DESC, packets DESC,
	interface LIMIT 15;
