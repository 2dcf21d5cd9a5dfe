INSERT INTO tcp_conn_event(
	win, netns, saddr, sport, daddr, dport, resets_sent, resets_received, bad_checksums
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?);
