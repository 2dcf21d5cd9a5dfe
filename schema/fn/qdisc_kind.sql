-- qdisc_kind(netns, ifindex): the root queueing discipline of a device, as last seen.
SELECT kind FROM qdisc_stat WHERE netns = ?1 AND ifindex = ?2 AND parent = 4294967295 ORDER BY ts_ns DESC LIMIT 1
