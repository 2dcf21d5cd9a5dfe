-- Packets that waited there already when another came, of the slots.
SELECT '', win, sum("sum"), sum(n * size), NULL FROM tun_queue GROUP BY win HAVING sum(n * size) > 0
