-- 0001_init.sql: the tables of an analysis.
--
-- Conventions
--   *_ns            nanoseconds. Points in time are CLOCK_MONOTONIC; table clock gives wall-clock pairs.
--   win             number of a window of trace.window_ns, counted from trace.first_ns, from 0. Rows of the
--                   window tables may come in several parts with the same key: always sum, never assume one.
--   n, sum_ns, min_ns, max_ns, hist   of a latency: count, sum, extremes (exact) and the log-linear histogram
--                   as a BLOB (hist.h); the BLOB alone can be merged and holds the other four as well.
--   netns, ifindex  a device: see interface. 0: none.
--   addresses       of kernel objects are 64-bit values stored signed; print them with printf('%x').
--   NULL            not recorded or not observed. It is never the same as 0.

-- ---- the recording ------------------------------------------------------------------------------

CREATE TABLE trace(                   -- exactly one row
	first_ns      INTEGER NOT NULL,  -- first event analyzed
	last_ns       INTEGER NOT NULL,  -- last event analyzed
	window_ns     INTEGER NOT NULL,  -- length of a window, 1 s
	n_cpus        INTEGER NOT NULL,  -- CPUs of the host
	uuid          TEXT NOT NULL,     -- of the recording, 32 hex digits
	created_ns    INTEGER NOT NULL,  -- first segment's creation, CLOCK_REALTIME
	complete      INTEGER NOT NULL,  -- 1: closed properly and nothing missing or damaged
	events        INTEGER NOT NULL,  -- events analyzed
	unknown_rows  INTEGER NOT NULL,  -- rows of record types this program does not know
	late_rows     INTEGER NOT NULL   -- rows that came too late to be put in order
) STRICT;

