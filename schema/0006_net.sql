-- 0006_net.sql: TCP connections, queueing disciplines, connection tracking, fragments, queues of devices.
-- The conventions are those of 0001_init.sql.

-- ---- TCP ----------------------------------------------------------------------------------------

CREATE TABLE tcp_conn_state(          -- changes of state, by connection
	win           INTEGER NOT NULL,
	netns         INTEGER NOT NULL,
	saddr         TEXT NOT NULL,     -- local
	sport         INTEGER NOT NULL,
	daddr         TEXT NOT NULL,     -- remote
	dport         INTEGER NOT NULL,
	changes       INTEGER NOT NULL,
	established   INTEGER NOT NULL,  -- of those: into ESTABLISHED
	closed        INTEGER NOT NULL,  -- into CLOSE
	refused       INTEGER NOT NULL,  -- from SYN_SENT into CLOSE: it was refused, timed out, or was given up
	last_state    INTEGER NOT NULL,  -- enumerator set tcp_state
	acked         INTEGER NOT NULL,  -- bytes the peer had acknowledged by then
	received      INTEGER NOT NULL,  -- bytes received by then
	n             INTEGER NOT NULL,  -- of the time from SYN_SENT to ESTABLISHED
	sum_ns        INTEGER NOT NULL,
	min_ns        INTEGER NOT NULL,
	max_ns        INTEGER NOT NULL,
	hist          BLOB NOT NULL
) STRICT;

CREATE TABLE tcp_conn_sample(         -- samples, by connection
	win           INTEGER NOT NULL,
	netns         INTEGER NOT NULL,
	saddr         TEXT NOT NULL,
	sport         INTEGER NOT NULL,
	daddr         TEXT NOT NULL,
	dport         INTEGER NOT NULL,
	samples       INTEGER NOT NULL,
	min_cwnd      INTEGER NOT NULL,  -- congestion window, segments
	max_cwnd      INTEGER NOT NULL,
	max_in_flight INTEGER NOT NULL,  -- segments
	max_lost      INTEGER NOT NULL,  -- segments believed lost at a time
	min_rtt_us    INTEGER,           -- smallest one the kernel knew; NULL: none measured
	srtt_us       INTEGER,           -- smoothed, at the last sample
	acked         INTEGER NOT NULL,  -- bytes the peer had acknowledged by the last sample
	received      INTEGER NOT NULL,  -- bytes received by the last sample
	window_closed INTEGER NOT NULL,  -- samples at which the peer took nothing
	n             INTEGER NOT NULL,  -- of the sampled round-trip times
	sum_ns        INTEGER NOT NULL,
	min_ns        INTEGER NOT NULL,
	max_ns        INTEGER NOT NULL,
	hist          BLOB NOT NULL
) STRICT;

CREATE TABLE tcp_conn_event(          -- resets and wrong checksums, by connection
	win           INTEGER NOT NULL,
	netns         INTEGER NOT NULL,
	saddr         TEXT NOT NULL,
	sport         INTEGER NOT NULL,
	daddr         TEXT NOT NULL,
	dport         INTEGER NOT NULL,
	resets_sent   INTEGER NOT NULL,
	resets_received INTEGER NOT NULL,
	bad_checksums INTEGER NOT NULL
) STRICT;

CREATE TABLE tcp_change(              -- single changes of state, up to a limit (eviction)
	ts_ns         INTEGER NOT NULL,
	win           INTEGER NOT NULL,
	cpu           INTEGER NOT NULL,
	tid           INTEGER NOT NULL,  -- thread on the CPU
	netns         INTEGER NOT NULL,
	saddr         TEXT NOT NULL,
	sport         INTEGER NOT NULL,  -- 0: not chosen yet
	daddr         TEXT NOT NULL,
	dport         INTEGER NOT NULL,
	before        INTEGER NOT NULL,  -- enumerator set tcp_state
	state         INTEGER NOT NULL,
	opening_ns    INTEGER,           -- since SYN_SENT; NULL: it was in another state before
	srtt_us       INTEGER,           -- NULL: none measured
	retrans       INTEGER NOT NULL,  -- segments sent again so far
	acked         INTEGER NOT NULL,  -- bytes
	received      INTEGER NOT NULL   -- bytes
) STRICT;

