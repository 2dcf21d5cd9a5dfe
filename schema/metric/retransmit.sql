-- Of all packets.
SELECT '', a.win, coalesce(t.n, 0), a.packets, NULL
FROM active AS a LEFT JOIN (SELECT win, sum(n) AS n FROM tcp_flow GROUP BY win) AS t USING (win)
WHERE EXISTS (SELECT 1 FROM flow WHERE proto = 6)
