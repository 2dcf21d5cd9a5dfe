-- connections: How did the TCP connections fare?
-- needs: tcp tcp_state tcp_sample tcp_event
-- none: no TCP connection changed its state, sent again, was reset or sampled
-- Sorted by what was sent again and reset, then by round-trip time. State: the last one it changed to; opening: from
-- SYN_SENT to ESTABLISHED.
WITH seen AS (SELECT observed('tcp') AS retransmits, observed('tcp_event') AS events),
part AS (
	SELECT win, netns, saddr, sport, daddr, dport, n AS again, bytes, max_srtt_us AS srtt, min_cwnd AS cwnd_lo,
		NULL AS cwnd_hi, NULL AS in_flight,
		NULL AS lost, NULL AS min_rtt, NULL AS rtt, NULL AS opening, NULL AS state, NULL AS acked,
			NULL AS received, NULL AS rst_out, NULL AS rst_in, NULL AS bad
	FROM tcp_flow
	UNION ALL
	SELECT win, netns, saddr, sport, daddr, dport, NULL, NULL, srtt_us, min_cwnd, max_cwnd, max_in_flight, max_lost,
		min_rtt_us, hist, NULL, NULL, acked, received, NULL, NULL, NULL
	FROM tcp_conn_sample
	UNION ALL
	SELECT win, netns, saddr, sport, daddr, dport, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, hist,
		win * 16 + last_state, acked, received, NULL, NULL, NULL
	FROM tcp_conn_state
	UNION ALL
	SELECT win, netns, saddr, sport, daddr, dport, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
		NULL, NULL, resets_sent, resets_received, bad_checksums
	FROM tcp_conn_event),
total AS (SELECT slot(win) AS slot, netns, saddr, sport, daddr, dport, CASE
	WHEN seen.retransmits THEN coalesce(sum(again), 0) END AS again,
		CASE WHEN seen.retransmits THEN coalesce(sum(bytes), 0) END AS bytes, max(srtt) AS srtt,
			min(cwnd_lo) AS cwnd_lo, max(cwnd_hi) AS cwnd_hi,
		max(in_flight) AS in_flight, max(lost) AS lost, min(min_rtt) AS min_rtt, hist_merge(rtt) AS rtt,
			hist_merge(opening) AS opening, max(state) % 16 AS state,
		max(acked) AS acked, max(received) AS received, CASE WHEN seen.events THEN coalesce(sum(rst_out),
			0) END AS rst_out,
		CASE WHEN seen.events THEN coalesce(sum(rst_in), 0) END AS rst_in, CASE
			WHEN seen.events THEN coalesce(sum(bad), 0) END AS bad
	FROM part, seen
	WHERE win BETWEEN :first_win AND :last_win
		AND packet_match(CASE WHEN saddr LIKE '%:%' THEN 34525 ELSE 2048 END, 6, saddr, daddr, sport, dport, 0,
			0, 0, 0, 0, 0, 0, 0, 0)
	GROUP BY slot(win), netns, saddr, sport, daddr, dport)
SELECT interval_at, connection, netns, state, opening_ns, rtt_min_ns, rtt_mean_ns, rtt_p95_ns, max_srtt_ns, min_cwnd,
	max_cwnd, max_in_flight, max_lost, retransmits,
	resent_bytes, resets_sent, resets_received, bad_checksums, acked_bytes, received_bytes
FROM (SELECT win_at(slot) AS interval_at, endpoint_text(saddr, sport) || ' > ' || CASE WHEN dport = 0 THEN 'any'
	ELSE endpoint_text(daddr, dport) END AS connection,
		netns_name(netns) AS netns, enum_text('tcp_state', state) AS state, hist_max(opening) AS opening_ns,
			min_rtt * 1000 AS rtt_min_ns,
		hist_mean(rtt) AS rtt_mean_ns, hist_p(rtt, 95) AS rtt_p95_ns, srtt * 1000 AS max_srtt_ns,
			cwnd_lo AS min_cwnd, cwnd_hi AS max_cwnd, in_flight AS max_in_flight,
		lost AS max_lost, again AS retransmits, bytes AS resent_bytes, rst_out AS resets_sent,
			rst_in AS resets_received, bad AS bad_checksums, acked AS acked_bytes,
		received AS received_bytes,
			row_number() OVER (PARTITION BY slot ORDER BY coalesce(again, 0) + coalesce(rst_out,
			0) + coalesce(rst_in, 0) + coalesce(bad, 0) DESC,
			hist_p(rtt, 95) DESC, saddr, sport, daddr, dport, netns) AS rank FROM total)
