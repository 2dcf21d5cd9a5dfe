-- What is wrong and why, judged from the other tables when an analysis is complete: schema/judge/ and schema/rule/.

ALTER TABLE stage ADD COLUMN mover TEXT NOT NULL DEFAULT ''; -- who is to take packets on from here: 'caller',
                                                             -- 'softirq', 'qdisc',
	-- 'driver', 'vhost', 'guest', 'handler' (of ovs-vswitchd), 'reader' (of the socket), 'nobody'; '' of other
	-- versions' stages

CREATE TABLE symptom(                 -- trouble that packets had, before anything is blamed for it
	id            INTEGER PRIMARY KEY,
	kind          TEXT NOT NULL,     -- 'lost': dropped on this host; 'late': an interval took far longer than is
	                                 -- usual for it;
	                                 -- 'slow': it usually takes long; 'closed': a TCP window was; 'elsewhere': it
	                                 -- left this host, and was not answered; 'unanswered': sent up to user space,
	                                 -- which did nothing more
	packets       INTEGER NOT NULL,  -- closed: times that it was
	excess_ns     INTEGER,           -- late, slow: time beyond the interval's median; NULL: lost
	from_stage    INTEGER NOT NULL,  -- where the interval began; lost: last stage seen before
	to_stage      INTEGER NOT NULL,  -- 65: dropped
	mover         TEXT,              -- late, slow: who is to take packets on from from_stage (stage.mover)
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,
	reason        TEXT,              -- lost: skb_drop_reason and place; else NULL
	place         TEXT,
	ethertype     INTEGER,
	proto         INTEGER,
	threshold_ns  INTEGER,           -- late, slow: from how long on an interval counts
	max_ns        INTEGER,
	first_win     INTEGER NOT NULL,
	last_win      INTEGER NOT NULL,
	harmless      TEXT               -- lost: why nobody misses them; NULL: somebody does
) STRICT;

CREATE TABLE blame(                   -- slow intervals (5 ms and more) by what whoever should have moved the packet on
                                      -- did meanwhile
	from_stage    INTEGER NOT NULL,
	to_stage      INTEGER NOT NULL,
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,
	tid           INTEGER NOT NULL,  -- who should have: a handler, vhost worker, ksoftirqd; 0: not known
	deed          TEXT NOT NULL,     -- 'run': had a CPU; 'queue': waited for one; 'nobody': waited, nobody had it;
	                                 -- 'quota': a CPU quota did not let it run; 'lock'; 'stop': was stopped;
	                                 -- 'sleep'; 'unknown'
	addr          INTEGER NOT NULL,  -- lock: its address
	by            INTEGER NOT NULL,  -- queue: who had the CPU; lock: who held it; sleep: who ended it; 0: not known
	by_deed       TEXT NOT NULL,     -- lock: what that thread mostly did meanwhile
	n             INTEGER NOT NULL,  -- such parts of intervals
	mainly        INTEGER NOT NULL,  -- of those: it is the largest part
	late          INTEGER NOT NULL,  -- of those: they took 50 ms, or what --late says
	sum_ns        INTEGER NOT NULL,  -- of the parts: over all rows the sum of the intervals
	max_ns        INTEGER NOT NULL
) STRICT;

-- The time of a symptom's intervals by what was done meanwhile. Packets that found a queue full share what those in it
-- waited
-- for: the ring of a tap, the sockets of the handlers.
CREATE VIEW symptom_blame AS
SELECT s.id AS symptom, b.tid, b.deed, b.addr, b.by, b.by_deed, b.n, b.mainly, b.sum_ns, b.max_ns,
	1.0 * b.sum_ns / sum(b.sum_ns) OVER (PARTITION BY s.id) AS share,
	(SELECT mover FROM stage WHERE id = b.from_stage) AS mover, b.to_stage
FROM symptom AS s JOIN blame AS b ON b.netns = s.netns AND b.ifindex = s.ifindex AND CASE
	WHEN s.kind <> 'lost' THEN b.from_stage = s.from_stage AND b.to_stage = s.to_stage
	WHEN s.reason = 'FULL_RING' THEN b.from_stage = 51
	WHEN s.reason = 'Open vSwitch: upcall refused' THEN b.from_stage = 22 END
WHERE b.sum_ns > 0;

CREATE TABLE claim(                   -- a rule explains part of a symptom
	rule          TEXT NOT NULL,
	symptom       INTEGER NOT NULL,
	packets       INTEGER NOT NULL,
	confidence    REAL NOT NULL,     -- 0 to 1
	site          TEXT NOT NULL,     -- where
	who           TEXT NOT NULL,     -- who did it
	chain         TEXT NOT NULL,     -- JSON array of sentences, from the cause to the symptom
	explained     INTEGER NOT NULL DEFAULT 0 -- packets that no better claim explains
) STRICT;

CREATE TABLE unable(                  -- rules that could not look, because what they need was not observed
	rule          TEXT NOT NULL,
	needs         TEXT NOT NULL
) STRICT;

CREATE TABLE rule(
	id            TEXT PRIMARY KEY,
	title         TEXT NOT NULL,
	advice        TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE finding(
	rank          INTEGER PRIMARY KEY,
	cause         TEXT NOT NULL,     -- rule.id, or 'unexplained'
	severity      TEXT NOT NULL,     -- 'problem', 'suspect', 'info'
	confidence    REAL NOT NULL,
	packets       INTEGER NOT NULL,  -- lost or late ones that it explains
	share         REAL NOT NULL,     -- of all lost or late packets
	symptom       TEXT NOT NULL,
	site          TEXT NOT NULL,     -- where
	who           TEXT NOT NULL,
	first_win     INTEGER NOT NULL,
	last_win      INTEGER NOT NULL,
	chain         TEXT NOT NULL,     -- JSON array
	advice        TEXT NOT NULL
) STRICT;

CREATE TABLE finding_symptom(         -- what a finding was made from
	finding       INTEGER NOT NULL,
	symptom       INTEGER NOT NULL,
	packets       INTEGER NOT NULL,
	PRIMARY KEY(finding, symptom)
) STRICT, WITHOUT ROWID;
