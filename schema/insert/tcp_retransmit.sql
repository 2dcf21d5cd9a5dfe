INSERT INTO tcp_retransmit(
	ts_ns, win, cpu, netns, saddr, sport, daddr, dport, state, seq, len, cwnd, srtt_us, packets_out, retrans
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
