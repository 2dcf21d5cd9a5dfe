-- one_cpu_of(tid): the one CPU that all threads of this thread's process may run on; NULL: there are more, or unknown.
SELECT max(cpus) FROM affinity WHERE tgid = (SELECT tgid FROM thread WHERE tid = ?1)
HAVING count(DISTINCT cpus) = 1 AND count(*) > 1 AND max(cpus) NOT GLOB '*[^0-9]*'
