INSERT INTO netns(
	inum, name
) VALUES(?, ?);
