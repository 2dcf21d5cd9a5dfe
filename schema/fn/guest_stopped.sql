-- guest_stopped(): were threads of a virtual machine stopped (SIGSTOP, ptrace) for 100 ms or more?
SELECT EXISTS (SELECT 1 FROM offcpu WHERE state & 12 AND max_ns >= 100000000
	AND tid IN (SELECT tid FROM thread WHERE tgid IN (SELECT pid FROM vm)))
