INSERT OR REPLACE INTO ovs_datapath(
	netns, dp, name, features
) VALUES(?, ?, ?, ?);
