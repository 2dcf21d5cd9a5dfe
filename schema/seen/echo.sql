-- Single echo requests, and what became of them here.
SELECT ts_ns, saddr, daddr, id, seq, how, dropped,
	CASE WHEN dropped IS NOT NULL THEN dropped || ' ' || lost_text(reason, location, netns, ifindex) END,
	CASE WHEN dropped IS NOT NULL THEN harmless_text(CASE ethertype WHEN 34525 THEN 58 ELSE 1 END,
		ethertype, reason,
		location, netns, ifindex) IS NULL END,
	rtt_ns, there_ns + back_ns, beyond_ns
FROM echo_request
