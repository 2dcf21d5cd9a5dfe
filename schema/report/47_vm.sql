-- rings: Virtual machines: was a ring towards a guest full, or without a reader?
SELECT device(q.netns, q.ifindex) AS interface, q.queue, max(nullif(q.size, 0)) AS size, sum(q.packets) AS packets,
	max(q.max) FILTER (WHERE q.sock <> 0) AS waiting_peak,
	100.0 * max(q.used) FILTER (WHERE q.sock <> 0) / max(nullif(q.size, 0)) AS fullest_pct, sum(q.full) AS full,
		CASE WHEN observed('drop') THEN sum(q.dropped) END AS dropped,
	coalesce(sum(q.packets) FILTER (WHERE q.sock = 0), 0) AS unread, max(v.threads) AS reader, max(v.vm) AS vm
FROM tun_queue AS q LEFT JOIN (SELECT sock, group_concat(DISTINCT thread_text(tid)) AS threads, vm_text(max(pid)) AS vm
	FROM virt_queue WHERE dir = 0 GROUP BY sock) AS v USING(sock)
GROUP BY q.netns, q.ifindex, q.queue ORDER BY dropped DESC, packets DESC, q.netns, q.ifindex, q.queue LIMIT 10;

-- vhost: Did their vhost threads get to run, and how busy were they?
-- Wake: from the kick to the run, of the direction to the guest and of that from it.
WITH run AS (SELECT r.tid, max(q.pid) AS pid, sum(r.n) AS runs, sum(r.used) AS descriptors, sum(r.sum_ns) AS busy,
	hist_merge(r.wake_hist) AS wake
		FROM vhost_run AS r LEFT JOIN virt_queue AS q ON q.vq = r.vq GROUP BY r.tid),
	wait AS (SELECT tid, hist_p(hist_merge(hist), 99) AS p99, max(max_ns) AS longest FROM runq WHERE n > 0
		AND tid IN (SELECT tid FROM vhost_run) GROUP BY tid)
SELECT thread_text(run.tid) AS worker, vm_text(run.pid) AS vm, run.runs, run.descriptors,
	100.0 * run.busy / (SELECT nullif(last_ns - first_ns, 0) FROM trace) AS busy_pct,
	hist_p(run.wake, 50) AS wake_p50_ns, hist_p(run.wake, 99) AS wake_p99_ns, hist_max(run.wake) AS wake_max_ns,
		wait.p99 AS cpu_wait_p99_ns, wait.longest AS cpu_wait_max_ns
FROM run LEFT JOIN wait ON wait.tid = run.tid ORDER BY run.busy DESC, run.tid LIMIT 10;
