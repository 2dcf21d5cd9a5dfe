-- 0018_nested.sql: waits that are a part of another wait of their thread.
-- The conventions are those of 0001_init.sql.

-- Of the waits of lock_holder, those that are a part of a wait for another lock, whose time is theirs.
CREATE TABLE lock_nested (
	win INTEGER NOT NULL, kind TEXT NOT NULL, tgid INTEGER NOT NULL, addr INTEGER NOT NULL, tid INTEGER NOT NULL,
	holder INTEGER NOT NULL,
	outer_kind TEXT NOT NULL, outer_addr INTEGER NOT NULL,
	n INTEGER NOT NULL, wait_ns INTEGER NOT NULL
) STRICT;

-- In an older database, by address: a thread waits for a lock of pthread in futex calls inside of it, which has 56
-- bytes at most (pthread_rwlock_t).
INSERT INTO lock_nested SELECT win, kind, tgid, addr, tid, holder, 'pthread', lock, n, wait_ns FROM (
	SELECT h.*, (SELECT max(addr) FROM lock_wait AS p WHERE p.kind = 'pthread' AND p.tgid = h.tgid
		AND p.addr BETWEEN h.addr - 55 AND h.addr) AS lock
	FROM lock_holder AS h WHERE h.kind = 'futex')
WHERE lock IS NOT NULL;
