INSERT INTO tcp_event(
	ts_ns, win, cpu, netns, saddr, sport, daddr, dport, what, state, reason, seq
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
