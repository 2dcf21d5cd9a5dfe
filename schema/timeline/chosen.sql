-- The ids of packets: the one that is asked for, or those that took longest.
SELECT id FROM packet AS p
WHERE (:packet = 0 OR id = :packet)
	AND frame_match(ethertype, proto, saddr, daddr, sport, dport, vlan, len, tcp_flags, ttl, tos, ip_id, frag, seq,
		ack, l2, pulled, tpid, tag2, tag3, flow_label, dmac, smac, ip_len, first)
ORDER BY total_ns DESC, id LIMIT :top
