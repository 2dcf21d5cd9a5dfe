-- meanwhile_text(from_stage, to_stage, netns, ifindex): what whoever should have moved packets on did in such intervals
-- of 5 ms and more: its three largest parts. NULL: there were none, or nobody is known to have to.
SELECT group_concat(printf('%.0f %% %s', 100 * part, did), ', ') FROM (
	SELECT sum(sum_ns) / (SELECT 1.0 * sum(sum_ns) FROM blame WHERE from_stage = ?1 AND to_stage = ?2
			AND netns = ?3 AND ifindex = ?4) AS part,
		CASE deed WHEN 'unknown' THEN 'not known' ELSE thread_text(tid) || CASE deed
			WHEN 'run' THEN ' ran'
			WHEN 'behind' THEN ' worked off what had piled up'
			WHEN 'queue' THEN ' waited for a CPU'
				|| coalesce(' that ' || nullif(thread_text(by), 'idle') || ' had', '')
			WHEN 'nobody' THEN ' waited for an idle CPU'
			WHEN 'quota' THEN ' was held up by its CPU quota'
			WHEN 'lock' THEN ' waited for a lock'
				|| CASE WHEN by > 0 THEN ' of ' || thread_text(by) ELSE '' END
			WHEN 'stop' THEN ' was stopped'
			ELSE ' slept' END END AS did
	FROM (SELECT tid, by, deed, sum_ns - behind_ns AS sum_ns, from_stage, to_stage, netns, ifindex FROM blame
		UNION ALL SELECT tid, 0, 'behind', behind_ns, from_stage, to_stage, netns, ifindex FROM blame)
	WHERE from_stage = ?1 AND to_stage = ?2 AND netns = ?3 AND ifindex = ?4
	GROUP BY did HAVING sum(sum_ns) > 0 ORDER BY part DESC, did LIMIT 3)
