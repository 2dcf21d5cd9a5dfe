-- slowest.sql: the packets that took longest from the first sight on one side to their end on the other.
CREATE TABLE slowest(nth INTEGER PRIMARY KEY, from_side INTEGER NOT NULL, to_side INTEGER NOT NULL,
	sent INTEGER NOT NULL, seen INTEGER NOT NULL, begin_at_ns INTEGER NOT NULL, total_ns INTEGER NOT NULL) STRICT;
INSERT INTO slowest
	SELECT row_number() OVER (ORDER BY total_ns DESC, begin_at_ns, from_side), * FROM (
		SELECT from_side, to_side, sent, seen, a.begin_at_ns,
			coalesce(b.read_at_ns, b.end_at_ns) - a.begin_at_ns AS total_ns
		FROM passage JOIN aligned AS a ON a.side = from_side AND a.packet = sent
			JOIN aligned AS b ON b.side = to_side AND b.packet = seen
		WHERE NOT a.gap AND NOT b.gap)
	ORDER BY total_ns DESC, begin_at_ns, from_side LIMIT 1000;
