-- 0003_ovs.sql: Open vSwitch: upcalls, flows of the datapath, drops by it. Conventions as in 0001_init.sql.

CREATE TABLE upcall(                  -- packets the datapath sent to user space
	win           INTEGER NOT NULL,
	netns         INTEGER NOT NULL,  -- of the input port
	ifindex       INTEGER NOT NULL,
	cmd           INTEGER NOT NULL,  -- enumerator set ovs_packet_cmd
	n             INTEGER NOT NULL,  -- upcalls, as the datapath counts them
	segments      INTEGER NOT NULL,  -- messages that carried segments of GSO packets, the first of each not counted
	bytes         INTEGER NOT NULL   -- skb->len
) STRICT;

CREATE TABLE upcall_fate(             -- what became of them
	win           INTEGER NOT NULL,  -- of the upcall
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,
	cmd           INTEGER NOT NULL,
	fate          TEXT NOT NULL,     -- 'sent back': user space returned the packet; 'flow only': it sent a command
	                                 -- about the
	                                 -- flow and not the packet; 'refused': not taken by the socket; 'no answer':
	                                 -- neither;
	                                 -- 'unfinished': neither, but the recording ended within a second; 'unknown':
	                                 -- records that
	                                 -- would say were lost, or the table of waiting upcalls was full
	errno         INTEGER NOT NULL,  -- of 'refused', positive; else 0
	n             INTEGER NOT NULL
) STRICT;

CREATE TABLE upcall_latency(          -- from the upcall until user space sent the packet back
	win           INTEGER NOT NULL,  -- of the latter
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,
	cmd           INTEGER NOT NULL,
	tid           INTEGER NOT NULL,  -- thread that sent it back
	n             INTEGER NOT NULL,
	sum_ns        INTEGER NOT NULL,
	min_ns        INTEGER NOT NULL,
	max_ns        INTEGER NOT NULL,
	hist          BLOB NOT NULL
) STRICT;

CREATE TABLE upcall_flow(             -- the flows with most upcalls
	netns         INTEGER NOT NULL,  -- of the input port
	ifindex       INTEGER NOT NULL,
	ethertype     INTEGER NOT NULL,
	saddr         TEXT NOT NULL,
	daddr         TEXT NOT NULL,
	sport         INTEGER NOT NULL,
	dport         INTEGER NOT NULL,
	proto         INTEGER NOT NULL,
	n             INTEGER NOT NULL,  -- upcalls
	refused       INTEGER NOT NULL,  -- of n: not taken by the socket
	first_ns      INTEGER NOT NULL,
	last_ns       INTEGER NOT NULL
) STRICT;

CREATE TABLE ovs_command(             -- commands of user space to the datapath
	win           INTEGER NOT NULL,  -- of the return
	tid           INTEGER NOT NULL,
	command       TEXT NOT NULL,     -- 'execute', 'flow put', 'flow set', 'flow delete', 'flow flush', 'flow probe'
	errno         INTEGER NOT NULL,  -- 0: it succeeded
	unasked       INTEGER NOT NULL,  -- execute: of n, those that answer no upcall that was seen
	n             INTEGER NOT NULL,  -- of the time in the kernel
	sum_ns        INTEGER NOT NULL,
	min_ns        INTEGER NOT NULL,
	max_ns        INTEGER NOT NULL,
	hist          BLOB NOT NULL
) STRICT;

CREATE TABLE flow_install(            -- from an upcall until the flow for it is in the datapath
	win           INTEGER NOT NULL,  -- of the latter
	tid           INTEGER NOT NULL,  -- thread that put it there
	n             INTEGER NOT NULL,
	sum_ns        INTEGER NOT NULL,
	min_ns        INTEGER NOT NULL,
	max_ns        INTEGER NOT NULL,
	hist          BLOB NOT NULL
) STRICT;

CREATE TABLE megaflow(                -- flows that were put into the datapath, up to a limit (eviction)
	id            INTEGER PRIMARY KEY,
	dp            INTEGER NOT NULL,  -- ifindex of the datapath
	ufid          TEXT,              -- as OVS writes it; NULL: the command had none
	put_ns        INTEGER,           -- NULL: it was there before the recording
	tid           INTEGER,           -- thread that put it
	errno         INTEGER,           -- of the put; 0: it succeeded
	took_ns       INTEGER,           -- time in the command
	install_ns    INTEGER,           -- since the oldest upcall it answers; NULL: none was seen
	key           TEXT,              -- as ovs-dpctl shows it, the mask applied; NULL: not seen
	actions       TEXT,
	complete      INTEGER NOT NULL,  -- 0: a part of the command is missing
	ethertype     INTEGER,           -- the packet it was made for
	saddr         TEXT,
	daddr         TEXT,
	sport         INTEGER,
	dport         INTEGER,           -- ICMP: type << 8 | code
	proto         INTEGER
) STRICT;

CREATE TABLE megaflow_end(            -- what became of them
	megaflow      INTEGER NOT NULL,  -- its id
	del_ns        INTEGER,           -- NULL: it was there at the end
	del_tid       INTEGER,           -- thread that deleted it
	sets          INTEGER NOT NULL,  -- changes
	last_set_ns   INTEGER,           -- of the last one
	flushed       INTEGER NOT NULL   -- 1: with all the others
) STRICT;
CREATE INDEX megaflow_end_by_megaflow ON megaflow_end(megaflow);

