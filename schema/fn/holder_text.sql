-- holder_text(tid): the thread that held a lock, as far as it is known.
SELECT CASE WHEN ?1 > 0 THEN thread_text(?1) ELSE '(not known)' END
