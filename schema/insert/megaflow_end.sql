INSERT INTO megaflow_end(
	megaflow, del_ns, del_tid, sets, last_set_ns, flushed
) VALUES(?, ?, ?, ?, ?, ?);
