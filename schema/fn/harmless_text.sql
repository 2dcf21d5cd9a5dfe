-- harmless_text(proto, ethertype, reason, location, netns, ifindex): why nobody misses packets that were dropped there;
-- NULL: somebody may. What lies in a socket has no device any more, and what is about to leave may have the next one
-- already.
WITH s AS MATERIALIZED (SELECT *, ifindex = ?6 AS same FROM symptom
	WHERE kind = 'lost' AND reason = reason(?3) AND place = place(?4) AND (ifindex = 0 OR netns = ?5)
		AND ethertype IS ?2 AND proto IS ?1)
SELECT min(harmless) FROM s WHERE ifindex = 0 OR same OR NOT EXISTS (SELECT 1 FROM s WHERE same)
HAVING count(*) = count(harmless)