CREATE TABLE tcp_event(               -- single resets and wrong checksums, up to a limit (eviction)
	ts_ns         INTEGER NOT NULL,
	win           INTEGER NOT NULL,
	cpu           INTEGER NOT NULL,
	netns         INTEGER NOT NULL,
	saddr         TEXT NOT NULL,
	sport         INTEGER NOT NULL,
	daddr         TEXT NOT NULL,
	dport         INTEGER NOT NULL,
	what          INTEGER NOT NULL,  -- 0 reset sent, 1 reset received, 2 wrong checksum
	state         INTEGER,           -- NULL: no socket is concerned
	reason        INTEGER,           -- enumerator set sk_rst_reason; NULL: the kernel gives none
	seq           INTEGER            -- NULL: not known
) STRICT;

-- ---- queues -------------------------------------------------------------------------------------

CREATE TABLE qdisc_queue(             -- packets in the root queueing discipline of each transmit queue, as recorded
	win           INTEGER NOT NULL,
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,
	queue         INTEGER NOT NULL,  -- transmit queue of the device, from 0
	enqueued      INTEGER NOT NULL,
	dequeued      INTEGER NOT NULL,
	again         INTEGER NOT NULL,  -- dequeued again: the driver did not take them at first
	direct        INTEGER NOT NULL,  -- given to the driver without having been enqueued
	dropped       INTEGER NOT NULL,  -- dropped after being handed to the device and before dequeueing
	qlen_sum      INTEGER NOT NULL,  -- packets in it right after each enqueueing, itself included: sum
	qlen_max      INTEGER NOT NULL,
	n             INTEGER NOT NULL,  -- of the time from enqueueing to dequeueing; less than dequeued where records
	                                 -- were lost
	sum_ns        INTEGER NOT NULL,
	min_ns        INTEGER NOT NULL,
	max_ns        INTEGER NOT NULL,
	hist          BLOB NOT NULL
) STRICT;

CREATE TABLE iface_queue(             -- packets by queue and size, as recorded
	win           INTEGER NOT NULL,
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,
	dir           TEXT NOT NULL,     -- 'rx': at netif_receive_skb, 'tx': at net_dev_start_xmit
	queue         INTEGER,           -- from 0; NULL: the packet names none
	packets       INTEGER NOT NULL,  -- skbs
	bytes         INTEGER NOT NULL,  -- skb->len; rx: without the link-layer header
	below_64      INTEGER NOT NULL,  -- packets by skb->len
	below_512     INTEGER NOT NULL,
	below_2k      INTEGER NOT NULL,
	below_16k     INTEGER NOT NULL,
	below_64k     INTEGER NOT NULL,
	larger        INTEGER NOT NULL
) STRICT;

CREATE TABLE qdisc_return(            -- what whoever sends was told by __dev_queue_xmit, unless it was success
	win           INTEGER NOT NULL,
	netns         INTEGER NOT NULL,  -- 0: not known
	ifindex       INTEGER NOT NULL,
	ret           INTEGER NOT NULL,  -- enumerator set net_xmit, or -errno
	n             INTEGER NOT NULL
) STRICT;

-- ---- connection tracking, fragments -------------------------------------------------------------

CREATE TABLE conntrack_count(         -- packets by what connection tracking said
	win           INTEGER NOT NULL,
	netns         INTEGER NOT NULL,
	zone          INTEGER NOT NULL,
	ovs           INTEGER NOT NULL,  -- 0: nf_conntrack_in, 1: ovs_ct_execute, which calls that one
	hook          INTEGER,           -- enumerator set nf_hook; NULL of OVS
	ctinfo        INTEGER NOT NULL,  -- enumerator set ctinfo
	state         INTEGER NOT NULL,  -- of TCP: enumerator set ct_tcp_state; else 0
	ret           INTEGER NOT NULL,  -- enumerator set nf_verdict; of OVS 0 or -errno
	packets       INTEGER NOT NULL,
	bytes         INTEGER NOT NULL,  -- skb->len
	commits       INTEGER NOT NULL,  -- of those: OVS committed the connection
	n             INTEGER NOT NULL,  -- of the time in the function; less than packets where it was not measured
	sum_ns        INTEGER NOT NULL,
	min_ns        INTEGER NOT NULL,
	max_ns        INTEGER NOT NULL,
	hist          BLOB NOT NULL
) STRICT;

