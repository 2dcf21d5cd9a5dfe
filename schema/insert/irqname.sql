INSERT INTO irqname(
	irq, name, affinity
) VALUES(?, ?, ?);
