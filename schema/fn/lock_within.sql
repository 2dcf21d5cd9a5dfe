-- lock_within(kind, tgid, addr): a thread waits for a lock of pthread in futex calls at an address inside of it (at
-- most 56
-- bytes, pthread_rwlock_t): the lock whose waits contain those for this futex, and whose time is theirs. NULL: none.
SELECT 'pthread ' || lock_text('pthread', max(addr)) FROM lock_wait
WHERE ?1 = 'futex' AND kind = 'pthread' AND tgid = ?2 AND addr BETWEEN ?3 - 55 AND ?3 HAVING count(*) > 0
