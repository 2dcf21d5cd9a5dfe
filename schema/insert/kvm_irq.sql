INSERT INTO kvm_irq(
	win, kvm, pid, gsi, what, eventfd, cpu, tid, msi, n, delivered, merged, deferred, failed
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
