INSERT INTO qdisc_return(
	win, netns, ifindex, ret, n
) VALUES(?, ?, ?, ?, ?);
