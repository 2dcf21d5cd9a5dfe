-- harmless_text(proto, ethertype, reason, location, netns, ifindex): why nobody misses packets that were dropped there;
-- NULL: somebody may. What lies in a socket has no device any more.
SELECT min(harmless) FROM symptom WHERE kind = 'lost' AND reason = reason(?3) AND place = place(?4)
	AND (ifindex = 0 OR (netns = ?5 AND ifindex = ?6)) AND ethertype IS ?2 AND proto IS ?1
HAVING count(*) = count(harmless)