CREATE TABLE ovs_drop(                -- packets the datapath dropped
	win           INTEGER NOT NULL,
	why           INTEGER NOT NULL,  -- enumerator set ovs_drop_why
	location      INTEGER NOT NULL,  -- address that freed it; 0: freed as if delivered
	reason        INTEGER NOT NULL,  -- enumerator set skb_drop_reason
	action        INTEGER NOT NULL,  -- last action executed, enumerator set ovs_action; 255: not known
	arg           INTEGER NOT NULL,  -- its port, recirculation id or meter
	recirc_id     INTEGER NOT NULL,
	netns         INTEGER NOT NULL,  -- of the input port
	ifindex       INTEGER NOT NULL,
	ethertype     INTEGER NOT NULL,
	proto         INTEGER NOT NULL,
	n             INTEGER NOT NULL,
	bytes         INTEGER NOT NULL
) STRICT;

CREATE TABLE ovs_drop_event(          -- single ones, up to a limit (eviction)
	ts_ns         INTEGER NOT NULL,
	win           INTEGER NOT NULL,
	cpu           INTEGER NOT NULL,
	skb           INTEGER NOT NULL,
	why           INTEGER NOT NULL,
	location      INTEGER NOT NULL,
	reason        INTEGER NOT NULL,
	action        INTEGER NOT NULL,
	arg           INTEGER NOT NULL,
	recirc_id     INTEGER NOT NULL,
	ct_state      INTEGER NOT NULL,  -- OVS_CS_F_*
	in_port       INTEGER NOT NULL,
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,
	len           INTEGER NOT NULL,  -- bytes
	ethertype     INTEGER NOT NULL,
	vlan          INTEGER NOT NULL,
	saddr         TEXT NOT NULL,
	daddr         TEXT NOT NULL,
	sport         INTEGER NOT NULL,
	dport         INTEGER NOT NULL,
	proto         INTEGER NOT NULL,
	ip_id         INTEGER NOT NULL,
	seq           INTEGER NOT NULL,
	tcp_flags     INTEGER NOT NULL
) STRICT;

CREATE TABLE ovs_datapath(
	netns         INTEGER NOT NULL,
	dp            INTEGER NOT NULL,  -- ifindex
	name          TEXT NOT NULL,
	features      INTEGER NOT NULL,  -- OVS_DP_F_*
	PRIMARY KEY(netns, dp)
) STRICT, WITHOUT ROWID;

CREATE TABLE ovs_port(
	netns         INTEGER NOT NULL,
	dp            INTEGER NOT NULL,
	port          INTEGER NOT NULL,
	name          TEXT NOT NULL,
	type          INTEGER NOT NULL,  -- enumerator set ovs_vport_type
	ifindex       INTEGER NOT NULL,  -- 0: no device in that namespace
	portids       TEXT NOT NULL,     -- netlink ports its upcalls go to
	PRIMARY KEY(netns, dp, port)
) STRICT, WITHOUT ROWID;

INSERT OR IGNORE INTO enumerator VALUES
	('ovs_packet_cmd', 1, 'miss'), ('ovs_packet_cmd', 2, 'action'),
	('ovs_drop_why', 1, 'flow without actions'), ('ovs_drop_why', 2, 'meter'),
		('ovs_drop_why', 3, 'freed as dropped'),
	('ovs_vport_type', 1, 'device'), ('ovs_vport_type', 2, 'internal'), ('ovs_vport_type', 3, 'gre'),
		('ovs_vport_type', 4, 'vxlan'),
	('ovs_vport_type', 5, 'geneve'),
	('ovs_action', 0, '(none)'), ('ovs_action', 1, 'output'), ('ovs_action', 2, 'userspace'),
		('ovs_action', 3, 'set'),
	('ovs_action', 4, 'push_vlan'), ('ovs_action', 5, 'pop_vlan'), ('ovs_action', 6, 'sample'),
		('ovs_action', 7, 'recirc'),
	('ovs_action', 8, 'hash'), ('ovs_action', 9, 'push_mpls'), ('ovs_action', 10, 'pop_mpls'),
		('ovs_action', 11, 'set_masked'),
	('ovs_action', 12, 'ct'), ('ovs_action', 13, 'trunc'), ('ovs_action', 14, 'push_eth'),
		('ovs_action', 15, 'pop_eth'),
	('ovs_action', 16, 'ct_clear'), ('ovs_action', 17, 'push_nsh'), ('ovs_action', 18, 'pop_nsh'),
		('ovs_action', 19, 'meter'),
	('ovs_action', 20, 'clone'), ('ovs_action', 21, 'check_pkt_len'), ('ovs_action', 22, 'add_mpls'),
		('ovs_action', 23, 'dec_ttl'),
	('ovs_action', 24, 'drop'), ('ovs_action', 25, 'psample'),
	('errno', 1, 'EPERM'), ('errno', 2, 'ENOENT'), ('errno', 4, 'EINTR'), ('errno', 7, 'E2BIG'),
		('errno', 11, 'EAGAIN'), ('errno', 12, 'ENOMEM'),
	('errno', 16, 'EBUSY'), ('errno', 17, 'EEXIST'), ('errno', 19, 'ENODEV'), ('errno', 22, 'EINVAL'),
		('errno', 27, 'EFBIG'), ('errno', 28, 'ENOSPC'),
	('errno', 34, 'ERANGE'), ('errno', 55, 'ENOANO'), ('errno', 71, 'EPROTO'), ('errno', 90, 'EMSGSIZE'),
		('errno', 95, 'EOPNOTSUPP'), ('errno', 100, 'ENETDOWN'),
	('errno', 103, 'ECONNABORTED'), ('errno', 105, 'ENOBUFS'), ('errno', 107, 'ENOTCONN'),
		('errno', 111, 'ECONNREFUSED'), ('errno', 113, 'EHOSTUNREACH'),
	('errno', 512, 'ERESTARTSYS');
