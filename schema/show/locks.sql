-- locks: For which locks did threads wait longest, and who held them? Of a futex: who ended the waits.
-- needs: lock futex pthread
-- none: no wait for a lock was recorded
-- within: these waits, or some of them (partly), are parts of those for that lock, of the same threads at the same
-- time: theirs is not to be added to it.
SELECT interval_at, kind, process, lock, lock_within(kind, tgid, addr) AS within, mode, waits, threads, total_ns,
	mean_ns, hist_p(h, 95) AS p95_ns, max_ns,
	failed,
	CASE WHEN held_ns > 0 THEN holder_text(holder) END AS mostly_held_by,
		100.0 * held_ns / nullif(lock_ns, 0) AS share_pct
FROM (SELECT w.*, o.holder, o.held_ns, row_number() OVER (PARTITION BY w.slot, w.rank ORDER BY o.held_ns DESC,
	o.holder) AS nth
	FROM (SELECT slot(win) AS slot, win_at(slot(win)) AS interval_at, kind, tgid, addr, owner_text(tgid) AS process,
		lock_text(kind, addr) AS lock,
			lock_mode_text(kind, mode) AS mode, sum(n) AS waits,
				count(DISTINCT CASE WHEN n > 0 THEN tid END) AS threads, sum(sum_ns) AS total_ns,
			1.0 * sum(sum_ns) / sum(n) AS mean_ns, max(max_ns) AS max_ns, sum(failed) AS failed,
				hist_merge(hist) AS h,
			sum(sum(sum_ns)) OVER (PARTITION BY slot(win), kind, tgid, addr) AS lock_ns,
			row_number() OVER (PARTITION BY slot(win) ORDER BY sum(sum_ns) DESC, kind, tgid, addr,
				lock_mode_text(kind, mode)) AS rank
		FROM lock_wait WHERE win BETWEEN :first_win AND :last_win
		GROUP BY slot(win), kind, tgid, addr, lock_mode_text(kind, mode) HAVING sum(n) > 0) AS w
	LEFT JOIN (SELECT slot(win) AS slot, kind, tgid, addr, holder, sum(wait_ns) AS held_ns
		FROM lock_holder WHERE holder > 0 AND win BETWEEN :first_win AND :last_win GROUP BY slot(win), kind,
			tgid, addr, holder) AS o
		ON o.slot IS w.slot AND o.kind = w.kind AND o.tgid = w.tgid AND o.addr = w.addr)
WHERE nth = 1 AND rank <= :top ORDER BY interval_at, rank;

-- holders: Who kept whom waiting? Of a futex, the holder is the thread that woke the waiting one.
SELECT thread_text(tid) AS thread, kind, owner_text(tgid) AS process, lock_text(kind, addr) AS lock,
	holder_text(holder) AS held_by, waits, waited_ns,
	100.0 * waited_ns / nullif(sum(waited_ns) OVER (PARTITION BY tid, kind, tgid, addr), 0) AS share_pct, max_ns
FROM (SELECT tid, kind, tgid, addr, holder, sum(n) AS waits, sum(wait_ns) AS waited_ns, max(max_ns) AS max_ns
	FROM lock_holder WHERE win BETWEEN :first_win AND :last_win GROUP BY tid, kind, tgid, addr, holder)
ORDER BY waited_ns DESC, tid, addr, holder LIMIT :top;

-- stacks: In which kernel functions did they wait for locks of the kernel, where a stack was taken?
SELECT sum(n) AS waits, sum(sum_ns) AS total_ns, max(max_ns) AS max_ns, lock_text(kind, addr) AS lock,
	thread_text(tid) AS thread, frames_text(stack) AS stack
FROM lock_wait WHERE kind = 'kernel' AND stack > 0 AND n > 0 AND win BETWEEN :first_win AND :last_win
GROUP BY addr, tid, stack ORDER BY total_ns DESC, tid, 4, 6 LIMIT :top;

-- user_stacks: Where in their programs did threads wait, and where were those that woke them, where a stack was taken?
SELECT CASE kind WHEN 'wake' THEN 'woke' WHEN 'held' THEN 'held' ELSE 'waited' END AS what, sum(n) AS count,
	sum(sum_ns) AS total_ns, max(max_ns) AS max_ns,
	CASE WHEN kind = 'lock' THEN 'kernel' WHEN kind IN ('asked', 'held') THEN 'pthread' ELSE 'futex' END AS kind,
		lock_text(CASE kind WHEN 'lock' THEN 'kernel' ELSE 'futex' END, addr) AS lock,
		thread_text(tid) AS thread, user_stack_text(ustack) AS stack
FROM user_stack WHERE kind <> 'slept' AND win BETWEEN :first_win AND :last_win
GROUP BY user_stack.kind, addr, tid, ustack ORDER BY total_ns DESC, tid, addr, ustack LIMIT :top;

-- held: How long did threads hold the write locks of their process?
SELECT thread_text(tid) AS thread, owner_text(tgid) AS process, lock_text('pthread', addr) AS lock, sum(n) AS times,
	sum(sum_ns) AS total_ns, hist_p(hist_merge(hist), 50) AS p50_ns,
	hist_p(hist_merge(hist), 99) AS p99_ns, max(max_ns) AS max_ns
FROM lock_hold WHERE win BETWEEN :first_win AND :last_win GROUP BY tid, tgid, addr ORDER BY total_ns DESC, tid, addr
	LIMIT :top;

-- short_waits: How many waits for kernel locks were too short to be recorded singly?
SELECT cpu, sum(n) AS waits, sum(sum_ns) AS total_ns FROM lock_short WHERE win BETWEEN :first_win AND :last_win
	GROUP BY cpu ORDER BY cpu;
