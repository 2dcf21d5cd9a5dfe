-- Rings of taps that were full, or half full when the recording ended, while nothing was taken out of them: who should
-- do that did not, behind window `since` (-1: from the beginning) and before window `until` (NULL: to the end).
CREATE TEMP TABLE silent_ring AS
	WITH ring AS (SELECT netns, ifindex, queue, sum(packets) - sum(full) AS came, sum(full) AS full,
			max(size) AS size, min(win) FILTER (WHERE full > 0) AS full_win
			FROM tun_queue GROUP BY netns, ifindex, queue),
		taken AS (SELECT netns, ifindex, queue, sum(n) AS n, min(win) AS first, max(win) AS last FROM tun_read
			GROUP BY netns, ifindex, queue),
		both AS (SELECT * FROM ring LEFT JOIN taken USING (netns, ifindex, queue) WHERE size > 0
			AND EXISTS (SELECT 1 FROM probe WHERE name = 'tun_recvmsg' AND status = 1))
	SELECT netns, ifindex, coalesce(max(last), -1) AS since, NULL AS until
	FROM both WHERE 2 * (came - coalesce(n, 0)) >= size OR (n IS NULL AND full > 0)
	GROUP BY netns, ifindex
	UNION
	SELECT netns, ifindex, -1, min(first) FROM both WHERE full_win < first GROUP BY netns, ifindex;

-- Those whose virtual machine is why: none of its CPUs ran meanwhile, and samples of other threads went on; or they
-- ran, and there was no buffer when vhost last looked. Whose a tap is tells vhost when it runs, else who has it open.
CREATE TEMP TABLE silent_guest AS
	WITH of_vm AS (SELECT netns, ifindex, since, until, pid, max(vq) AS vq FROM silent_ring
				JOIN virt_queue USING (netns, ifindex) WHERE dir = 0 AND pid GROUP BY 1, 2, 3, 4, 5
			UNION SELECT r.netns, r.ifindex, since, until, pid, NULL FROM silent_ring AS r
				JOIN interface AS i USING (netns, ifindex)
				JOIN vm ON instr(args || ' ', 'tap=' || i.name || ' ')),
		looked AS (SELECT o.*, EXISTS (SELECT 1 FROM cpu_thread JOIN thread AS t USING (tid)
				WHERE t.tgid = o.pid AND t.comm GLOB 'CPU */KVM' AND runtime_ns > 0
				AND win > since AND win < coalesce(until, win + 1)) AS ran
			FROM of_vm AS o WHERE EXISTS (SELECT 1 FROM thread AS t WHERE t.tgid = o.pid
					AND t.comm GLOB 'CPU */KVM')
				AND EXISTS (SELECT 1 FROM cpu_thread WHERE win > since
					AND win < coalesce(until, win + 1)))
	SELECT netns, ifindex, since, until, pid, ran FROM looked AS l
	WHERE NOT ran OR EXISTS (SELECT 1 FROM vhost_run AS h WHERE h.vq = l.vq AND h.win = since AND exhausted > 0)
	GROUP BY netns, ifindex, since, until, pid;
