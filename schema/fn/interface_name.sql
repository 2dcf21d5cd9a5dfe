-- interface_name(netns, ifindex): an interface's name without its namespace.
SELECT coalesce((SELECT name FROM interface WHERE netns = ?1 AND ifindex = ?2), 'ifindex ' || ?2)
