INSERT INTO megaflow(
	id, dp, ufid, put_ns, tid, errno, took_ns, install_ns, key, actions, complete, ethertype, saddr, daddr,
	sport, dport, proto
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
