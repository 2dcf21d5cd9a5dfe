INSERT INTO frag_count(
	win, netns, ethertype, user, saddr, daddr, proto, fragments, duplicates, overlaps, completed, timeouts, n,
	sum_ns, min_ns, max_ns, hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
