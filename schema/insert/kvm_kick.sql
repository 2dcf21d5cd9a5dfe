INSERT INTO kvm_kick(
	win, kvm, pid, vcpu, cpu, n
) VALUES(?, ?, ?, ?, ?, ?);
