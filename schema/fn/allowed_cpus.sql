-- allowed_cpus(tid): the list of CPUs a thread may run on; NULL when it was not looked at.
SELECT cpus FROM affinity WHERE tid = ?1
