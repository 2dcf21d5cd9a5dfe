-- CPUs that softirqs kept busy while packets of a symptom waited for them, or found their backlog full: 80 % of the
-- second in which they had most to do. share: of the symptom's time, or packets. spare: which part of the time no
-- thread had another CPU, of that which was most free; NULL: there is no other. effect: what it did, in words.
-- Both by the times of softirqs and threads: the ticks of /proc/stat miss what never, or always, runs as they come.
-- A sample counts for what was before it, which is many seconds where the sampler got no CPU either.
CREATE TEMP TABLE full_cpu AS
	WITH sampled AS (
			SELECT id, first_win, coalesce((SELECT min(win) FROM cpu_busy WHERE win > last_win),
				last_win + 1) AS last_win FROM symptom),
		waited AS (
			-- Who ran was that CPU's ksoftirqd, and so did the packets before them.
			SELECT b.symptom, CAST(substr(t.comm, 11) AS INTEGER) AS cpu, sum(b.share) AS share,
				json_group_array(b.id) AS evidence, NULL AS reader, NULL AS longest
			FROM symptom_blame AS b JOIN thread AS t USING (tid)
			WHERE b.mover = 'softirq' AND b.deed = 'run' AND t.comm LIKE 'ksoftirqd/%'
			GROUP BY b.symptom, cpu
			UNION ALL
			-- Who waited for a CPU, a reader or handler, waited behind ksoftirqd.
			SELECT b.symptom, CAST(substr(t.comm, 11) AS INTEGER), sum(b.share), json_group_array(b.id),
				b.tid, max(b.max_ns)
			FROM symptom_blame AS b JOIN thread AS t ON t.tid = hog_of(b.tid)
			WHERE b.deed = 'queue' AND (b.to_stage IN (64, 66) OR b.mover = 'handler')
				AND t.comm LIKE 'ksoftirqd/%' AND hog_share(b.tid) >= 0.4
			GROUP BY b.symptom, b.tid
			UNION ALL
			SELECT s.id, n.cpu, 1.0 * sum(n.dropped) / sum(sum(n.dropped)) OVER (PARTITION BY s.id), NULL,
				NULL, NULL
			FROM symptom AS s JOIN sampled AS t USING (id)
				JOIN softnet AS n ON n.win BETWEEN t.first_win AND t.last_win
			WHERE s.kind = 'lost' AND s.reason = 'CPU_BACKLOG' GROUP BY s.id, n.cpu
			HAVING sum(n.dropped) > 0),
		busy AS (
			SELECT w.*, q.win, 1.0 * sum(q.sum_ns) / (SELECT window_ns FROM trace) AS part,
				row_number() OVER (PARTITION BY w.symptom, w.cpu, w.reader
					ORDER BY sum(q.sum_ns) DESC, q.win) AS nth
			FROM waited AS w JOIN symptom AS s ON s.id = w.symptom
				JOIN softirq AS q ON q.cpu = w.cpu AND q.win BETWEEN s.first_win AND s.last_win
			GROUP BY w.symptom, w.cpu, w.reader, q.win)
	SELECT symptom, cpu, share, evidence, min(1, part) AS part, CASE WHEN reader IS NULL
			THEN printf('packets come to CPU %d faster than it takes them out of its backlog', cpu)
			ELSE printf('%s waited for that CPU up to %s', thread_text(reader), duration_text(longest))
			END AS effect,
		(SELECT max(free) FROM (SELECT 1 - 1.0 * coalesce((SELECT sum(t.runtime_ns) FROM cpu_thread AS t
					WHERE t.cpu = o.cpu AND t.win BETWEEN s.first_win AND s.last_win), 0)
				/ sum(o.span_ns) AS free
			FROM cpu_busy AS o WHERE o.cpu <> busy.cpu AND o.win BETWEEN s.first_win AND s.last_win
			GROUP BY o.cpu)) AS spare
	FROM busy JOIN sampled AS s ON s.id = busy.symptom WHERE nth = 1 AND part >= 0.8 AND share >= 0.05;
