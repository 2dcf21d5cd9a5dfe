-- threads: Which threads spent time in futex calls?
-- needs: futex
-- none: no futex call was recorded
SELECT interval_at, thread, process, operation, calls, errors, total_ns, mean_ns, hist_p(h, 50) AS p50_ns,
	hist_p(h, 99) AS p99_ns, max_ns FROM (
	SELECT win_at(slot(win)) AS interval_at, thread_text(tid) AS thread, process_text(tid) AS process,
		enum_text('futex_op', op) AS operation,
		sum(n) AS calls, sum(errors) AS errors, sum(sum_ns) AS total_ns, 1.0 * sum(sum_ns) / sum(n) AS mean_ns,
			hist_merge(hist) AS h, max(max_ns) AS max_ns,
		row_number() OVER (PARTITION BY slot(win) ORDER BY sum(sum_ns) DESC, tid, op) AS rank
	FROM futex WHERE n > 0 AND win BETWEEN :first_win AND :last_win GROUP BY slot(win), tid, op)
WHERE rank <= :top ORDER BY interval_at, rank;

-- totals: How many futex calls did each thread make, short ones included?
-- needs: futex_total
SELECT interval_at, thread, process, waits, wait_ns, mean_wait_ns, wakes, woken, wake_ns, other_calls FROM (
	SELECT win_at(slot(win)) AS interval_at, thread_text(tid) AS thread, process_text(tid) AS process,
		sum(waits) AS waits, sum(wait_ns) AS wait_ns,
		1.0 * sum(wait_ns) / nullif(sum(waits), 0) AS mean_wait_ns, sum(wakes) AS wakes, sum(woken) AS woken,
			sum(wake_ns) AS wake_ns, sum(others) AS other_calls,
		row_number() OVER (PARTITION BY slot(win) ORDER BY sum(wait_ns) DESC, sum(wakes) DESC, tid) AS rank
	FROM futex_total WHERE win BETWEEN :first_win AND :last_win GROUP BY slot(win), tid)
WHERE rank <= :top ORDER BY interval_at, rank;

-- addresses: On which futexes was the time spent, and by how many threads?
SELECT process_text(tid) AS process, printf('0x%x', uaddr) AS address, count(DISTINCT tid) AS threads, sum(n) AS calls,
	sum(sum_ns) AS total_ns, max(max_ns) AS max_ns
FROM futex WHERE n > 0 AND win BETWEEN :first_win AND :last_win
GROUP BY process_text(tid), uaddr ORDER BY total_ns DESC, 1, 2 LIMIT :top;
