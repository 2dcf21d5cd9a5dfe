-- settings: What else is different, and may be the reason?
-- none: the two sides' snapshots of the host are the same
-- What the causes that came or went are about comes first.
SELECT about, key AS what, coalesce(before, '(none)') AS before, coalesce(after, '(none)') AS after FROM differs
WHERE about NOT IN ('host', 'recording')
ORDER BY CASE WHEN EXISTS (SELECT 1 FROM finding_change WHERE cause GLOB '*cpu*' OR cause GLOB '*starved*')
	AND about IN ('CPUs', 'quota', 'priority') THEN 0
	WHEN EXISTS (SELECT 1 FROM finding_change WHERE cause GLOB '*qdisc*' OR cause GLOB '*ring*' OR cause GLOB
		'*mtu*')
	AND about IN ('interface', 'channels') THEN 0 ELSE 1 END, about, key
LIMIT 20;
