INSERT INTO tcp_change(
	ts_ns, win, cpu, tid, netns, saddr, sport, daddr, dport, before, state, opening_ns, srtt_us, retrans,
	acked, received
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
