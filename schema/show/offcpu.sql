-- threads: Which threads slept longest?
-- needs: offcpu
-- none: no wait was recorded
SELECT interval_at, thread, process, count, total_ns, mean_ns, hist_p(h, 50) AS p50_ns, hist_p(h, 99) AS p99_ns, max_ns,
	state FROM (
	SELECT win_at(slot(win)) AS interval_at, thread_text(tid) AS thread, process_text(tid) AS process,
		sum(n) AS count, sum(sum_ns) AS total_ns,
		1.0 * sum(sum_ns) / sum(n) AS mean_ns, hist_merge(hist) AS h, max(max_ns) AS max_ns,
			task_state_text(state) AS state,
		row_number() OVER (PARTITION BY slot(win) ORDER BY sum(sum_ns) DESC, tid, state) AS rank
	FROM offcpu WHERE n > 0 AND win BETWEEN :first_win AND :last_win GROUP BY slot(win), tid, state)
WHERE rank <= :top ORDER BY interval_at, rank;

-- stacks: In which kernel functions did they sleep, where a stack was taken?
SELECT sum(n) AS count, sum(sum_ns) AS total_ns, max(max_ns) AS max_ns, thread_text(tid) AS thread,
	frames_text(stack) AS stack
FROM offcpu WHERE stack > 0 AND n > 0 AND win BETWEEN :first_win AND :last_win
GROUP BY tid, stack ORDER BY total_ns DESC, tid, 5 LIMIT :top;

-- user_stacks: And in which functions of their programs, where that was recorded?
SELECT sum(n) AS count, sum(sum_ns) AS total_ns, max(max_ns) AS max_ns, thread_text(tid) AS thread,
	user_stack_text(ustack) AS program_stack, frames_text(stack) AS kernel_stack
FROM user_stack WHERE kind = 'slept' AND win BETWEEN :first_win AND :last_win
GROUP BY tid, ustack, stack ORDER BY total_ns DESC, tid, ustack, stack LIMIT :top;

-- wakers: Who ended the sleep?
SELECT thread_text(tid) AS thread, thread_text(waker) AS woken_by, sum(n) AS count, sum(blocked_ns) AS slept_ns
FROM waker WHERE win BETWEEN :first_win AND :last_win
GROUP BY tid, waker ORDER BY slept_ns DESC, tid, waker LIMIT :top;