CREATE TABLE config(                  -- facts about recording, host and analysis (analyze.*)
	key           TEXT PRIMARY KEY,  -- host.kernel, record.command, analyze.filter, analyze.late_ns, …
	value         TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE file(
	id            INTEGER PRIMARY KEY, -- from 0
	path          TEXT NOT NULL,
	size          INTEGER NOT NULL   -- bytes
) STRICT;

CREATE TABLE segment(
	number        INTEGER NOT NULL,  -- from 0; a jump: segments are missing
	file          INTEGER NOT NULL,
	offset        INTEGER NOT NULL,  -- bytes into the file
	created_ns    INTEGER NOT NULL,  -- CLOCK_REALTIME
	closed        INTEGER NOT NULL   -- 0: the recorder was stopped in mid-segment
) STRICT;

CREATE TABLE damage(                  -- bytes of the recording that could not be used
	file          INTEGER NOT NULL,
	offset        INTEGER NOT NULL,
	length        INTEGER NOT NULL,
	what          TEXT NOT NULL
) STRICT;

CREATE TABLE clock(                   -- clocks read together
	mono_ns       INTEGER PRIMARY KEY,
	real_ns       INTEGER NOT NULL,  -- CLOCK_REALTIME
	boot_ns       INTEGER NOT NULL,  -- CLOCK_BOOTTIME
	tai_ns        INTEGER NOT NULL,  -- CLOCK_TAI
	error_ns      INTEGER NOT NULL   -- uncertainty of the pair
) STRICT;

CREATE TABLE record_count(            -- every record type that was wanted, seen or lost
	type          INTEGER PRIMARY KEY, -- record id
	name          TEXT NOT NULL,
	rows          INTEGER NOT NULL,  -- rows analyzed
	written       INTEGER,           -- rows the recorder says it wrote; NULL without a clean end
	lost          INTEGER NOT NULL   -- rows the recorder says it lost
) STRICT;

CREATE TABLE gap(                     -- records that are known to be missing
	from_ns       INTEGER NOT NULL,  -- lost after this time
	to_ns         INTEGER NOT NULL,  -- and before this time
	cpu           INTEGER,           -- NULL: not known
	type          INTEGER,           -- record id; NULL: any
	why           TEXT NOT NULL,     -- 'ring full', 'program re-entered', 'definition table full', 'block missing',
	                                 -- 'unknown'
	lost          INTEGER            -- how many; NULL: not known
) STRICT;

CREATE TABLE eviction(                -- what the analyzer itself left out to stay within its memory
	what          TEXT PRIMARY KEY,  -- such as 'live journeys', 'drop events'
	size          INTEGER NOT NULL,  -- the limit that was hit
	n             INTEGER NOT NULL,  -- how many were left out or cut short; 0: nothing
	effect        TEXT NOT NULL      -- in words: what the results lack
) STRICT, WITHOUT ROWID;

CREATE TABLE probe(
	id            INTEGER PRIMARY KEY,
	name          TEXT NOT NULL,
	type          INTEGER NOT NULL,  -- record id it produces
	stage         INTEGER NOT NULL,  -- stage it observes; 0: none
	status        INTEGER NOT NULL,  -- 0 not wanted, 1 attached, 2 failed
	method        TEXT NOT NULL,     -- tp_btf, tp, …; empty when not attached
	detail        TEXT NOT NULL,     -- why not
	runs          INTEGER,           -- measured by the kernel; NULL: not measured
	run_time_ns   INTEGER,           -- in those runs
	misses        INTEGER            -- runs skipped because the program was already running there
) STRICT;

CREATE TABLE cost(                    -- the recorder process, sampled; cumulative
	ts_ns         INTEGER NOT NULL,
	win           INTEGER NOT NULL,
	cpu_time_ns   INTEGER NOT NULL,
	rss           INTEGER NOT NULL,  -- bytes
	written       INTEGER NOT NULL,  -- bytes
	events        INTEGER NOT NULL,
	lost          INTEGER NOT NULL,  -- events
	ring_peak     INTEGER NOT NULL,  -- bytes, fullest ring since the last sample
	ring_size     INTEGER NOT NULL   -- bytes
) STRICT;

-- ---- names --------------------------------------------------------------------------------------

CREATE TABLE stage(
	id            INTEGER PRIMARY KEY, -- stages.def; 64 and 65 are the ends of a journey
	name          TEXT NOT NULL,
	role          TEXT NOT NULL,     -- 'ENTRY', 'STEP', 'ASIDE', 'END'
	aux           TEXT NOT NULL,     -- what packet_hop.aux holds
	doc           TEXT NOT NULL
) STRICT;

CREATE TABLE enumerator(              -- names of numbers; the recording's own replace these
	"set"         TEXT NOT NULL,     -- skb_drop_reason, softirq, futex_op, tcp_state, probe_status
	value         INTEGER NOT NULL,
	text          TEXT NOT NULL,
	PRIMARY KEY("set", value)
) STRICT, WITHOUT ROWID;

CREATE TABLE netns(
	inum          INTEGER PRIMARY KEY,
	name          TEXT NOT NULL      -- empty: the recorder's own
) STRICT;

CREATE TABLE interface(
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,
	name          TEXT NOT NULL,
	kind          TEXT NOT NULL,     -- veth, bridge, …; empty: hardware
	mac           TEXT NOT NULL,     -- xx:xx:xx:xx:xx:xx
	master        INTEGER NOT NULL,  -- ifindex; 0: none
	link          INTEGER NOT NULL,  -- ifindex of the lower device or veth peer; 0: none
	link_netns    INTEGER NOT NULL,  -- its namespace when it is another; 0: the same or unknown
	mtu           INTEGER NOT NULL,  -- bytes
	txqlen        INTEGER NOT NULL,  -- packets
	rx_queues     INTEGER NOT NULL,
	tx_queues     INTEGER NOT NULL,
	flags         INTEGER NOT NULL,  -- IFF_*
	PRIMARY KEY(netns, ifindex)
) STRICT, WITHOUT ROWID;

CREATE TABLE thread(
	tid           INTEGER PRIMARY KEY,
	tgid          INTEGER NOT NULL,  -- process; its name is that of the thread tid = tgid
	comm          TEXT,              -- last known name; NULL: never seen
	start_ns      INTEGER,           -- NULL: not known
	exit_ns       INTEGER,           -- NULL: alive at the end
	reused        INTEGER NOT NULL   -- times the number was given to another thread
) STRICT;

CREATE TABLE location(                -- kernel code addresses that drops and frees name
	addr          INTEGER PRIMARY KEY,
	symbol        TEXT,              -- function; NULL: not known
	offset        INTEGER,           -- into the function
	module        TEXT               -- empty: the kernel itself
) STRICT;

CREATE TABLE frame(                   -- kernel stacks
	stack         INTEGER NOT NULL,  -- from 1
	depth         INTEGER NOT NULL,  -- 0: innermost
	addr          INTEGER NOT NULL,
	symbol        TEXT,              -- NULL: not known
	offset        INTEGER,
	module        TEXT,
	PRIMARY KEY(stack, depth)
) STRICT, WITHOUT ROWID;

CREATE TABLE irqname(
	irq           INTEGER PRIMARY KEY,
	name          TEXT NOT NULL,     -- as in /proc/interrupts
	affinity      TEXT NOT NULL      -- CPU list
) STRICT;

-- ---- packets ------------------------------------------------------------------------------------

CREATE TABLE stage_latency(           -- time between consecutive stages of the same packet
	win           INTEGER NOT NULL,  -- of the later stage
	from_stage    INTEGER NOT NULL,
	to_stage      INTEGER NOT NULL,  -- 64 consumed, 65 dropped: the end of the journey
	netns         INTEGER NOT NULL,  -- of to_stage; of from_stage for an end, and where to_stage has none
	ifindex       INTEGER NOT NULL,
	n             INTEGER NOT NULL,
	sum_ns        INTEGER NOT NULL,
	min_ns        INTEGER NOT NULL,
	max_ns        INTEGER NOT NULL,
	uncertain     INTEGER NOT NULL,  -- intervals not in n: packet records were lost meanwhile
	hist          BLOB NOT NULL
) STRICT;

CREATE TABLE stage_count(             -- every hit of a stage
	win           INTEGER NOT NULL,
	stage         INTEGER NOT NULL,
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,
	n             INTEGER NOT NULL,
	bytes         INTEGER NOT NULL   -- sum of skb->len
) STRICT;

CREATE TABLE journey(                 -- packets by how they began and ended
	win           INTEGER NOT NULL,  -- of the end
	first_stage   INTEGER NOT NULL,
	last_stage    INTEGER NOT NULL,
	fate          TEXT NOT NULL,     -- 'consumed', 'dropped', 'reused' (its skb was given to another packet
	                                 -- unseen),
	                                 -- 'evicted' (table full), 'unfinished' (at the end of the recording),
	                                 -- 'upcall' (not seen to come back from ovs-vswitchd),
	                                 -- 'merged' (into another by GRO or reassembly)
	netns         INTEGER NOT NULL,  -- of the first stage
	ifindex       INTEGER NOT NULL,
	n             INTEGER NOT NULL,  -- packets, orphans and those spanning gaps included
	orphans       INTEGER NOT NULL,  -- of those: begun before they were first seen, headers unknown
	gaps          INTEGER NOT NULL,  -- of those: packet records were lost during their journey
	late          INTEGER NOT NULL,  -- of those: total of at least analyze.late_ns
	n_timed       INTEGER NOT NULL,  -- in hist: first stage to last, of two or more, without orphans and gaps
	sum_ns        INTEGER NOT NULL,
	min_ns        INTEGER NOT NULL,
	max_ns        INTEGER NOT NULL,
	hist          BLOB NOT NULL
) STRICT;

CREATE TABLE packet(                  -- kept packets: see packet_hop for their timeline
	id            INTEGER PRIMARY KEY,
	kept          TEXT NOT NULL,     -- why: 'first', 'dropped', 'late', 'slowest'
	win           INTEGER NOT NULL,  -- of begin_ns
	begin_ns      INTEGER NOT NULL,
	end_ns        INTEGER NOT NULL,
	total_ns      INTEGER NOT NULL,  -- first stage to last: without waiting in a socket for a reader
	fate          TEXT NOT NULL,     -- as in journey
	orphan        INTEGER NOT NULL,  -- 1: begun before it was first seen; columns below are NULL
	gap           INTEGER NOT NULL,  -- 1: packet records were lost during its journey
	skb           INTEGER NOT NULL,
	ethertype     INTEGER,           -- behind VLAN tags
	saddr         TEXT,
	daddr         TEXT,
	sport         INTEGER,           -- ICMP echo: identifier
	dport         INTEGER,           -- ICMP: type << 8 | code; ARP: operation
	proto         INTEGER,           -- IPPROTO_*
	ip_id         INTEGER,
	frag          INTEGER,
	seq           INTEGER,           -- TCP; ICMP echo: sequence
	ack           INTEGER,
	tcp_flags     INTEGER,
	ttl           INTEGER,
	tos           INTEGER,
	vlan          INTEGER,
	len           INTEGER,           -- bytes, skb->len at the first stage
	gso_size      INTEGER,
	gso_segs      INTEGER,
	mark          INTEGER,
	hash          INTEGER,
	tid           INTEGER,           -- thread on the CPU at the first stage
	hops          INTEGER NOT NULL,  -- stages seen
	reason        INTEGER,           -- drop reason; NULL unless dropped
	location      INTEGER,           -- address that freed or dropped it; NULL when not seen
	stack         INTEGER            -- of the drop; NULL: none taken
) STRICT;

CREATE TABLE packet_hop(
	packet        INTEGER NOT NULL,
	n             INTEGER NOT NULL,  -- from 0, in time order
	ts_ns         INTEGER NOT NULL,
	stage         INTEGER NOT NULL,  -- 64 consumed and 65 dropped included
	cpu           INTEGER NOT NULL,
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,
	queue         INTEGER NOT NULL,
	len           INTEGER NOT NULL,  -- bytes
	aux           INTEGER NOT NULL,  -- see stage.aux
	PRIMARY KEY(packet, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE flow(                    -- the flows with most packets, one direction each
	ethertype     INTEGER NOT NULL,
	saddr         TEXT NOT NULL,
	daddr         TEXT NOT NULL,
	sport         INTEGER NOT NULL,
	dport         INTEGER NOT NULL,
	proto         INTEGER NOT NULL,
	packets       INTEGER NOT NULL,
	bytes         INTEGER NOT NULL,  -- skb->len at the first stage
	drops         INTEGER NOT NULL,
	first_ns      INTEGER NOT NULL,
	last_ns       INTEGER NOT NULL,
	n             INTEGER NOT NULL,  -- of total latency, first stage to last
	sum_ns        INTEGER NOT NULL,
	min_ns        INTEGER NOT NULL,
	max_ns        INTEGER NOT NULL,
	hist          BLOB NOT NULL
) STRICT;

CREATE TABLE drop_summary(            -- every drop
	win           INTEGER NOT NULL,
	class         TEXT NOT NULL,     -- 'packet': of a network device; 'other': unix sockets, netlink, …
	reason        INTEGER NOT NULL,  -- enumerator set skb_drop_reason
	location      INTEGER NOT NULL,  -- address: see location
	stack         INTEGER NOT NULL,  -- 0: none taken
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,
	ethertype     INTEGER NOT NULL,  -- behind VLAN tags when the headers could be read
	proto         INTEGER,           -- IPPROTO_*; NULL: not known
	last_stage    INTEGER NOT NULL,  -- last stage seen before; 0: none
	n             INTEGER NOT NULL,
	bytes         INTEGER NOT NULL   -- skb->len
) STRICT;

CREATE TABLE drop_event(              -- single drops, up to a limit (eviction)
	ts_ns         INTEGER NOT NULL,
	win           INTEGER NOT NULL,
	cpu           INTEGER NOT NULL,
	class         TEXT NOT NULL,
	skb           INTEGER NOT NULL,
	reason        INTEGER NOT NULL,
	location      INTEGER NOT NULL,
	stack         INTEGER NOT NULL,  -- 0: none taken
	tid           INTEGER NOT NULL,  -- thread on the CPU
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,
	len           INTEGER NOT NULL,  -- bytes
	ethertype     INTEGER NOT NULL,
	vlan          INTEGER NOT NULL,  -- TCI; 0: none
	saddr         TEXT,              -- NULL from here on: headers not readable
	daddr         TEXT,
	sport         INTEGER,           -- ICMP echo: identifier
	dport         INTEGER,           -- ICMP: type << 8 | code
	proto         INTEGER,
	ip_id         INTEGER,
	seq           INTEGER,
	tcp_flags     INTEGER,
	ttl           INTEGER,
	last_stage    INTEGER NOT NULL,  -- last stage seen before; 0: none
	packet        INTEGER,           -- its journey, when it was kept
	head          BLOB NOT NULL      -- first bytes of the packet
) STRICT;

-- ---- scheduling ---------------------------------------------------------------------------------

CREATE TABLE offcpu(                  -- time threads slept
	win           INTEGER NOT NULL,  -- of the switch-in
	tid           INTEGER NOT NULL,
	state         INTEGER NOT NULL,  -- bits, TASK_* of the kernel: task_state_text()
	stack         INTEGER NOT NULL,  -- 0: none taken
	n             INTEGER NOT NULL,  -- of blocked time: switch-out to wake-up
	sum_ns        INTEGER NOT NULL,
	min_ns        INTEGER NOT NULL,
	max_ns        INTEGER NOT NULL,
	hist          BLOB NOT NULL
) STRICT;

CREATE TABLE runq(                    -- time threads waited for a CPU
	win           INTEGER NOT NULL,
	tid           INTEGER NOT NULL,
	cpu           INTEGER NOT NULL,  -- where it ran then
	preempted     INTEGER NOT NULL,  -- of n: it was preempted or yielded, not woken
	n             INTEGER NOT NULL,
	sum_ns        INTEGER NOT NULL,
	min_ns        INTEGER NOT NULL,
	max_ns        INTEGER NOT NULL,
	hist          BLOB NOT NULL
) STRICT;

CREATE TABLE runq_prev(               -- who had the CPU when a thread that waited for it got it
	win           INTEGER NOT NULL,
	tid           INTEGER NOT NULL,
	prev          INTEGER NOT NULL,  -- 0: idle
	n             INTEGER NOT NULL,
	wait_ns       INTEGER NOT NULL   -- run-queue time of tid
) STRICT;

CREATE TABLE waker(                   -- who ended a thread's sleep
	win           INTEGER NOT NULL,
	tid           INTEGER NOT NULL,
	waker         INTEGER NOT NULL,  -- thread that woke it, or that an interrupt interrupted
	n             INTEGER NOT NULL,
	blocked_ns    INTEGER NOT NULL
) STRICT;

CREATE TABLE futex(
	win           INTEGER NOT NULL,  -- of the return
	tid           INTEGER NOT NULL,
	op            INTEGER NOT NULL,  -- without flags: enumerator set futex_op
	uaddr         INTEGER NOT NULL,  -- address of the futex word, in its process
	errors        INTEGER NOT NULL,  -- of n: returned an error, EAGAIN and ETIMEDOUT included
	n             INTEGER NOT NULL,
	sum_ns        INTEGER NOT NULL,
	min_ns        INTEGER NOT NULL,
	max_ns        INTEGER NOT NULL,
	hist          BLOB NOT NULL
) STRICT;

CREATE TABLE cpu_thread(              -- CPU time of threads: differences of samples
	win           INTEGER NOT NULL,  -- of the later sample
	tid           INTEGER NOT NULL,
	cpu           INTEGER NOT NULL,  -- it last ran on
	runtime_ns    INTEGER NOT NULL,
	nvcsw         INTEGER NOT NULL,  -- voluntary context switches
	nivcsw        INTEGER NOT NULL   -- involuntary
) STRICT;

CREATE TABLE cpu_busy(                -- CPU time by kind: differences of /proc/stat samples
	win           INTEGER NOT NULL,  -- of the later sample
	cpu           INTEGER NOT NULL,
	span_ns       INTEGER NOT NULL,  -- between the samples
	user_ns       INTEGER NOT NULL,
	system_ns     INTEGER NOT NULL,
	idle_ns       INTEGER NOT NULL,
	iowait_ns     INTEGER NOT NULL,
	irq_ns        INTEGER NOT NULL,
	softirq_ns    INTEGER NOT NULL,
	steal_ns      INTEGER NOT NULL
) STRICT;

-- ---- interrupts ---------------------------------------------------------------------------------

CREATE TABLE irq(                     -- hardware interrupt handlers
	win           INTEGER NOT NULL,
	cpu           INTEGER NOT NULL,
	irq           INTEGER NOT NULL,
	unhandled     INTEGER NOT NULL,  -- of n: the handler returned IRQ_NONE
	n             INTEGER NOT NULL,
	sum_ns        INTEGER NOT NULL,
	min_ns        INTEGER NOT NULL,
	max_ns        INTEGER NOT NULL,
	hist          BLOB NOT NULL
) STRICT;

CREATE TABLE softirq(
	win           INTEGER NOT NULL,
	cpu           INTEGER NOT NULL,
	vec           INTEGER NOT NULL,  -- enumerator set softirq
	n             INTEGER NOT NULL,  -- of the handler's run time
	sum_ns        INTEGER NOT NULL,
	min_ns        INTEGER NOT NULL,
	max_ns        INTEGER NOT NULL,
	hist          BLOB NOT NULL,
	wait_n        INTEGER NOT NULL,  -- of the wait from first raise to entry, where the raise was seen
	wait_sum_ns   INTEGER NOT NULL,
	wait_min_ns   INTEGER NOT NULL,
	wait_max_ns   INTEGER NOT NULL,
	wait_hist     BLOB NOT NULL
) STRICT;

CREATE TABLE napi(
	win           INTEGER NOT NULL,
	cpu           INTEGER NOT NULL,
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,  -- 0: the per-CPU backlog
	polls         INTEGER NOT NULL,
	work          INTEGER NOT NULL,  -- packets processed
	budget        INTEGER NOT NULL,  -- packets allowed, sum
	at_budget     INTEGER NOT NULL,  -- polls that used up their budget
	empty         INTEGER NOT NULL   -- polls that found nothing
) STRICT;

CREATE TABLE softnet(                 -- differences of /proc/net/softnet_stat samples
	win           INTEGER NOT NULL,  -- of the later sample
	cpu           INTEGER NOT NULL,
	processed     INTEGER NOT NULL,  -- packets
	dropped       INTEGER NOT NULL,  -- backlog full
	squeezed      INTEGER NOT NULL   -- budget or time ran out
) STRICT;

-- ---- interfaces, queues, transport --------------------------------------------------------------

CREATE TABLE iface_count(             -- packets as recorded
	win           INTEGER NOT NULL,
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,
	dir           TEXT NOT NULL,     -- 'rx': at netif_receive_skb, 'tx': at net_dev_xmit
	packets       INTEGER NOT NULL,  -- skbs; tx: taken by the driver
	bytes         INTEGER NOT NULL,  -- skb->len; rx: without the link-layer header
	refused       INTEGER NOT NULL   -- tx: not taken by the driver
) STRICT;

CREATE TABLE iface_kernel(            -- the kernel's own counters, first and last sample
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,
	first_ns      INTEGER NOT NULL,  -- time of the first sample
	last_ns       INTEGER NOT NULL,
	first_rx_packets INTEGER NOT NULL, last_rx_packets INTEGER NOT NULL,
	first_rx_bytes   INTEGER NOT NULL, last_rx_bytes   INTEGER NOT NULL,
	first_rx_dropped INTEGER NOT NULL, last_rx_dropped INTEGER NOT NULL,
	first_rx_errors  INTEGER NOT NULL, last_rx_errors  INTEGER NOT NULL,
	first_tx_packets INTEGER NOT NULL, last_tx_packets INTEGER NOT NULL,
	first_tx_bytes   INTEGER NOT NULL, last_tx_bytes   INTEGER NOT NULL,
	first_tx_dropped INTEGER NOT NULL, last_tx_dropped INTEGER NOT NULL,
	first_tx_errors  INTEGER NOT NULL, last_tx_errors  INTEGER NOT NULL,
	PRIMARY KEY(netns, ifindex)
) STRICT, WITHOUT ROWID;

CREATE TABLE iface_delta(             -- the kernel's own counters, differences of samples
	win           INTEGER NOT NULL,  -- of the later sample
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,
	rx_packets    INTEGER NOT NULL,
	rx_bytes      INTEGER NOT NULL,
	rx_dropped    INTEGER NOT NULL,
	rx_errors     INTEGER NOT NULL,
	tx_packets    INTEGER NOT NULL,
	tx_bytes      INTEGER NOT NULL,
	tx_dropped    INTEGER NOT NULL,
	tx_errors     INTEGER NOT NULL
) STRICT;

CREATE TABLE qdisc_stat(              -- queueing disciplines, samples
	win           INTEGER NOT NULL,
	ts_ns         INTEGER NOT NULL,  -- of the sample
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,
	handle        INTEGER NOT NULL,  -- major << 16 | minor
	parent        INTEGER NOT NULL,  -- 4294967295: root
	kind          TEXT,              -- tbf, fq_codel, …
	packets       INTEGER NOT NULL,  -- since the sample before, as the next four; 0 at the first
	bytes         INTEGER NOT NULL,
	drops         INTEGER NOT NULL,
	overlimits    INTEGER NOT NULL,
	requeues      INTEGER NOT NULL,
	qlen          INTEGER NOT NULL,  -- packets queued at the sample
	backlog       INTEGER NOT NULL   -- bytes queued at the sample
) STRICT;

CREATE TABLE tcp_flow(                -- retransmissions by connection
	win           INTEGER NOT NULL,
	netns         INTEGER NOT NULL,
	saddr         TEXT NOT NULL,     -- local
	sport         INTEGER NOT NULL,
	daddr         TEXT NOT NULL,     -- remote
	dport         INTEGER NOT NULL,
	n             INTEGER NOT NULL,  -- segments sent again
	bytes         INTEGER NOT NULL,
	max_srtt_us   INTEGER NOT NULL,  -- smoothed round-trip time at those moments
	min_cwnd      INTEGER NOT NULL   -- congestion window, segments
) STRICT;

CREATE TABLE tcp_retransmit(          -- single retransmissions, up to a limit (eviction)
	ts_ns         INTEGER NOT NULL,
	win           INTEGER NOT NULL,
	cpu           INTEGER NOT NULL,
	netns         INTEGER NOT NULL,
	saddr         TEXT NOT NULL,
	sport         INTEGER NOT NULL,
	daddr         TEXT NOT NULL,
	dport         INTEGER NOT NULL,
	state         INTEGER NOT NULL,  -- enumerator set tcp_state
	seq           INTEGER NOT NULL,
	len           INTEGER NOT NULL,  -- bytes
	cwnd          INTEGER NOT NULL,
	srtt_us       INTEGER NOT NULL,
	packets_out   INTEGER NOT NULL,  -- segments in flight
	retrans       INTEGER NOT NULL   -- of the connection so far
) STRICT;

CREATE TABLE counter(                 -- other kernel counters, first and last sample
	netns         INTEGER NOT NULL,  -- 0: has none
	name          TEXT NOT NULL,     -- ip.InDiscards, tcpext.ListenOverflows, irq.24, …
	first_ns      INTEGER NOT NULL,
	last_ns       INTEGER NOT NULL,
	first         INTEGER NOT NULL,
	last          INTEGER NOT NULL,
	delta         INTEGER NOT NULL   -- over the recording, resets taken into account
) STRICT;

CREATE TABLE counter_delta(           -- per window, where it changed
	win           INTEGER NOT NULL,  -- of the later sample
	netns         INTEGER NOT NULL,
	name          TEXT NOT NULL,
	delta         INTEGER NOT NULL
) STRICT;

-- ---- names that every kernel shares -------------------------------------------------------------

INSERT INTO enumerator VALUES
	('softirq', 0, 'HI'), ('softirq', 1, 'TIMER'), ('softirq', 2, 'NET_TX'), ('softirq', 3, 'NET_RX'),
	('softirq', 4, 'BLOCK'), ('softirq', 5, 'IRQ_POLL'), ('softirq', 6, 'TASKLET'), ('softirq', 7, 'SCHED'),
	('softirq', 8, 'HRTIMER'), ('softirq', 9, 'RCU'),
	('futex_op', 0, 'WAIT'), ('futex_op', 1, 'WAKE'), ('futex_op', 3, 'REQUEUE'), ('futex_op', 4, 'CMP_REQUEUE'),
	('futex_op', 5, 'WAKE_OP'), ('futex_op', 6, 'LOCK_PI'), ('futex_op', 7, 'UNLOCK_PI'),
		('futex_op', 8, 'TRYLOCK_PI'),
	('futex_op', 9, 'WAIT_BITSET'), ('futex_op', 10, 'WAKE_BITSET'), ('futex_op', 11, 'WAIT_REQUEUE_PI'),
	('futex_op', 12, 'CMP_REQUEUE_PI'), ('futex_op', 13, 'LOCK_PI2'),
	('tcp_state', 1, 'ESTABLISHED'), ('tcp_state', 2, 'SYN_SENT'), ('tcp_state', 3, 'SYN_RECV'),
		('tcp_state', 4, 'FIN_WAIT1'),
	('tcp_state', 5, 'FIN_WAIT2'), ('tcp_state', 6, 'TIME_WAIT'), ('tcp_state', 7, 'CLOSE'),
		('tcp_state', 8, 'CLOSE_WAIT'),
	('tcp_state', 9, 'LAST_ACK'), ('tcp_state', 10, 'LISTEN'), ('tcp_state', 11, 'CLOSING'),
		('tcp_state', 12, 'NEW_SYN_RECV'),
	('probe_status', 0, 'not wanted'), ('probe_status', 1, 'attached'), ('probe_status', 2, 'failed');
