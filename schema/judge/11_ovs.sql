-- Packets that the datapath of Open vSwitch frees as if they had been delivered, and those that its user space was not
-- asked about because the socket was full. Those it frees as dropped are among the kernel's drops already.
INSERT INTO symptom(kind, packets, from_stage, to_stage, netns, ifindex, reason, place, ethertype, proto, first_win,
	last_win)
	SELECT 'lost', sum(n), 21, 65, netns, ifindex, 'Open vSwitch: ' || enum_text('ovs_drop_why', why),
		'ovs_execute_actions', ethertype, proto, min(win), max(win)
	FROM ovs_drop WHERE location = 0 GROUP BY why, netns, ifindex, ethertype, proto
	UNION ALL
	SELECT 'lost', sum(n), 22, 65, netns, ifindex, 'Open vSwitch: upcall refused', 'queue_userspace_packet', NULL,
		NULL, min(win), max(win)
	FROM upcall_fate WHERE fate = 'refused' GROUP BY netns, ifindex;
