-- Rings of taps that were half full when the recording ended, and the window in which something was last taken out of
-- them: who should do that did not for the rest of it.
CREATE TEMP TABLE silent_ring AS
	WITH ring AS (SELECT netns, ifindex, queue, sum(packets) - sum(full) AS came, max(size) AS size
			FROM tun_queue GROUP BY netns, ifindex, queue),
		taken AS (SELECT netns, ifindex, queue, sum(n) AS n, max(win) AS win FROM tun_read
			GROUP BY netns, ifindex, queue)
	SELECT netns, ifindex, coalesce(max(taken.win), -1) AS win
	FROM ring LEFT JOIN taken USING (netns, ifindex, queue)
	WHERE size > 0 AND 2 * (came - coalesce(n, 0)) >= size
		AND EXISTS (SELECT 1 FROM probe WHERE name = 'tun_recvmsg' AND status = 1)
	GROUP BY netns, ifindex;

-- Those whose virtual machine is why: none of its CPUs ran any more, while samples of other threads went on; or they
-- ran, and there was no buffer when vhost last looked.
CREATE TEMP TABLE silent_guest AS
	WITH vcpu AS (SELECT t.tgid AS pid, max(c.win) AS win FROM cpu_thread AS c JOIN thread AS t USING (tid)
			WHERE t.comm GLOB 'CPU */KVM' AND c.runtime_ns > 0 GROUP BY t.tgid),
		of_vm AS (SELECT DISTINCT r.netns, r.ifindex, r.win, v.pid, vcpu.win AS vcpu_win,
				(SELECT sum(exhausted) FROM vhost_run AS h
					WHERE h.vq = v.vq AND h.win = r.win) AS exhausted
			FROM silent_ring AS r JOIN virt_queue AS v USING (netns, ifindex) JOIN vcpu USING (pid)
			WHERE v.dir = 0)
	SELECT netns, ifindex, pid, max(vcpu_win > win) AS ran FROM of_vm
	WHERE win < (SELECT max(win) FROM cpu_thread) AND (vcpu_win <= win OR exhausted > 0)
	GROUP BY netns, ifindex, pid;
