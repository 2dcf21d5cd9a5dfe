-- eventfds: Which eventfds did the kernel signal, and what are they for?
-- needs: eventfd
-- none: no eventfd was signalled
-- Purpose call: vhost interrupts the guest; kick: the guest notifies vhost. Id: eventfd-id in /proc/PID/fdinfo.
WITH purpose AS (
	SELECT call AS ctx, 'call' AS kind, vq FROM vhost_run WHERE call <> 0 GROUP BY call
	UNION
	SELECT kick, 'kick', vq FROM vhost_run WHERE kick <> 0 GROUP BY kick),
thread AS (SELECT slot(win) AS slot, ctx, tid, id, sum(n) AS n FROM eventfd WHERE win BETWEEN :first_win AND :last_win
	GROUP BY slot(win), ctx, tid),
-- tid: with most
total AS (SELECT slot, ctx, id, tid, max(n) AS most, sum(n) AS signals, count(*) AS threads FROM thread
	GROUP BY slot, ctx)
SELECT win_at(total.slot) AS interval_at, printf('0x%x', total.ctx) AS eventfd, total.id, purpose.kind AS purpose,
	CASE WHEN q.ifindex > 0 THEN device(q.netns, q.ifindex) END AS interface, q.queue,
		enum_text('vhost_dir', q.dir) AS direction, CASE purpose.kind WHEN 'call' THEN q.gsi END AS gsi,
		vm_text(q.pid) AS vm,
	signals, signals / span_s(total.slot, :first_win, :last_win) AS signals_per_s, threads,
		thread_text(total.tid) AS most_by
FROM total LEFT JOIN purpose ON purpose.ctx = total.ctx LEFT JOIN virt_queue AS q ON q.vq = purpose.vq
WHERE device_match(q.netns, q.ifindex)
ORDER BY interval_at, signals DESC, total.ctx LIMIT :top;
