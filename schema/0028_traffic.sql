-- 0028_traffic.sql: what became of the packets of each flow, not of echo requests only.
-- The conventions are those of 0001_init.sql.

-- How packets ended, each once; those of `packets` that are in none of these: their end was not seen.
ALTER TABLE flow ADD COLUMN arrived INTEGER;      -- received; of UDP: and read
ALTER TABLE flow ADD COLUMN departed INTEGER;     -- left this host
ALTER TABLE flow ADD COLUMN sometime INTEGER;     -- UDP: received, but not known when they were read
ALTER TABLE flow ADD COLUMN edge INTEGER;         -- on their way when the recording ended
ALTER TABLE flow ADD COLUMN upcalled INTEGER;     -- sent up to ovs-vswitchd, from where they did not come back
ALTER TABLE flow ADD COLUMN in_gap INTEGER;       -- packet records were lost on their way
ALTER TABLE flow ADD COLUMN forgotten INTEGER;    -- eviction
ALTER TABLE flow ADD COLUMN carried INTEGER;      -- told elsewhere: in a tunnel, fragments behind the first
ALTER TABLE flow ADD COLUMN read_n INTEGER;       -- UDP: from the first stage until they were read
ALTER TABLE flow ADD COLUMN read_sum_ns INTEGER;
ALTER TABLE flow ADD COLUMN read_min_ns INTEGER;
ALTER TABLE flow ADD COLUMN read_max_ns INTEGER;
ALTER TABLE flow ADD COLUMN read_hist BLOB;

CREATE TABLE flow_loss(               -- what flow.drops counts, unless forgotten (eviction)
	ethertype     INTEGER NOT NULL,
	saddr         TEXT NOT NULL,
	daddr         TEXT NOT NULL,
	sport         INTEGER NOT NULL,
	dport         INTEGER NOT NULL,
	proto         INTEGER NOT NULL,
	reason        INTEGER NOT NULL,  -- enumerator set skb_drop_reason
	location      INTEGER NOT NULL,
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,
	packets       INTEGER NOT NULL
) STRICT;

-- Connects that were under way when the recording ended: late by then, and not.
ALTER TABLE tcp_conn_state ADD COLUMN unanswered INTEGER;
ALTER TABLE tcp_conn_state ADD COLUMN unfinished INTEGER;
ALTER TABLE tcp_conn_sample ADD COLUMN closed_ns INTEGER; -- how long the window was closed, to about 10 ms each time

-- outcome: of UDP and TCP, too; of an older database of echo requests only. what: 'echo', 'datagram' of UDP, 'segment'
-- of TCP: these are packets, and each is in one row; 'retransmit' and 'opening' of TCP, whose packets are among the
-- segments. Further classes: 'not missed', and of openings 'refused' and 'unanswered'.
ALTER TABLE outcome RENAME COLUMN id TO sport;    -- ICMP echo: identifier
ALTER TABLE outcome RENAME COLUMN echoes TO packets;
ALTER TABLE outcome ADD COLUMN what TEXT NOT NULL DEFAULT 'echo';
ALTER TABLE outcome ADD COLUMN proto INTEGER;
ALTER TABLE outcome ADD COLUMN dport INTEGER;     -- ICMP echo: NULL
ALTER TABLE outcome ADD COLUMN limit_ns INTEGER;  -- from here on they are late
UPDATE outcome SET proto = CASE ethertype WHEN 34525 THEN 58 ELSE 1 END;

-- What became of packets, by kind of traffic and of all: each is counted once.
CREATE VIEW traffic AS
	WITH kinds AS (
			SELECT CASE what WHEN 'echo' THEN 1 WHEN 'datagram' THEN 2 ELSE 3 END AS nth, class, packets,
				max_ns
			FROM outcome WHERE what IN ('echo', 'datagram', 'segment')),
		sums AS (
			SELECT nth, CASE nth WHEN 1 THEN 'ICMP echo' WHEN 2 THEN 'UDP datagrams' ELSE 'TCP segments' END
				AS traffic, class, packets, max_ns FROM kinds
			UNION ALL SELECT 4, 'all', class, packets, NULL FROM kinds)
	SELECT nth, traffic, sum(packets) AS packets,
		coalesce(sum(packets) FILTER (WHERE class = 'in time'), 0) AS in_time,
		coalesce(sum(packets) FILTER (WHERE class = 'late'), 0) AS late,
		coalesce(sum(packets) FILTER (WHERE class = 'lost here'), 0) AS lost_here,
		coalesce(sum(packets) FILTER (WHERE class = 'lost elsewhere'), 0) AS elsewhere,
		coalesce(sum(packets) FILTER (WHERE class = 'not missed'), 0) AS unmissed,
		coalesce(sum(packets) FILTER (WHERE class = 'unknown'), 0) AS unknown, max(max_ns) AS longest_ns
	FROM sums GROUP BY nth, traffic;
