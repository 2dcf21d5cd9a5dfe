-- connections: Which connections sent segments again?
-- needs: tcp
-- none: no segment was sent again
SELECT interval_at, connection, retransmits, total_bytes, max_srtt_ns, min_cwnd, netns FROM (
	SELECT win_at(slot(win)) AS interval_at, endpoint_text(saddr, sport) || ' > ' || endpoint_text(daddr, dport) AS connection, sum(n) AS retransmits,
		sum(bytes) AS total_bytes, max(max_srtt_us) * 1000 AS max_srtt_ns, min(min_cwnd) AS min_cwnd,
		netns_name(t.netns) AS netns,
		row_number() OVER (PARTITION BY slot(win) ORDER BY sum(n) DESC, saddr, sport, daddr, dport) AS rank
	FROM tcp_flow AS t WHERE win BETWEEN :first_win AND :last_win
		AND packet_match(CASE WHEN saddr LIKE '%:%' THEN 34525 ELSE 2048 END, 6, saddr, daddr, sport, dport, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	GROUP BY slot(win), netns, saddr, sport, daddr, dport)
WHERE rank <= :top ORDER BY interval_at, rank;

-- events: When was each segment sent again?
SELECT wall(ts_ns) AS time_at, cpu, endpoint_text(saddr, sport) || ' > ' || endpoint_text(daddr, dport) AS connection, enum_text('tcp_state', state) AS state,
	seq, len, cwnd, srtt_us * 1000 AS srtt_ns, packets_out AS in_flight, retrans AS retransmits_so_far
FROM tcp_retransmit WHERE ts_ns BETWEEN :from_ns AND :to_ns
	AND packet_match(CASE WHEN saddr LIKE '%:%' THEN 34525 ELSE 2048 END, 6, saddr, daddr, sport, dport, 0, len, 0, 0, 0, 0, 0, seq, 0)
ORDER BY ts_ns LIMIT :top;

-- counters: Which of the kernel's TCP counters moved?
-- needs: counter
SELECT name, netns_name(c.netns) AS netns, sum(delta) AS increase
FROM counter_delta AS c WHERE (name LIKE 'tcp.%' OR name LIKE 'tcpext.%') AND win BETWEEN :first_win AND :last_win
GROUP BY c.netns, name HAVING sum(delta) <> 0 ORDER BY 1, 2 LIMIT :top;
