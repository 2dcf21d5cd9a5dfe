INSERT INTO napi(
	win, cpu, netns, ifindex, polls, work, budget, at_budget, empty
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?);
