INSERT INTO irq(
	win, cpu, irq, unhandled, n, sum_ns, min_ns, max_ns, hist
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?);
