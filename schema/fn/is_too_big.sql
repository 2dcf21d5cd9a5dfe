-- is_too_big(proto, dport): is it the ICMP message that a packet was too big for the next device, which path MTU
-- discovery waits for?
SELECT coalesce((?1 = 1 AND ?2 = 3 << 8 | 4) OR (?1 = 58 AND ?2 >> 8 = 2), 0)
