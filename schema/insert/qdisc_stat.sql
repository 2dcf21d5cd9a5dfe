INSERT INTO qdisc_stat(
	win, ts_ns, netns, ifindex, handle, parent, kind, packets, bytes, drops, overlimits, requeues, qlen, backlog
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
