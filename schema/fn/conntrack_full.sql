-- conntrack_full(): had the table of connections no room? A connection that could not be entered at the end of its
-- first packet's way is counted as refused, too: those are none.
SELECT coalesce(sum(delta * CASE name WHEN 'conntrack.drop' THEN 1 ELSE -1 END), 0) > 0
	OR EXISTS (SELECT 1 FROM counter WHERE name = 'conntrack.early_drop' AND delta > 0)
FROM counter WHERE name IN ('conntrack.drop', 'conntrack.insert_failed')
