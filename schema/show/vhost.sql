-- queues: What did vhost do for each virtqueue, and how busy was it?
-- needs: vhost_run
-- none: vhost did not run
-- Direction rx: to the guest. Busy: share of the time that its worker spent in handle_rx or handle_tx. No buffers: runs
-- at whose end the guest offered
-- no descriptor. Wake: from the first kick to the beginning of the run.
WITH run AS (SELECT slot(win) AS slot, vq, dir, tid, sum(n) AS runs, sum(sum_ns) AS busy, hist_merge(hist) AS h,
	max(max_ns) AS longest, sum(used) AS used, sum(taken) AS taken,
		sum(empty) AS empty, sum(known) AS known, sum(exhausted) AS exhausted, hist_merge(wake_hist) AS w,
			max(wake_max_ns) FILTER (WHERE wake_n > 0) AS wake_max
	FROM vhost_run WHERE win BETWEEN :first_win AND :last_win GROUP BY slot(win), vq, dir, tid),
kick AS (SELECT slot(win) AS slot, vq, sum(n) FILTER (WHERE why = 0) AS guest, sum(n) FILTER (WHERE why = 1) AS socket
	FROM vhost_kick WHERE win BETWEEN :first_win AND :last_win GROUP BY slot(win), vq),
seen AS (SELECT observed('vhost_kick') AS kicks)
SELECT win_at(run.slot) AS interval_at, CASE WHEN q.ifindex > 0 THEN device(q.netns, q.ifindex) END AS interface,
	q.queue, enum_text('vhost_dir', run.dir) AS direction, thread_text(run.tid) AS worker,
	vm_text(q.pid) AS vm, run.runs, run.busy / 1e7 / span_s(run.slot, :first_win, :last_win) AS busy_pct,
		run.used AS descriptors, 1.0 * run.used / run.runs AS descriptors_a_run,
	run.empty AS empty_runs, CASE WHEN run.known > 0 THEN run.exhausted END AS no_buffers,
		hist_p(run.h, 50) AS run_p50_ns, hist_p(run.h, 99) AS run_p99_ns, run.longest AS run_max_ns,
	CASE WHEN seen.kicks THEN coalesce(kick.guest, 0) END AS kicks_guest, CASE
		WHEN seen.kicks THEN coalesce(kick.socket, 0) END AS kicks_socket,
	hist_p(run.w, 50) AS wake_p50_ns, hist_p(run.w, 99) AS wake_p99_ns, run.wake_max AS wake_max_ns
FROM run CROSS JOIN seen LEFT JOIN virt_queue AS q ON q.vq = run.vq LEFT JOIN kick ON kick.slot IS run.slot
	AND kick.vq = run.vq
WHERE device_match(q.netns, q.ifindex)
ORDER BY interval_at, run.used DESC, interface, q.queue, run.dir, run.tid LIMIT :top;

-- rings: How many descriptors did the guest offer, and how many did vhost keep, when a run ended?
-- needs: vhost_run
-- none: vhost did not run
-- Offered: by the guest, not yet taken by vhost: with none of direction rx, packets wait in the tun ring. Held: taken,
-- not yet given back.
SELECT win_at(slot(r.win)) AS interval_at, CASE WHEN q.ifindex > 0 THEN device(q.netns, q.ifindex) END AS interface,
	q.queue, enum_text('vhost_dir', r.dir) AS direction, vm_text(q.pid) AS vm, q.size,
	sum(held_n) AS runs, min(offered_min) FILTER (WHERE offered_n > 0) AS offered_min,
		hist_p(hist_merge(offered_hist), 50) AS offered_p50, hist_max(hist_merge(offered_hist)) AS offered_max,
	hist_p(hist_merge(held_hist), 50) AS held_p50, hist_p(hist_merge(held_hist), 99) AS held_p99,
		max(held_max) AS held_max
FROM vhost_ring AS r LEFT JOIN virt_queue AS q ON q.vq = r.vq WHERE r.win BETWEEN :first_win AND :last_win
	AND device_match(q.netns, q.ifindex)
GROUP BY slot(r.win), r.vq, r.dir ORDER BY interval_at, runs DESC, interface, q.queue, r.dir LIMIT :top;

-- workers: How busy was each vhost thread, and did it get a CPU?
-- needs: vhost_run
-- none: vhost did not run
WITH run AS (SELECT slot(r.win) AS slot, r.tid, max(q.pid) AS pid, sum(r.n) AS runs, sum(r.used) AS descriptors,
	sum(r.sum_ns) AS busy
	FROM vhost_run AS r LEFT JOIN virt_queue AS q ON q.vq = r.vq WHERE r.win BETWEEN :first_win AND :last_win
		AND device_match(q.netns, q.ifindex) GROUP BY slot(r.win), r.tid),
cpu AS (SELECT slot(win) AS slot, tid, sum(runtime_ns) AS ns FROM cpu_thread
	WHERE tid IN (SELECT tid FROM vhost_run) AND win BETWEEN :first_win AND :last_win GROUP BY slot(win), tid),
wait AS (SELECT slot(win) AS slot, tid, sum(sum_ns) AS ns, group_concat(DISTINCT cpu) AS cpus FROM runq
	WHERE tid IN (SELECT tid FROM vhost_run) AND win BETWEEN :first_win AND :last_win GROUP BY slot(win), tid),
