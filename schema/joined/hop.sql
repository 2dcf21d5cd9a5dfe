-- hop.sql: the steps of packet ?1, on its own side.
SELECT packet, n, ts_ns, stage_text(stage), CASE WHEN stage < 64 AND ifindex > 0 THEN device(netns, ifindex) END, cpu
FROM packet_hop WHERE packet = ?1
