-- task_state_text(state): what a thread did while it was off the CPU, from the bits of its state
-- (include/linux/sched.h):
-- modifiers such as WAKEKILL, NOLOAD and FREEZABLE come on top of one of the others.
SELECT CASE WHEN ?1 IS NULL THEN NULL WHEN ?1 = 0 THEN 'preempted' WHEN ?1 & 4 THEN 'stopped' WHEN ?1 & 8 THEN 'traced'
	WHEN ?1 & 1 THEN 'sleeping'
	WHEN ?1 & 1026 = 1026 THEN 'idle' WHEN ?1 & 258 = 258 THEN 'killable' WHEN ?1 & 2 THEN 'uninterruptible'
	WHEN ?1 & 32 THEN 'zombie' WHEN ?1 & 144 THEN 'dead' WHEN ?1 & 64 THEN 'parked' WHEN ?1 & 32768 THEN 'frozen'
		ELSE printf('0x%x', ?1) END
