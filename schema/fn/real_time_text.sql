-- real_time_text(tid): ' (FIFO 50)' of a thread that is not scheduled as others; '': it is, or that is not known.
SELECT coalesce((SELECT ' (' || policy_text(?1) || ')' FROM affinity WHERE tid = ?1 AND policy IN (1, 2, 6)), '')
