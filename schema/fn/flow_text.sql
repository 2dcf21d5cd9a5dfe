-- flow_text(ethertype, ipproto, saddr, sport, daddr, dport): a packet's addresses as tcpdump would put them.
SELECT CASE
	WHEN ?3 IS NULL THEN NULL
	WHEN ?1 = 2054 THEN printf('ARP %s %s %s', ?3, CASE ?6 WHEN 1 THEN 'asks for' WHEN 2 THEN 'answers'
		ELSE '>' END, ?5)
	WHEN ?2 IN (6, 17, 132, 136) THEN printf('%s %s > %s', proto_text(?2), endpoint_text(?3, ?4),
		endpoint_text(?5, ?6))
	WHEN ?2 IN (1, 58) THEN printf('%s %s > %s %s', proto_text(?2), ?3, ?5,
		CASE WHEN ?2 = 1 AND ?6 >> 8 = 8 OR ?2 = 58 AND ?6 >> 8 = 128 THEN 'echo request id ' || ?4
		     WHEN ?2 = 1 AND ?6 >> 8 = 0 OR ?2 = 58 AND ?6 >> 8 = 129 THEN 'echo reply id ' || ?4
		     ELSE printf('type %d code %d', ?6 >> 8, ?6 & 255) END)
	ELSE printf('%s %s > %s', proto_text(?2), ?3, ?5) END
