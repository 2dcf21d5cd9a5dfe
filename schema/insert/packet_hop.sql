INSERT INTO packet_hop(
	packet, n, ts_ns, stage, cpu, netns, ifindex, queue, len, aux
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