WHERE rank <= :top ORDER BY interval_at, rank;

-- openings: How long did connecting take, and how often did it fail?
-- needs: tcp_state
-- none: no connection was being opened from here
SELECT interval_at, server, netns, opened, failed, hist_p(h, 50) AS p50_ns, hist_p(h, 95) AS p95_ns,
	hist_p(h, 99) AS p99_ns, hist_max(h) AS max_ns FROM (
	SELECT win_at(slot(win)) AS interval_at, endpoint_text(daddr, dport) AS server, netns_name(netns) AS netns,
		sum(n) AS opened, sum(refused) AS failed,
		hist_merge(hist) AS h, row_number() OVER (PARTITION BY slot(win) ORDER BY sum(refused) DESC,
			sum(n) DESC, daddr, dport, netns) AS rank
	FROM tcp_conn_state WHERE win BETWEEN :first_win AND :last_win
		AND packet_match(CASE WHEN saddr LIKE '%:%' THEN 34525 ELSE 2048 END, 6, saddr, daddr, sport, dport, 0,
			0, 0, 0, 0, 0, 0, 0, 0)
	GROUP BY slot(win), netns, daddr, dport HAVING sum(n) + sum(refused) > 0)
WHERE rank <= :top ORDER BY interval_at, rank;

-- events: When was each segment sent again?
-- needs: tcp
-- none: no segment was sent again
SELECT wall(ts_ns) AS time_at, cpu, endpoint_text(saddr, sport) || ' > ' || endpoint_text(daddr, dport) AS connection,
	enum_text('tcp_state', state) AS state,
	seq, len, cwnd, srtt_us * 1000 AS srtt_ns, packets_out AS in_flight, retrans AS retransmits_so_far
FROM tcp_retransmit WHERE ts_ns BETWEEN :from_ns AND :to_ns
	AND packet_match(CASE WHEN saddr LIKE '%:%' THEN 34525 ELSE 2048 END, 6, saddr, daddr, sport, dport, 0, len, 0,
		0, 0, 0, 0, seq, 0)
ORDER BY ts_ns LIMIT :top;

-- resets: When was each connection reset, or a segment refused for its checksum?
-- needs: tcp_event
-- none: no reset and no wrong checksum was recorded
SELECT wall(ts_ns) AS time_at, cpu, enum_text('tcp_event', what) AS what, endpoint_text(saddr, sport) || ' > '
	|| endpoint_text(daddr, dport) AS connection,
	netns_name(netns) AS netns, enum_text('tcp_state', state) AS state, CASE
		WHEN reason IS NOT NULL THEN enum_text('sk_rst_reason', reason) END AS reason, seq
FROM tcp_event WHERE ts_ns BETWEEN :from_ns AND :to_ns
	AND packet_match(CASE WHEN saddr LIKE '%:%' THEN 34525 ELSE 2048 END, 6, saddr, daddr, sport, dport, 0, 0, 0, 0,
		0, 0, 0, coalesce(seq, 0), 0)
ORDER BY ts_ns LIMIT :top;

-- changes: When did each connection change its state?
-- needs: tcp_state
-- none: no connection changed its state
SELECT wall(ts_ns) AS time_at, cpu, endpoint_text(saddr, sport) || ' > ' || CASE WHEN dport = 0 THEN 'any'
	ELSE endpoint_text(daddr, dport) END AS connection,
	netns_name(netns) AS netns, enum_text('tcp_state', before) AS before, enum_text('tcp_state', state) AS state,
		opening_ns, srtt_us * 1000 AS srtt_ns,
	retrans AS retransmits, acked AS acked_bytes, received AS received_bytes, thread_text(tid) AS on_cpu
FROM tcp_change WHERE ts_ns BETWEEN :from_ns AND :to_ns
	AND packet_match(CASE WHEN saddr LIKE '%:%' THEN 34525 ELSE 2048 END, 6, saddr, daddr, sport, dport, 0, 0, 0, 0,
		0, 0, 0, 0, 0)
ORDER BY ts_ns LIMIT :top;

-- counters: Which of the kernel's TCP counters moved?
-- needs: counter
SELECT name, netns_name(c.netns) AS netns, sum(delta) AS increase
FROM counter_delta AS c WHERE (name LIKE 'tcp.%' OR name LIKE 'tcpext.%') AND win BETWEEN :first_win AND :last_win
GROUP BY c.netns, name HAVING sum(delta) <> 0 ORDER BY 1, 2 LIMIT :top;