seen AS (SELECT observed('offcpu') AS waits)
SELECT win_at(run.slot) AS interval_at, thread_text(run.tid) AS worker, vm_text(run.pid) AS vm, run.runs,
	run.descriptors,
	run.busy / 1e7 / span_s(run.slot, :first_win, :last_win) AS busy_pct, cpu.ns AS cpu_ns, CASE
		WHEN seen.waits THEN coalesce(wait.ns, 0) END AS cpu_wait_ns, wait.cpus
FROM run CROSS JOIN seen LEFT JOIN cpu ON cpu.tid = run.tid AND cpu.slot IS run.slot LEFT
	JOIN wait ON wait.tid = run.tid AND wait.slot IS run.slot
ORDER BY interval_at, run.busy DESC, run.tid LIMIT :top;

-- signals: How often was the guest interrupted, and how often did it not want to be?
-- needs: vhost_used
-- none: vhost gave nothing back to a guest
-- Times: vhost gave descriptors back; sent: it then signalled the guest's eventfd; suppressed: it did not. By: how the
-- guest says that it wants none:
-- the index at which it wants the next one, or a flag.
WITH used AS (SELECT slot(win) AS slot, vq, max(nullif(call, 0)) AS call, sum(n) AS times, sum(chains) AS chains,
	sum(sent) AS sent, hist_merge(hist) AS h
	FROM vhost_used WHERE win BETWEEN :first_win AND :last_win GROUP BY slot(win), vq),
guest AS (SELECT slot(win) AS slot, vq, sum(event_index) AS event_index, sum(known) AS known, sum(flag_off) AS flag_off
	FROM vhost_run WHERE win BETWEEN :first_win AND :last_win GROUP BY slot(win), vq),
seen AS (SELECT observed('eventfd') AS signals)
SELECT win_at(used.slot) AS interval_at, CASE WHEN q.ifindex > 0 THEN device(q.netns, q.ifindex) END AS interface,
	q.queue, enum_text('vhost_dir', q.dir) AS direction, vm_text(q.pid) AS vm, times,
	chains AS descriptors, hist_mean(h) AS descriptors_a_time, CASE WHEN seen.signals THEN sent END AS sent, CASE
		WHEN seen.signals THEN times - sent END AS suppressed,
	CASE WHEN seen.signals THEN 100.0 * (times - sent) / times END AS suppressed_share_pct,
	CASE WHEN guest.known > 0 THEN CASE WHEN guest.event_index > 0 THEN 'index' ELSE 'flag' END END AS by, CASE
		WHEN guest.event_index = 0 THEN 100.0 * guest.flag_off / nullif(guest.known, 0) END AS flag_off_pct,
	CASE WHEN used.call <> 0 THEN printf('0x%x', used.call) END AS eventfd, q.gsi
FROM used CROSS JOIN seen LEFT JOIN virt_queue AS q ON q.vq = used.vq LEFT JOIN guest ON guest.vq = used.vq
	AND guest.slot IS used.slot
WHERE device_match(q.netns, q.ifindex)
ORDER BY interval_at, chains DESC, interface, q.queue, q.dir LIMIT :top;

-- kicks: Who told vhost that there is work?
-- needs: vhost_kick
-- none: vhost was not kicked
-- Guest: the guest notified a virtqueue; socket: a packet came to the tun queue, or there is room in it again.
SELECT win_at(slot(k.win)) AS interval_at, CASE WHEN q.ifindex > 0 THEN device(q.netns, q.ifindex) END AS interface,
	q.queue, enum_text('vhost_dir', q.dir) AS direction, enum_text('vhost_why', k.why) AS by,
	thread_text(k.tid) AS thread_on_cpu, sum(k.n) AS kicks
FROM vhost_kick AS k LEFT JOIN virt_queue AS q ON q.vq = k.vq WHERE k.win BETWEEN :first_win AND :last_win
	AND device_match(q.netns, q.ifindex)
GROUP BY slot(k.win), k.vq, k.why, k.tid ORDER BY interval_at, kicks DESC, interface, q.queue, q.dir, k.why, k.tid
	LIMIT :top;

-- chain: Which device, socket, virtqueue, eventfd, interrupt, thread and virtual machine belong together?
-- needs: vhost_run
-- none: vhost did not run
SELECT CASE WHEN ifindex > 0 THEN device(netns, ifindex) END AS interface, queue,
	enum_text('vhost_dir', dir) AS direction, CASE WHEN sock <> 0 THEN printf('0x%x', sock) END AS socket,
	printf('0x%x', vq) AS virtqueue, size,
	thread_text(tid) AS worker, vm_text(pid) AS vm, CASE
		WHEN call <> 0 THEN printf('0x%x', call) END AS call_eventfd, gsi, CASE
		WHEN msi > 0 THEN msi & 255 END AS vector, CASE
		WHEN kick <> 0 THEN printf('0x%x', kick) END AS kick_eventfd
FROM virt_queue WHERE device_match(netns, ifindex) ORDER BY 1, queue, dir LIMIT :top;

-- vms: Which virtual machines are there, and how are they connected?
SELECT vm_text(pid) AS vm, args AS arguments FROM vm ORDER BY pid LIMIT :top;
