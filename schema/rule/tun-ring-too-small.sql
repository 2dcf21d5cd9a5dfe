-- rule: the ring of a tap is smaller than a burst
-- needs: drop hop tun_ring
-- about: FULL_RING
-- unlike: vhost-starved
-- advice: a longer ring: `ip link set dev DEVICE txqueuelen 10000`; more queues
SELECT s.id AS symptom, s.packets AS packets, 0.8 AS confidence, device(s.netns, s.ifindex) AS site,
	'txqueuelen ' || (SELECT txqlen FROM interface AS i WHERE i.netns = s.netns AND i.ifindex = s.ifindex) AS who,
	json_array(printf('the ring has %d slots', (SELECT max(size) FROM tun_queue AS q WHERE q.netns = s.netns
		AND q.ifindex = s.ifindex)),
		'whoever takes packets out of it was not late') AS chain
FROM symptom AS s WHERE s.kind = 'lost' AND s.reason = 'FULL_RING'
	AND timed_while(s.id, 51, 52)
	AND NOT EXISTS (SELECT 1 FROM silent_ring AS r WHERE r.netns = s.netns AND r.ifindex = s.ifindex)
	AND NOT EXISTS (SELECT 1 FROM blame AS b WHERE b.from_stage = 51 AND b.netns = s.netns AND b.ifindex = s.ifindex
		AND b.late > 0)
	AND NOT EXISTS (SELECT 1 FROM stage_latency AS l WHERE from_stage = 51 AND to_stage = 52
		AND l.netns = s.netns AND l.ifindex = s.ifindex AND l.uncertain_late > 0)
