-- Packets by protocol.
SELECT protocol(ethertype, proto), sum(packets) FROM flow GROUP BY 1
