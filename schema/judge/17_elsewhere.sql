-- What was lost beyond this host: it left, nothing dropped it here, and no answer came in time; by who should have
-- answered. Less than one of a hundred is no symptom: networks lose that much, and TCP sends it again.
INSERT INTO symptom(kind, packets, from_stage, to_stage, netns, ifindex, reason, place, ethertype, proto, first_win,
	last_win)
	WITH beyond AS (
			SELECT what, ethertype, proto, daddr, sum(packets) FILTER (WHERE class = 'lost elsewhere') AS n,
				CASE what WHEN 'echo' THEN sum(packets)
					ELSE (SELECT sum(s.packets) FROM outcome AS s WHERE s.what = 'segment'
						AND s.daddr = o.daddr) END AS of_all
			FROM outcome AS o WHERE what IN ('echo', 'retransmit') GROUP BY what, ethertype, proto, daddr
			HAVING n > 0),
		at AS (
			SELECT 'echo' AS what, daddr, min(win) AS first_win, max(win) AS last_win FROM echo_outcome
			WHERE how = 'left' GROUP BY daddr
			UNION ALL
			SELECT 'retransmit', daddr, min(win), max(win) FROM tcp_retransmit GROUP BY daddr)
	SELECT 'elsewhere', n, 0, 0, 0, 0, 'left this host', daddr, ethertype, proto, first_win, last_win
	FROM beyond JOIN at USING (what, daddr) WHERE 100 * n >= of_all;
