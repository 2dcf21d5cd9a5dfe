-- interrupts: How many interrupts were injected into virtual machines, for whom, and did they arrive?
-- needs: kvm_irq
-- none: no interrupt was injected into a virtual machine
-- Asked: an eventfd asked for it. At once: injected there and then, and how that went; merged: one was still pending,
-- deferred: left to a kernel worker.
-- MSI: injected by a worker or by the virtual machine's process.
WITH irq AS (SELECT slot(win) AS slot, kvm, max(pid) AS pid, gsi, max(nullif(msi, 0)) AS msi,
	max(nullif(eventfd, 0)) AS eventfd, coalesce(sum(n) FILTER (WHERE what = 1), 0) AS asked,
		coalesce(sum(n) FILTER (WHERE what = 2), 0) AS at_once, coalesce(sum(delivered) FILTER (WHERE what = 2),
			0) AS delivered, coalesce(sum(merged) FILTER (WHERE what = 2), 0) AS merged,
		coalesce(sum(deferred) FILTER (WHERE what = 2), 0) AS deferred,
			coalesce(sum(failed) FILTER (WHERE what = 2), 0) AS failed,
			coalesce(sum(n) FILTER (WHERE what = 4), 0) AS by_worker,
		coalesce(sum(n) FILTER (WHERE what = 3), 0) AS msis,
			coalesce(sum(failed + deferred) FILTER (WHERE what = 3), 0) AS msi_failed,
			group_concat(DISTINCT cpu) AS cpus
	FROM kvm_irq WHERE win BETWEEN :first_win AND :last_win GROUP BY slot(win), kvm, gsi)
SELECT win_at(slot) AS interval_at, vm_text(irq.pid) AS vm, irq.gsi, irq.msi & 255 AS vector, CASE
	WHEN q.ifindex > 0 THEN device(q.netns, q.ifindex) END AS interface, q.queue,
	enum_text('vhost_dir', q.dir) AS direction,
	CASE WHEN irq.eventfd IS NOT NULL THEN printf('0x%x', irq.eventfd) END AS eventfd, asked, at_once, delivered,
		merged, deferred, failed, by_worker, msis, msi_failed, cpus
FROM irq LEFT JOIN virt_queue AS q ON q.call = irq.eventfd
WHERE device_match(q.netns, q.ifindex)
ORDER BY interval_at, asked + at_once + msis DESC, irq.kvm, irq.gsi LIMIT :top;

-- sources: Which threads and CPUs injected them?
-- needs: kvm_irq
-- none: no interrupt was injected into a virtual machine
SELECT interval_at, vm, gsi, function, thread_on_cpu, cpu, times, share_pct FROM (
	SELECT win_at(slot(win)) AS interval_at, vm_text(max(pid)) AS vm, gsi, enum_text('kvm_irq', what) AS function,
		thread_text(tid) AS thread_on_cpu, cpu, sum(n) AS times,
		100.0 * sum(n) / sum(sum(n)) OVER (PARTITION BY slot(win), kvm, gsi, what) AS share_pct,
		row_number() OVER (PARTITION BY slot(win) ORDER BY sum(n) DESC, kvm, gsi, what, tid, cpu) AS rank
	FROM kvm_irq WHERE win BETWEEN :first_win AND :last_win GROUP BY slot(win), kvm, gsi, what, tid, cpu)
WHERE rank <= :top ORDER BY interval_at, rank;

-- vcpus: Which virtual CPUs were kicked out of the guest or woken up, and from which CPUs?
-- needs: kvm_kick
-- none: no virtual CPU was kicked
SELECT win_at(slot(win)) AS interval_at, vm_text(max(pid)) AS vm, vcpu, sum(n) AS kicks,
	group_concat(DISTINCT cpu) AS from_cpus
FROM kvm_kick WHERE win BETWEEN :first_win AND :last_win GROUP BY slot(win), kvm, vcpu ORDER BY interval_at, kicks DESC,
	kvm, vcpu LIMIT :top;
