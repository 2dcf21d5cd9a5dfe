-- The devices, each with the name of its network namespace: empty: the recorder's own, NULL: not known.
SELECT i.netns, i.ifindex, i.name, n.name FROM interface AS i LEFT JOIN netns AS n ON n.inum = i.netns