CREATE TABLE conntrack_event(         -- single packets that are invalid or were refused, up to a limit (eviction)
	ts_ns         INTEGER NOT NULL,
	win           INTEGER NOT NULL,
	cpu           INTEGER NOT NULL,
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,  -- 0: none
	zone          INTEGER NOT NULL,
	ovs           INTEGER NOT NULL,
	hook          INTEGER,           -- NULL of OVS
	ethertype     INTEGER,           -- NULL up to len: OVS freed the packet
	saddr         TEXT,
	sport         INTEGER,           -- ICMP echo: identifier
	daddr         TEXT,
	dport         INTEGER,           -- ICMP: type << 8 | code
	proto         INTEGER,
	ip_id         INTEGER,
	seq           INTEGER,           -- TCP; ICMP echo: sequence
	ack           INTEGER,           -- TCP
	tcp_flags     INTEGER,
	len           INTEGER,           -- bytes
	ctinfo        INTEGER NOT NULL,
	state         INTEGER NOT NULL,
	status        INTEGER,           -- IPS_*; NULL: no connection
	ret           INTEGER NOT NULL
) STRICT;

CREATE TABLE frag_count(              -- reassembly of fragments
	win           INTEGER NOT NULL,
	netns         INTEGER NOT NULL,
	ethertype     INTEGER NOT NULL,
	user          INTEGER NOT NULL,  -- enum ip_defrag_users, ip6_defrag_users
	saddr         TEXT NOT NULL,
	daddr         TEXT NOT NULL,
	proto         INTEGER,           -- IPPROTO_*; NULL of IPv6
	fragments     INTEGER NOT NULL,
	duplicates    INTEGER NOT NULL,  -- of those
	overlaps      INTEGER NOT NULL,  -- of those: with it the whole packet is given up
	completed     INTEGER NOT NULL,  -- packets that became whole
	timeouts      INTEGER NOT NULL,  -- packets that did not in time
	n             INTEGER NOT NULL,  -- of the time from the first fragment to being whole
	sum_ns        INTEGER NOT NULL,
	min_ns        INTEGER NOT NULL,
	max_ns        INTEGER NOT NULL,
	hist          BLOB NOT NULL
) STRICT;

-- ---- drops --------------------------------------------------------------------------------------

ALTER TABLE drop_event ADD COLUMN ack INTEGER; -- TCP acknowledgement number; NULL: headers not readable

-- ---- names --------------------------------------------------------------------------------------

INSERT INTO enumerator VALUES
	('tcp_event', 0, 'reset sent'), ('tcp_event', 1, 'reset received'), ('tcp_event', 2, 'wrong checksum'),
	('net_xmit', 1, 'NET_XMIT_DROP'), ('net_xmit', 2, 'NET_XMIT_CN'), ('net_xmit', 3, 'NET_XMIT_POLICED'),
		('net_xmit', 16, 'NETDEV_TX_BUSY'),
	('nf_hook', 0, 'PRE_ROUTING'), ('nf_hook', 1, 'LOCAL_IN'), ('nf_hook', 2, 'FORWARD'),
		('nf_hook', 3, 'LOCAL_OUT'), ('nf_hook', 4, 'POST_ROUTING'),
	('nf_verdict', 0, 'DROP'), ('nf_verdict', 1, 'ACCEPT'), ('nf_verdict', 2, 'STOLEN'), ('nf_verdict', 3, 'QUEUE'),
		('nf_verdict', 4, 'REPEAT'),
	('ctinfo', 0, 'ESTABLISHED'), ('ctinfo', 1, 'RELATED'), ('ctinfo', 2, 'NEW'),
		('ctinfo', 3, 'ESTABLISHED_REPLY'), ('ctinfo', 4, 'RELATED_REPLY'),
	('ctinfo', 7, 'UNTRACKED'), ('ctinfo', 8, 'INVALID'), ('ctinfo', 9, '(packet freed)'),
	('ct_tcp_state', 0, 'NONE'), ('ct_tcp_state', 1, 'SYN_SENT'), ('ct_tcp_state', 2, 'SYN_RECV'),
		('ct_tcp_state', 3, 'ESTABLISHED'),
	('ct_tcp_state', 4, 'FIN_WAIT'), ('ct_tcp_state', 5, 'CLOSE_WAIT'), ('ct_tcp_state', 6, 'LAST_ACK'),
		('ct_tcp_state', 7, 'TIME_WAIT'),
	('ct_tcp_state', 8, 'CLOSE'), ('ct_tcp_state', 9, 'SYN_SENT2');
