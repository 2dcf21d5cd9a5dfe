-- storm_sender(tid): does this thread send most datagrams of an upcall storm? As far as kept packets
-- tell; what a softirq sends or receives says nothing of the thread it interrupts.
SELECT upcall_storm()
	AND (SELECT 2 * count(*) FILTER (WHERE tid = ?1) > count(*) FROM packet AS p
		WHERE proto = 17
			AND EXISTS (SELECT 1 FROM packet_hop AS h WHERE h.packet = p.id AND n = 0 AND stage = 4)
			AND EXISTS (SELECT 1 FROM packet_hop AS h WHERE h.packet = p.id AND stage = 22))
