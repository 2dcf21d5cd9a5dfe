-- is_membership(proto, dport): is it IGMP or MLD, by which hosts and routers tell who wants which group?
SELECT coalesce(?1 = 2 OR (?1 = 58 AND ?2 >> 8 IN (130, 131, 132, 143)), 0)
