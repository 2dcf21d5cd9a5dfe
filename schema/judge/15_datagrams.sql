-- What became of each UDP datagram, by flow. What was read is late beyond 10 times the flow's own median time to the
-- socket, of which the reader's delay is no part, and late_ns() at least; few packets have no median to speak of. Those
-- that the datapath of Open vSwitch freed as if they had been delivered were seen to leave for it, or not seen to end.
CREATE TEMP TABLE ended AS
	SELECT *, max(CASE WHEN n >= 10 THEN 10 * hist_p(hist, 50) ELSE 0 END, (SELECT late_ns())) AS limit_ns,
		max(0, packets - carried - drops - arrived - departed - sometime - edge - upcalled - in_gap - forgotten)
			AS unseen
	FROM flow WHERE proto IN (6, 17) AND arrived IS NOT NULL;
CREATE INDEX temp.ended_ports ON ended(proto, sport, dport);

-- Texts are made once for each kind of loss.
CREATE TEMP TABLE losses AS
	WITH kind AS MATERIALIZED (
		SELECT *, harmless_text(proto, ethertype, reason, location, netns, ifindex) AS harmless,
			lost_text(reason, location, netns, ifindex) AS text
		FROM (SELECT DISTINCT proto, ethertype, reason, location, netns, ifindex FROM flow_loss
			WHERE proto IN (6, 17)))
	SELECT l.*, CASE WHEN harmless IS NULL THEN 'lost here' ELSE 'not missed' END AS class,
		coalesce(harmless, text) AS why
	FROM flow_loss AS l JOIN kind USING (proto, ethertype, reason, location, netns, ifindex);

