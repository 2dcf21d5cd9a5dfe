-- packets: How many packets passed each interface, as recorded and by the kernel's own counters?
-- needs: packet hop netdev
-- none: no packet and no counter of any interface was recorded
-- kernel: differences of samples, so from the first to the last of them. NULL: fewer than two samples.
-- difference: NULL when a filter chose the packets, when parts of the recording are not there,
-- or when the interface came or went with its namespace, so that its
-- counters were not read at its end.
WITH counted AS (SELECT slot(win) AS slot, netns, ifindex, CASE dir WHEN 'rx' THEN packets END AS rx, CASE dir
	WHEN 'rx' THEN bytes END AS rxb,
		CASE dir WHEN 'tx' THEN packets END AS tx, CASE dir WHEN 'tx' THEN bytes END AS txb, CASE dir
			WHEN 'tx' THEN refused END AS refused,
		NULL AS krx, NULL AS krxb, NULL AS ktx, NULL AS ktxb, NULL AS rxd, NULL AS txd, NULL AS errors
	FROM iface_count WHERE win BETWEEN :first_win AND :last_win AND device_match(netns, ifindex)
	UNION ALL
	SELECT slot(win), netns, ifindex, NULL, NULL, NULL, NULL, NULL, rx_packets, rx_bytes, tx_packets, tx_bytes,
		rx_dropped, tx_dropped, rx_errors + tx_errors
	FROM iface_delta WHERE win BETWEEN :first_win AND :last_win AND device_match(netns, ifindex)),
total AS (SELECT slot, NOT EXISTS (SELECT 1 FROM device_unseen AS u WHERE u.netns = counted.netns
		AND u.ifindex = counted.ifindex) AND unfiltered AS comparable,
		interface_name(netns, ifindex) AS interface, netns_name(netns) AS netns,
		(SELECT interface_name(i.netns, nullif(i.master, 0)) FROM interface AS i WHERE i.netns = counted.netns
			AND i.ifindex = counted.ifindex AND i.master > 0) AS master, CASE
			WHEN stage_observed('netif_receive_skb') THEN coalesce(sum(rx), 0) END AS rx, sum(krx) AS krx,
			sum(rxb) AS rxb, sum(krxb) AS krxb,
		CASE WHEN stage_observed('net_dev_xmit') THEN coalesce(sum(tx), 0) END AS tx, sum(ktx) AS ktx,
			sum(txb) AS txb, sum(ktxb) AS ktxb, sum(refused) AS refused, sum(rxd) AS rxd, sum(txd) AS txd,
		sum(errors) AS errors
	FROM counted,
		(SELECT coalesce(config_value('analyze.filter'), '') = '' AND packet_limit() IS NULL
			AND (SELECT complete FROM trace) AS unfiltered)
	GROUP BY slot, netns, ifindex)
SELECT win_at(slot) AS interval_at, interface, netns, master, rx AS recorded_rx, krx AS kernel_rx, CASE
	WHEN comparable THEN krx - rx END AS difference_rx, tx AS recorded_tx, ktx AS kernel_tx, CASE
	WHEN comparable THEN ktx - tx END AS difference_tx,
	rxb AS recorded_rx_size_bytes, krxb AS kernel_rx_size_bytes, txb AS recorded_tx_size_bytes,
		ktxb AS kernel_tx_size_bytes, refused AS tx_refused, rxd AS rx_dropped, txd AS tx_dropped, errors
FROM total
	WHERE coalesce(rx, 0) + coalesce(tx, 0) + coalesce(krx, 0) + coalesce(ktx, 0) + coalesce(rxd, 0) + coalesce(txd,
	0) > 0
ORDER BY 1, 3, 2;

-- rates: At which rates, on average and in the busiest second?
-- needs: packet hop
-- none: no packet was recorded at an interface
-- A second that the recording cuts short counts by its length, if a quarter of it is left.
WITH second AS (SELECT slot(win) AS slot, win, netns, ifindex, dir, sum(packets) AS packets, sum(bytes) AS bytes,
		CASE WHEN span_s(NULL, win, win) >= 0.25 THEN span_s(NULL, win, win) END AS span
	FROM iface_count WHERE win BETWEEN :first_win AND :last_win AND device_match(netns, ifindex) GROUP BY win,
		netns, ifindex, dir),
rate AS (SELECT slot, netns, ifindex, dir, sum(packets) / span_s(slot, :first_win, :last_win) AS pps,
	max(packets / span) AS peak_pps,
		8 * sum(bytes) / span_s(slot, :first_win, :last_win) AS bps, 8 * max(bytes / span) AS peak_bps,
			sum(packets) AS packets FROM second GROUP BY slot, netns, ifindex, dir)
SELECT win_at(slot) AS interval_at, device(netns, ifindex) AS interface,
	max(CASE dir WHEN 'rx' THEN pps END) AS rx_packets_per_s,
	max(CASE dir WHEN 'rx' THEN peak_pps END) AS rx_peak_packets_per_s,
	max(CASE dir WHEN 'rx' THEN bps END) AS rx_bits_per_s,
		max(CASE dir WHEN 'rx' THEN peak_bps END) AS rx_peak_bits_per_s,
		max(CASE dir WHEN 'tx' THEN pps END) AS tx_packets_per_s,
	max(CASE dir WHEN 'tx' THEN peak_pps END) AS tx_peak_packets_per_s,
		max(CASE dir WHEN 'tx' THEN bps END) AS tx_bits_per_s,
		max(CASE dir WHEN 'tx' THEN peak_bps END) AS tx_peak_bits_per_s
