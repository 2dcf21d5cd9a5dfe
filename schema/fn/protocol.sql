-- protocol(ethertype, ipproto): such as IPv4 TCP, ARP, 0x88cc.
SELECT CASE ?1 WHEN 2048 THEN 'IPv4' WHEN 34525 THEN 'IPv6' WHEN 2054 THEN 'ARP' WHEN 0 THEN '(not known)'
	ELSE printf('0x%04x', ?1) END || CASE WHEN ?1 IN (2048, 34525) AND ?2 IS NOT NULL THEN ' ' || proto_text(?2)
		ELSE '' END