-- Of copies of one packet the datapath may free several.
CREATE TEMP TABLE eaten AS
	WITH told AS (
		SELECT proto, ethertype, saddr, daddr, sport, dport, why, netns, ifindex, count(*) AS n
		FROM ovs_drop_event WHERE location = 0 AND proto IN (6, 17) GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9),
	summed AS (
		SELECT t.*, e.departed + e.unseen AS room, coalesce(sum(t.n) OVER (
			PARTITION BY t.proto, t.saddr, t.daddr, t.sport, t.dport
			ORDER BY t.n DESC, t.why, t.netns, t.ifindex
			ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
		FROM told AS t JOIN ended AS e USING (proto, sport, dport, saddr, daddr, ethertype))
	SELECT *, min(n, room - before) AS lost FROM summed WHERE before < room;

-- What the sockets of ovs-vswitchd refuse does not come back: if as many were refused as did not, but for one of a
-- hundred, it is those; of single ones nobody told which.
CREATE TEMP TABLE datagrams AS
	WITH told AS (
		SELECT coalesce(sum(n), 0) AS all_refused,
			100 * sum(n) >= 99 * (SELECT sum(upcalled) FROM flow) AS known
		FROM upcall_fate
		WHERE fate = 'refused' AND coalesce(nullif(config_value('analyze.filter'), ''),
			config_value('analyze.iface')) IS NULL),
	f AS (
		SELECT *, sum(upcalled) OVER (ORDER BY upcalled DESC, saddr, daddr, sport, dport, ethertype
				ROWS UNBOUNDED PRECEDING) - upcalled AS before,
			coalesce((SELECT sum(lost) FROM eaten AS e WHERE e.proto = 17 AND e.sport = d.sport
			AND e.dport = d.dport AND e.saddr = d.saddr AND e.daddr = d.daddr), 0) AS eaten
		FROM ended AS d WHERE proto = 17)
	SELECT *, hist_from(read_hist, limit_ns) AS late, max(0, departed - eaten) AS beyond,
		unseen - max(0, eaten - departed) AS nowhere,
		CASE arrived WHEN 0 THEN min(max(0, departed - eaten), hist_from(hist, limit_ns)) ELSE 0
			END AS late_beyond,
		CASE WHEN known THEN max(0, min(upcalled, all_refused - before)) ELSE 0 END AS refused
	FROM f, told;

INSERT INTO outcome(what, proto, ethertype, saddr, daddr, sport, dport, how, reason, location, netns, ifindex, class,
	why, packets, max_ns, limit_ns)
	WITH nobody(how, class, why) AS (VALUES
		('left', 'unknown', 'left this host, and whether somebody read it is not known'),
		('sometime', 'unknown', 'received, but when it was read is not known'),
		('edge', 'unknown', 'under way when the recording ended'),
		('gap', 'unknown', 'records were lost meanwhile'),
		('forgotten', 'unknown', 'too many packets at a time'),
		('end unseen', 'unknown', coalesce(hidden_text(), 'the end was not seen')),
		('refused', 'lost here', 'dropped by Open vSwitch: the sockets of ovs-vswitchd were full'),
		('upcall', 'unknown', 'sent up to ovs-vswitchd, from where it did not come back')),
	ends AS (
		SELECT ethertype, saddr, daddr, sport, dport, limit_ns, 'read' AS how, NULL AS reason, NULL AS location,
			NULL AS netns, NULL AS ifindex, 'in time' AS class, NULL AS why, read_n - late AS packets,
			CASE late WHEN 0 THEN read_max_ns END AS max_ns
		FROM datagrams
		UNION ALL
		SELECT ethertype, saddr, daddr, sport, dport, limit_ns, 'read', NULL, NULL, NULL, NULL, 'late', NULL,
			late, read_max_ns
		FROM datagrams
		UNION ALL
		SELECT ethertype, saddr, daddr, sport, dport, limit_ns, 'left', NULL, NULL, NULL, NULL, 'late', NULL,
			late_beyond, max_ns
		FROM datagrams
		UNION ALL
		SELECT ethertype, saddr, daddr, sport, dport, limit_ns, 'dropped', reason, location, l.netns, l.ifindex,
			l.class, l.why, l.packets, NULL
		FROM datagrams JOIN losses AS l USING (proto, ethertype, saddr, daddr, sport, dport)
		UNION ALL
		SELECT ethertype, saddr, daddr, sport, dport, limit_ns, 'dropped', NULL, NULL, e.netns, e.ifindex,
			'lost here', ovs_lost_text(e.why, e.netns, e.ifindex), e.lost, NULL
		FROM datagrams JOIN eaten AS e USING (proto, ethertype, saddr, daddr, sport, dport)
		UNION ALL
		SELECT ethertype, saddr, daddr, sport, dport, limit_ns, how, NULL, NULL, NULL, NULL, nobody.class,
			nobody.why, CASE how
			WHEN 'left' THEN beyond - late_beyond
			WHEN 'sometime' THEN sometime
			WHEN 'edge' THEN edge
			WHEN 'gap' THEN in_gap
			WHEN 'forgotten' THEN forgotten
			WHEN 'refused' THEN refused
			WHEN 'upcall' THEN upcalled - refused
			ELSE nowhere END, NULL
		FROM datagrams, nobody)
	SELECT 'datagram', 17, ethertype, saddr, daddr, sport, dport, how, reason, location, netns, ifindex, class, why,
		packets, max_ns, limit_ns
	FROM ends WHERE packets > 0;

-- Datagrams and segments that were dropped before they came to a device: none of their stages was seen.
INSERT INTO outcome(what, proto, ethertype, saddr, daddr, sport, dport, how, reason, location, netns, ifindex, class,
	why, packets)
	SELECT CASE proto WHEN 6 THEN 'segment' ELSE 'datagram' END, proto, ethertype, saddr, daddr, sport, dport,
		'not sent', reason, location, netns, ifindex, 'lost here', lost_text(reason, location, netns, ifindex),
			n
	FROM (SELECT *, count(*) AS n FROM drop_event
		WHERE class = 'packet' AND proto IN (6, 17) AND last_stage = 0 AND ifindex = 0 AND part = 0
		GROUP BY proto, ethertype, saddr, daddr, sport, dport, reason, location)
	WHERE harmless_text(proto, ethertype, reason, location, netns, ifindex) IS NULL;
DROP TABLE datagrams;
