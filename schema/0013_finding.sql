-- What is wrong and why, judged from the other tables when an analysis is complete: schema/judge/ and schema/rule/.

ALTER TABLE stage ADD COLUMN mover TEXT NOT NULL DEFAULT ''; -- who is to take packets on from here: 'caller',
                                                             -- 'softirq', 'qdisc',
	-- 'driver', 'vhost', 'guest', 'handler' (of ovs-vswitchd), 'reader' (of the socket), 'nobody'; '' of other
	-- versions' stages

CREATE TABLE symptom(                 -- trouble that packets had, before anything is blamed for it
	id            INTEGER PRIMARY KEY,
	kind          TEXT NOT NULL,     -- 'lost': dropped on this host; 'late': an interval took far longer than is
	                                 -- usual for it;
	                                 -- 'slow': it usually takes long
	packets       INTEGER NOT NULL,
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
