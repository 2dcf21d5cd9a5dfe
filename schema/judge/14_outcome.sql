-- What became of each echo request. One whose packet was dropped was lost here, unless nobody misses such packets
-- (10_lost.sql): the sender's socket has its own copy of a reply. What left and was not answered was lost elsewhere if
-- the answer would have been seen.
INSERT INTO outcome(proto, ethertype, saddr, daddr, sport, how, dropped, reason, location, netns, ifindex, class, why,
	packets, max_ns, limit_ns)
	WITH seen AS (
			SELECT ethertype, saddr, daddr, id, how, dropped, reason, location, netns, ifindex,
				sum(echoes) AS echoes, CASE WHEN sum(n) > 0 THEN max(max_ns) END AS max_ns
			FROM echo_outcome GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
		lost AS (
			SELECT *, dropped IS NOT NULL AND NOT EXISTS (SELECT 1 FROM symptom AS s
				WHERE s.harmless IS NOT NULL AND s.ethertype IS e.ethertype
				AND s.reason = reason(e.reason) AND s.place = place(e.location)) AS lost,
				packet_limit() IS NOT NULL AND NOT EXISTS (SELECT 1 FROM seen AS s WHERE
				s.saddr = e.saddr AND s.daddr = e.daddr AND s.max_ns IS NOT NULL) AS one_way
			FROM seen AS e),
		told AS (
			SELECT *, CASE
				WHEN lost OR how IN ('in time', 'late') THEN NULL
				WHEN how = 'edge' THEN 'under way when the recording ended'
				WHEN how = 'gap' THEN 'records were lost meanwhile'
				WHEN how = 'end unseen' THEN 'the end of the request was not seen'
				WHEN how = 'request unseen' THEN 'only the reply was seen'
				WHEN how = 'forgotten' THEN 'too many echoes at a time'
				WHEN how = 'filtered' OR one_way THEN 'replies are not among the packets asked for'
				WHEN NOT observed('drop') THEN 'drops were not observed'
				WHEN hidden_text() IS NOT NULL THEN 'the kernel hides threads that may have handled it'
				END AS unknown FROM lost)
	SELECT CASE ethertype WHEN 34525 THEN 58 ELSE 1 END, ethertype, saddr, daddr, id, how, dropped, reason,
		location, netns, ifindex, CASE
			WHEN lost THEN 'lost here'
			WHEN unknown IS NOT NULL THEN 'unknown'
			WHEN how = 'left' THEN 'lost elsewhere'
			WHEN how = 'delivered' THEN 'lost here'
			ELSE how END,
		CASE WHEN lost THEN dropped || ' ' || lost_text(reason, location, netns, ifindex)
			WHEN unknown IS NULL AND how = 'delivered' THEN 'delivered, and nobody answered'
			ELSE unknown END, echoes, max_ns, echo_limit_ns()
	FROM told;
