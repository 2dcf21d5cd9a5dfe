-- 0016_link.sql: what the kernel told of devices and neighbours while it happened.
-- The conventions are those of 0001_init.sql.

CREATE TABLE link_event(              -- a device, when it was found and at each change
	ts_ns         INTEGER NOT NULL,
	win           INTEGER NOT NULL,
	netns         INTEGER NOT NULL,  -- 0: not known, it was gone too soon
	ifindex       INTEGER NOT NULL,
	name          TEXT,              -- now; NULL: its definition was lost
	what          TEXT NOT NULL,     -- 'found': it was there; 'appeared'; 'changed': or may have; 'gone': deleted;
	                                 -- 'moved': to another namespace
	up            INTEGER NOT NULL,  -- administratively: 0 or 1
	carrier       INTEGER NOT NULL,  -- 0 or 1
	operstate     INTEGER NOT NULL,  -- IF_OPER_*
	master        INTEGER NOT NULL,  -- ifindex; 0: none
	new_netns     INTEGER,           -- moved: there; NULL: not known
	new_ifindex   INTEGER            -- moved: its number there
) STRICT;

CREATE TABLE neighbour_event(         -- a neighbour, at each change that the kernel told
	ts_ns         INTEGER NOT NULL,
	win           INTEGER NOT NULL,
	netns         INTEGER NOT NULL,  -- 0: not known, it was gone too soon
	ifindex       INTEGER NOT NULL,
	addr          TEXT NOT NULL,
	mac           TEXT,              -- NULL: not known
	state         INTEGER NOT NULL,  -- NUD_*
	removed       INTEGER NOT NULL   -- 1: it is no longer in the table
) STRICT;

-- Under which name a device was in a namespace, from when until when.
CREATE VIEW link_name AS
WITH told AS (SELECT rowid AS id, *, lag(name) OVER device AS name_before, lag(what) OVER device AS what_before
		FROM link_event WINDOW device AS (PARTITION BY netns, ifindex ORDER BY ts_ns, rowid)),
	edge AS (SELECT * FROM told WHERE what IN ('gone', 'moved') OR what_before IS NULL OR name IS NOT name_before
		OR what_before IN ('gone', 'moved'))
SELECT netns, ifindex, name, what, from_ns, until_ns, ended, next_name, next_netns, next_ifindex
FROM (SELECT netns, ifindex, name, what, ts_ns AS from_ns, lead(ts_ns) OVER device AS until_ns,
		lead(what) OVER device AS ended, lead(name) OVER device AS next_name,
		lead(new_netns) OVER device AS next_netns, lead(new_ifindex) OVER device AS next_ifindex
	FROM edge WINDOW device AS (PARTITION BY netns, ifindex ORDER BY ts_ns, id))
WHERE what NOT IN ('gone', 'moved');

-- Devices that came or went without a word of the kernel that has their counters: when their namespace did. What passed
-- before the first look at them and after the last is in no counter.
CREATE VIEW device_unseen AS
SELECT netns, ifindex FROM iface_kernel AS k
WHERE (first_ns >= (SELECT mono_ns FROM clock ORDER BY mono_ns LIMIT 1 OFFSET 1) AND NOT EXISTS (
		SELECT 1 FROM link_event AS e WHERE e.netns = k.netns AND e.ifindex = k.ifindex AND what = 'appeared'))
	OR (last_ns < (SELECT max(mono_ns) FROM clock) AND NOT EXISTS (
		SELECT 1 FROM link_event AS e WHERE e.netns = k.netns AND e.ifindex = k.ifindex
			AND what IN ('gone', 'moved')));

INSERT INTO enumerator("set", value, text) VALUES
	('neighbour_state', 0, 'none'), ('neighbour_state', 1, 'incomplete'), ('neighbour_state', 2, 'reachable'),
	('neighbour_state', 4, 'stale'), ('neighbour_state', 8, 'delay'), ('neighbour_state', 16, 'probe'),
	('neighbour_state', 32, 'failed');
