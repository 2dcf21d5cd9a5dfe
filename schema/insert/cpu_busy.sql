INSERT INTO cpu_busy(
	win, cpu, span_ns, user_ns, system_ns, idle_ns, iowait_ns, irq_ns, softirq_ns, steal_ns
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
