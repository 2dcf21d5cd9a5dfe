-- 0019_lost_link.sql: when devices could send nothing.
-- The conventions are those of 0001_init.sql.

CREATE VIEW lost_link AS              -- a time in which a device was down or without a carrier
SELECT netns, ifindex, name, up, ts_ns AS from_ns, until_ns, win AS first_win, until_win AS last_win
FROM (SELECT *, lead(ts_ns) OVER told AS until_ns, lead(win) OVER told AS until_win -- NULL: to the end
		FROM link_event WINDOW told AS (PARTITION BY netns, ifindex ORDER BY ts_ns, rowid))
WHERE what NOT IN ('gone', 'moved') AND NOT (up AND carrier);
