-- 0009_flow.sql: drops by flow.
-- The conventions are those of 0001_init.sql.

CREATE TABLE drop_flow(               -- every drop of class 'packet', unless its flow was forgotten (eviction)
	win           INTEGER NOT NULL,
	reason        INTEGER NOT NULL,  -- enumerator set skb_drop_reason
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,
	ethertype     INTEGER NOT NULL,
	saddr         TEXT,              -- NULL from here to proto: headers not readable
	daddr         TEXT,
	sport         INTEGER,           -- ICMP echo: identifier
	dport         INTEGER,           -- ICMP: type << 8 | code
	proto         INTEGER,
	n             INTEGER NOT NULL,
	bytes         INTEGER NOT NULL   -- skb->len
) STRICT;

-- Of an older database as many as were kept singly.
INSERT INTO drop_flow SELECT win, reason, netns, ifindex, ethertype, saddr, daddr, sport, dport, proto, count(*),
	sum(len)
	FROM drop_event WHERE class = 'packet' GROUP BY win, reason, netns, ifindex, ethertype, saddr, daddr, sport,
		dport, proto;
INSERT INTO eviction SELECT 'drops of forgotten flows', size, n,
	'these are missing in the drops by flow; they are counted by reason and place'
	FROM eviction WHERE what = 'drop events';
