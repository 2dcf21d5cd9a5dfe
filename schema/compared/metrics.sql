-- metrics.sql: what is compared, one line each. schema/metric/ID.sql gives the values of each window.
--   unit      'ns': latencies, a histogram each window; the rest are rates: 'share' of events, 'cpu': ns of CPU time,
--             or of waiting, in a second. More of any is worse
--   counted   1: the rate counts events
--   least     of a rate: no change below this is of practical interest, in the metric's unit; of a latency: ns
--   share     nor is one below this part of what it was before
--   needs     record types, without which it is not observed
--   kind      1: what users of the network feel; 2: a part of that, or what leads to it; 3: what it costs. A part or a
--             cost that grows while what they feel gets better is the price, and no regression
CREATE TABLE metric(id TEXT PRIMARY KEY, title TEXT, unit TEXT, counted INTEGER, least REAL, share REAL, needs TEXT,
	kind INTEGER) STRICT;
INSERT INTO metric VALUES
	('late', 'packets late here (50 ms, or --late)', 'share', 1, 0.001, 0.1, 'packet', 1),
	('dropped', 'packets dropped here', 'share', 1, 0.0005, 0.1, 'packet drop', 1),
	('upcall', 'upcalls, until answered', 'ns', 0, 20000, 0.25, 'upcall upcall_execute', 1),
	('unanswered', 'upcalls refused or not answered', 'share', 1, 0.001, 0.1, 'upcall upcall_execute', 1),
	('packet-time', 'packets, first to last stage', 'ns', 0, 20000, 0.25, 'packet', 1),
	('reader', 'in a socket, until it is read', 'ns', 0, 20000, 0.25, 'packet', 1),
	('echo', 'ICMP echo and its answer', 'ns', 0, 20000, 0.25, 'packet', 1),
	('stage', 'stage', 'ns', 0, 20000, 0.25, 'packet hop', 2),
	('ring-full', 'packets that found the ring full', 'share', 1, 0.001, 0.1, 'tun_ring', 1),
	('ring-used', 'fill of the ring', 'share', 0, 0.02, 0.25, 'tun_ring', 2),
	('vhost-wake', 'kick until vhost runs', 'ns', 0, 20000, 0.25, 'vhost_run vhost_kick', 2),
	('qdisc', 'queueing discipline', 'ns', 0, 20000, 0.25, 'hop', 2),
	('retransmit', 'TCP segments sent again', 'share', 1, 0.001, 0.1, 'tcp', 1),
	('tcp-rtt', 'TCP round trip', 'ns', 0, 20000, 0.25, 'tcp_sample', 1),
	('runq', 'wait for a CPU', 'ns', 0, 20000, 0.25, 'offcpu', 2),
	('softirq', 'raised until run: NET_RX', 'ns', 0, 20000, 0.25, 'softirq', 2),
	('lock', 'waiting for locks', 'cpu', 0, 10e6, 0.25, 'lock', 2),
	('cpu', 'CPU time', 'cpu', 0, 50e6, 0.25, 'run', 3);
