-- polls: How did virtio-net's NAPI work: who polled, and how much was there each time?
-- needs: virtio_poll
-- none: virtnet_poll did not run
-- Share: of the queue's polls. Left: buffers that the device had filled and the poll did not take.
WITH poll AS (SELECT slot(win) AS slot, netns, ifindex, queue, caller, sum(n) AS polls, sum("sum") AS packets,
	max(budget) AS budget, sum(at_budget) AS at_budget, sum(empty) AS empty,
		hist_merge(hist) AS h, max("max") AS most, hist_merge(run_hist) AS r, max(run_max_ns) AS longest,
			sum(known) AS known, sum(remaining) AS remaining, group_concat(DISTINCT cpu) AS cpus
	FROM virtio_poll WHERE win BETWEEN :first_win AND :last_win AND device_match(netns, ifindex) GROUP BY slot(win),
		netns, ifindex, queue, caller)
SELECT win_at(slot) AS interval_at, device(netns, ifindex) AS interface, queue,
	enum_text('virtio_caller', caller) AS caller, polls,
	100.0 * polls / sum(polls) OVER (PARTITION BY slot, netns, ifindex, queue) AS share_pct, packets,
		1.0 * packets / polls AS packets_a_poll, hist_p(h, 50) AS p50_work, hist_p(h, 99) AS p99_work,
	most AS max_work, budget, at_budget, 100.0 * at_budget / polls AS at_budget_pct, empty,
		1.0 * remaining / nullif(known, 0) AS left_a_poll, hist_p(r, 50) AS run_p50_ns,
	hist_p(r, 99) AS run_p99_ns, longest AS run_max_ns, cpus
FROM poll ORDER BY interval_at, netns, ifindex, queue, caller LIMIT :top;

-- work: How many packets did each poll receive?
-- needs: virtio_poll
-- none: virtnet_poll did not run
SELECT device(netns, ifindex) AS interface, queue, sum(n) AS polls, hist_log2(hist_merge(hist), 'packets') AS work_log2
FROM virtio_poll WHERE win BETWEEN :first_win AND :last_win AND device_match(netns, ifindex) GROUP BY netns, ifindex,
	queue ORDER BY netns, ifindex, queue LIMIT :top;

-- interrupts: What came of the interrupts of virtio-net's queues?
-- needs: virtio_vq
-- none: no interrupt of a virtio-net queue was recorded
-- Unhandled: the handler found nothing to do; a line whose interrupts are nearly all of that kind is switched off by
-- the kernel.
SELECT win_at(slot(v.win)) AS interval_at, device(v.netns, v.ifindex) AS interface, v.vq / 2 AS queue,
	enum_text('vhost_dir', v.vq % 2) AS direction, nullif(v.irq, 0) AS irq,
	(SELECT name FROM irqname WHERE irqname.irq = v.irq) AS name, sum(v.n) AS interrupts,
		sum(v.n) FILTER (WHERE v.result = 1) AS handled, coalesce(sum(v.n) FILTER (WHERE v.result = 0),
		0) AS unhandled,
	100.0 * coalesce(sum(v.n) FILTER (WHERE v.result = 0), 0) / sum(v.n) AS unhandled_share_pct
FROM virtio_vq AS v WHERE v.what = 1 AND v.win BETWEEN :first_win AND :last_win AND device_match(v.netns, v.ifindex)
GROUP BY slot(v.win), v.netns, v.ifindex, v.vq, v.irq ORDER BY 1, v.netns, v.ifindex, v.vq, v.irq LIMIT :top;

-- callbacks: How often did interrupts schedule a poll, and how often were they turned on again?
-- needs: virtio_vq
-- none: no call-back of a virtio-net queue was recorded
-- Meanwhile: something had come in before they were on again, so that polling goes on.
SELECT win_at(slot(win)) AS interval_at, device(netns, ifindex) AS interface, vq / 2 AS queue,
	enum_text('vhost_dir', vq % 2) AS direction, enum_text('virtio_vq', what) AS function, sum(n) AS calls,
	CASE what WHEN 4 THEN coalesce(sum(n) FILTER (WHERE result <> 0), 0)
		WHEN 5 THEN coalesce(sum(n) FILTER (WHERE result = 0), 0) END AS meanwhile
FROM virtio_vq WHERE what > 1 AND win BETWEEN :first_win AND :last_win AND device_match(netns, ifindex)
	GROUP BY slot(win), netns, ifindex, vq, what ORDER BY 1, netns, ifindex, vq, what LIMIT :top;

-- channels: How many queues do the devices use, of how many they could have?
SELECT device(netns, ifindex) AS interface, driver, rx, tx, combined, rx_max, tx_max, combined_max, rx_ring,
	rx_ring_max, tx_ring, tx_ring_max
FROM channels WHERE (combined IS NOT NULL OR rx IS NOT NULL OR rx_ring IS NOT NULL) AND device_match(netns, ifindex)
	ORDER BY netns, ifindex LIMIT :top;
