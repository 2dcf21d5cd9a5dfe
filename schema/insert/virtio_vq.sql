INSERT INTO virtio_vq(
	win, netns, ifindex, vq, what, irq, result, n, nothing_new
) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?);
