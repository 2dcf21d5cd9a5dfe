-- sentence_counters(): do we and the kernel count alike?
-- What is left of a recording is of another time than its samples.
WITH seen AS (
		SELECT netns, ifindex, CASE dir WHEN 'rx' THEN packets END AS rx, CASE dir
			WHEN 'tx' THEN packets END AS tx,
			NULL AS krx, NULL AS ktx FROM iface_count
		UNION ALL SELECT netns, ifindex, NULL, NULL, rx_packets, tx_packets FROM iface_delta),
	counted AS (SELECT netns, ifindex, CASE WHEN stage_observed('netif_receive_skb') THEN coalesce(sum(rx),
		0) END AS rx,
			CASE WHEN stage_observed('net_dev_xmit') THEN coalesce(sum(tx), 0) END AS tx, sum(krx) AS krx,
				sum(ktx) AS ktx
		FROM seen WHERE (netns, ifindex) NOT IN (SELECT netns, ifindex FROM device_unseen)
		GROUP BY netns, ifindex),
	compared AS (SELECT count(*) AS n, count(*) FILTER (WHERE rx <> krx OR tx <> ktx) AS differ
		FROM counted WHERE coalesce(rx, tx) IS NOT NULL AND krx + ktx > 0),
	off AS (SELECT netns, ifindex, abs(krx - coalesce(rx, krx)) AS rx, abs(ktx - coalesce(tx, ktx)) AS tx, krx, ktx
		FROM counted WHERE krx IS NOT NULL),
	worst AS (SELECT *, max(rx, tx) AS by FROM off ORDER BY by DESC, netns, ifindex LIMIT 1)
SELECT CASE WHEN NOT (SELECT complete FROM trace) THEN 'Parts of the recording are not there, so its packets are not '
		|| 'compared with the kernel''s own counters.'
	WHEN differ = 0 THEN printf('The recorded packets equal the kernel''s own counters on %s with traffic.',
		CASE n WHEN 1 THEN 'the one interface' WHEN 2 THEN 'both interfaces'
			ELSE printf('all %d interfaces', n) END)
	ELSE printf('The recorded packets differ from the kernel''s own counters on %s with traffic, %sby %s.',
		CASE n WHEN 1 THEN 'the one interface' ELSE printf('%d of %d interfaces', differ, n) END,
		CASE differ WHEN 1 THEN '' ELSE 'at most ' END,
		(SELECT printf('%d %s on %s', by, coalesce('of ' || nullif(CASE WHEN rx >= tx THEN krx ELSE ktx END, 0),
			'where it counted none'), device(netns, ifindex)) FROM worst)) END
FROM compared WHERE n > 0 AND coalesce(config_value('analyze.filter'), '') = '' AND packet_limit() IS NULL
