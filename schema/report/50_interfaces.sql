-- interfaces: What passed each interface: as recorded, and by the kernel's own counters?
-- none: no interface carried a packet
-- needs: packet hop netdev
-- The kernel's counters span their first to their last sample; a filter makes the difference meaningless, so it is left out then.
WITH counted AS (SELECT netns, ifindex, CASE WHEN stage_observed('netif_receive_skb') THEN coalesce(sum(rx), 0) END AS rx, sum(krx) AS krx, 
		CASE WHEN stage_observed('net_dev_xmit') THEN coalesce(sum(tx), 0) END AS tx, sum(ktx) AS ktx, sum(refused) AS refused, sum(rxd) AS rxd, sum(txd) AS txd FROM (
		SELECT netns, ifindex, CASE dir WHEN 'rx' THEN packets END AS rx, NULL AS krx, CASE dir WHEN 'tx' THEN packets END AS tx, NULL AS ktx,
			CASE dir WHEN 'tx' THEN refused END AS refused, NULL AS rxd, NULL AS txd FROM iface_count
		UNION ALL SELECT netns, ifindex, NULL, rx_packets, NULL, tx_packets, NULL, rx_dropped, tx_dropped FROM iface_delta) GROUP BY netns, ifindex)
SELECT device(netns, ifindex) AS interface, rx AS rx_recorded, krx AS rx_kernel, CASE WHEN unfiltered THEN krx - rx END AS rx_difference, tx AS tx_recorded, ktx AS tx_kernel,
	CASE WHEN unfiltered THEN ktx - tx END AS tx_difference, refused AS tx_refused, rxd AS rx_dropped_kernel, txd AS tx_dropped_kernel
FROM counted, (SELECT coalesce(config_value('analyze.filter'), '') || coalesce(config_value('record.filter'), '') = '' AS unfiltered)
WHERE coalesce(rx, 0) + coalesce(krx, 0) + coalesce(tx, 0) + coalesce(ktx, 0) + coalesce(rxd, 0) + coalesce(txd, 0) > 0 ORDER BY interface;

-- qdiscs: What did the queueing disciplines do, by the kernel's own counters?
SELECT device(netns, ifindex) AS interface, coalesce(kind, '?') AS qdisc, printf('%x:%x', handle >> 16, handle & 65535) AS handle, sum(packets) AS packets, sum(drops) AS drops,
	sum(overlimits) AS overlimits, sum(requeues) AS requeues, max(qlen) AS max_qlen, max(backlog) AS max_backlog_bytes
FROM qdisc_stat GROUP BY netns, ifindex, handle, kind HAVING sum(packets) + sum(drops) > 0 ORDER BY drops DESC, packets DESC, interface LIMIT 15;
