-- sentence_stolen(): was a CPU of this virtual machine taken from it for long?
SELECT printf('The host of this virtual machine took CPU %d from it for %s within %s (steal).', cpu,
	duration_text(steal_ns), duration_text(span_ns))
FROM cpu_busy WHERE 5 * steal_ns >= span_ns AND steal_ns >= late_ns() ORDER BY steal_ns DESC, win, cpu LIMIT 1
