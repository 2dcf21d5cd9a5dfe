-- rule: ovs-vswitchd puts no more flows into the datapath
-- needs: offcpu flow_cmd upcall
-- about: handler
-- unlike: ovs-lock
-- advice: `ovs-appctl upcall/show` has the flows and their limit; a higher one: `ovs-vsctl set Open_vSwitch .
-- advice: other_config:flow-limit=N`; wider megaflows (rules without L4 ports); the limit falls by itself when
-- advice: revalidators take long to dump
-- Again: for seconds. One that was taken out of the datapath behind ovs-vswitchd's back (dpctl/del-flows) is not put
-- again either, but only until a revalidator notices, every half second (max-revalidator) or somewhat later.
WITH asked AS (
		SELECT sum(n) AS all_n, sum(n) FILTER (WHERE answered) AS again,
			count(*) FILTER (WHERE answered) AS flows
		FROM (SELECT n, n >= 3
			AND last_ns - first_ns >= max(2000000000, 2 * (SELECT max(max_ns) FROM upcall_latency))
				AS answered
			FROM upcall_flow)),
	told AS (
		SELECT coalesce(sum(n) FILTER (WHERE command = 'execute'), 0) AS answers,
			coalesce(sum(n) FILTER (WHERE command IN ('flow put', 'flow set') AND errno = 0), 0) AS puts
		FROM ovs_command)
-- Surer than that others have the CPU of a handler: it would not need one for these packets.
SELECT s.id AS symptom, round(s.packets * sum(b.share)) AS packets, 0.9 AS confidence,
	device(s.netns, s.ifindex) AS site, 'the limit of flows of ovs-vswitchd' AS who,
	json_array(printf('%d packets were answered, and only %d flows put into the datapath', answers, puts),
		printf('so packets of the same flow went up again: %d flows at least three times', flows)) AS chain,
	json_group_array(b.id) AS evidence
FROM symptom AS s JOIN symptom_blame AS b ON b.symptom = s.id, asked, told
WHERE s.harmless IS NULL AND b.mover = 'handler' AND b.deed IN ('run', 'queue', 'sleep')
	AND 2 * again > all_n AND 2 * puts < answers
GROUP BY s.id HAVING sum(b.share) >= 0.05
