-- waited_on(tid): the CPU on which a thread waited most for its turn.
SELECT cpu FROM runq WHERE tid = ?1 GROUP BY cpu ORDER BY sum(sum_ns) DESC, cpu LIMIT 1