FROM rate GROUP BY slot, netns, ifindex ORDER BY 1, sum(packets) DESC, 2 LIMIT :top;

-- queues: How did packets spread over the queues of each interface, and how large were they?
-- needs: packet hop
-- none: no packet was recorded at an interface
-- rx: the queue a packet names when the stack receives it, also above; tx: the queue its driver got it for.
SELECT win_at(slot) AS interval_at, device(netns, ifindex) AS interface, dir, queue, packets,
	100.0 * packets / sum(packets) OVER (PARTITION BY slot, netns, ifindex, dir) AS share_pct,
	size AS total_size_bytes, packets / span_s(slot, :first_win, :last_win) AS packets_per_s,
		8 * size / span_s(slot, :first_win, :last_win) AS bits_per_s,
	below_64, below_512, below_2k, below_16k, below_64k, larger
FROM (SELECT slot(win) AS slot, netns, ifindex, dir, queue, sum(packets) AS packets, sum(bytes) AS size,
	sum(below_64) AS below_64, sum(below_512) AS below_512,
		sum(below_2k) AS below_2k, sum(below_16k) AS below_16k, sum(below_64k) AS below_64k,
			sum(larger) AS larger,
		row_number() OVER (PARTITION BY slot(win) ORDER BY sum(packets) DESC, netns, ifindex, dir,
			queue) AS rank
	FROM iface_queue WHERE win BETWEEN :first_win AND :last_win AND device_match(netns, ifindex) GROUP BY slot(win),
		netns, ifindex, dir, queue)
WHERE rank <= :top ORDER BY 1, 2, 3, 4;

-- names: Which interfaces came, went or changed their names, and when?
-- needs: link_state
-- none: every interface had one name from the beginning to the end
SELECT coalesce(name, '?') AS interface, netns_name(n.netns) AS netns, n.ifindex,
	CASE WHEN what <> 'found' THEN wall(from_ns) END AS from_at, wall(until_ns) AS until_at,
	CASE ended WHEN 'gone' THEN 'deleted'
		WHEN 'moved' THEN printf('moved to %s', coalesce(netns_name(next_netns), 'another namespace'))
		WHEN 'appeared' THEN 'not known' WHEN 'changed' THEN printf('renamed %s', next_name) END AS then_it_was
FROM link_name AS n WHERE (what <> 'found' OR until_ns IS NOT NULL) AND device_match(n.netns, n.ifindex)
	AND from_ns <= :to_ns AND coalesce(until_ns, :to_ns) >= :from_ns
ORDER BY from_ns LIMIT :top;

-- changes: When did interfaces go up and down, and when did they have no carrier?
-- needs: link_state
-- none: none did
WITH state AS (SELECT *, lag(up) OVER device AS up_before, lag(carrier) OVER device AS carrier_before
	FROM link_event WHERE what NOT IN ('gone', 'moved')
	WINDOW device AS (PARTITION BY netns, ifindex ORDER BY ts_ns, rowid)),
change AS (SELECT *, lead(ts_ns) OVER (PARTITION BY netns, ifindex ORDER BY ts_ns) AS next_ns FROM state
	WHERE up_before IS NULL OR up <> up_before OR carrier <> carrier_before)
SELECT wall(ts_ns) AS time_at, coalesce(name, '?') AS interface, netns_name(c.netns) AS netns,
	CASE up WHEN 1 THEN 'up' ELSE 'down' END AS administratively,
	CASE carrier WHEN 1 THEN 'yes' ELSE 'no' END AS carrier,
	next_ns - ts_ns AS lasted_ns
FROM change AS c WHERE what <> 'found' AND ts_ns BETWEEN :from_ns AND :to_ns AND device_match(c.netns, c.ifindex)
ORDER BY ts_ns LIMIT :top;

-- neighbours: Which neighbours changed their state, and which did not answer?
-- needs: neighbour
-- none: none did
WITH told AS (SELECT *, last_value(state) OVER neighbour AS last_state,
		last_value(removed) OVER neighbour AS last_removed,
		last_value(mac) OVER neighbour AS last_mac
	FROM neighbour_event WHERE ts_ns BETWEEN :from_ns AND :to_ns AND device_match(netns, ifindex)
	WINDOW neighbour AS (PARTITION BY netns, ifindex, addr ORDER BY ts_ns, rowid
		ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING))
SELECT device(netns, ifindex) AS interface, addr AS neighbour, last_mac AS mac,
	sum(state = 32 AND NOT removed) AS not_answered,
	wall(min(CASE WHEN state = 32 AND NOT removed THEN ts_ns END)) AS first_not_at,
	wall(max(CASE WHEN state = 32 AND NOT removed THEN ts_ns END)) AS last_not_at,
	CASE WHEN last_removed THEN 'removed' ELSE enum_text('neighbour_state', last_state) END AS at_the_end
FROM told GROUP BY netns, ifindex, addr ORDER BY not_answered DESC, min(ts_ns) LIMIT :top;
