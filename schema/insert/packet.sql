INSERT INTO packet(
	id, kept, win, begin_ns, end_ns, total_ns, fate, orphan, gap, skb, ethertype, saddr, daddr, sport, dport,
	proto, ip_id, frag, seq, ack, tcp_flags, ttl, tos, vlan, len, gso_size, gso_segs, mark, hash, tid, hops,
	reason, location, stack, branch, outer_ethertype, outer_proto, outer_saddr, outer_sport, outer_daddr,
		outer_dport
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
	?, ?, ?, ?);
