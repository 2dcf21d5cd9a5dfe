-- rule: Open vSwitch's user space does not keep up with misses
-- needs: upcall_end
-- unlike: upcall-storm
-- advice: if it was stopped: who does that (SIGSTOP, a debugger, gcore, a frozen cgroup)? Else: which flows miss?
-- advice: `netanalyze show upcalls TRACE`; wider megaflows (rules without L4 ports), more handlers (`ovs-vsctl set
-- advice: Open_vSwitch . other_config:n-handler-threads=N`); what keeps them? `netanalyze show sched TRACE`,
-- advice: `netanalyze show locks TRACE`
-- Whoever stopped the handlers filled their sockets: for half of the time in which these were full, from its begin on.
WITH asleep AS (
		SELECT s.id AS symptom, s.first_win, s.last_win, o.tid, o.max_ns, o.win AS end_win,
			o.win - o.max_ns / window_ns AS begin_win
		FROM trace, symptom AS s, offcpu AS o
		WHERE s.reason = 'Open vSwitch: upcall refused' AND o.tid IN (SELECT tid FROM upcall_latency)
			AND task_state_text(o.state) IN ('stopped', 'traced', 'frozen')),
	stopped AS (
		SELECT symptom, max(tid) AS tid, max(max_ns) AS max_ns FROM asleep
		WHERE begin_win <= first_win
			AND 2 * (min(end_win, last_win) + 1 - first_win) >= last_win + 1 - first_win
		GROUP BY symptom
		UNION ALL
		SELECT s.id, vswitchd(), max(u.max_ns)
		FROM symptom AS s JOIN symptom AS u ON u.kind = 'unanswered' AND u.first_win <= s.first_win
		GROUP BY s.id)
SELECT id AS symptom, packets, CASE WHEN p.tid IS NULL THEN 0.9 ELSE 0.95 END AS confidence,
	device(netns, ifindex) AS site,
	coalesce(process_text(p.tid), 'the handlers of ovs-vswitchd') AS who,
	json_array(CASE WHEN p.tid IS NULL THEN 'more packets miss the flow table than the handlers can answer'
		ELSE printf('%s was stopped, for up to %s', process_text(p.tid), duration_text(p.max_ns)) END,
		'the sockets of the handlers are full') AS chain
FROM symptom AS s LEFT JOIN stopped AS p ON p.symptom = s.id
WHERE kind = 'lost' AND harmless IS NULL AND reason = 'Open vSwitch: upcall refused'
