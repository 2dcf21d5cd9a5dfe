-- packet: Packet ?1: when and on which CPU it was first seen, and the time of all of its way. No row: it is not kept.
SELECT h.ts_ns, h.cpu, p.begin_ns, p.end_ns FROM packet AS p JOIN packet_hop AS h ON h.packet = p.id AND h.n = 0
WHERE p.id = ?1
