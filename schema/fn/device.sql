-- device(netns, ifindex): an interface's name, with its namespace when that is not the recorder's own.
SELECT CASE WHEN coalesce(?2, 0) = 0 THEN '(none)' ELSE coalesce(
	(SELECT i.name || CASE WHEN n.name = '' THEN '' WHEN n.name IS NULL THEN printf(' (netns %d)', i.netns)
			ELSE ' (' || n.name || ')' END
	 FROM interface AS i LEFT JOIN netns AS n ON n.inum = i.netns WHERE i.netns = ?1 AND i.ifindex = ?2),
	(SELECT printf('ifindex %d (%s)', ?2, name) FROM netns WHERE inum = ?1 AND name <> ''),
	printf('ifindex %d in netns %d', ?2, ?1)) END
