-- 0004_virt.sql: virtual machines: tun queues, vhost, eventfds, KVM interrupts, virtio-net inside a guest.
--
-- Addresses of kernel objects join these tables: tun_queue.sock = vhost_run.sock, vhost_run.call = eventfd.ctx =
-- kvm_irq.eventfd. They are what they were during the recording: a queue that is opened again has new ones.

CREATE TABLE tun_queue(               -- packets that come to the ring of a tun queue
	win           INTEGER NOT NULL,
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,
	queue         INTEGER NOT NULL,
	sock          INTEGER NOT NULL,  -- struct socket; 0: no program had the queue open
	packets       INTEGER NOT NULL,
	bytes         INTEGER NOT NULL,  -- skb->len
	size          INTEGER NOT NULL,  -- slots of the ring, the largest seen
	used          INTEGER NOT NULL,  -- slots that were not free, the most seen
	full          INTEGER NOT NULL,  -- packets that found the ring full
	dropped       INTEGER NOT NULL,  -- packets that were then seen to be dropped by tun_net_xmit
	n             INTEGER NOT NULL,  -- of packets that waited in the ring before this one
	sum           INTEGER NOT NULL,
	min           INTEGER NOT NULL,
	max           INTEGER NOT NULL,
	hist          BLOB NOT NULL
) STRICT;

CREATE TABLE tun_read(                -- packets that vhost takes from a tun queue
	win           INTEGER NOT NULL,
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,
	queue         INTEGER NOT NULL,
	n             INTEGER NOT NULL,  -- of packets that still waited in the ring
	sum           INTEGER NOT NULL,
	min           INTEGER NOT NULL,
	max           INTEGER NOT NULL,
	hist          BLOB NOT NULL
) STRICT;

CREATE TABLE vhost_run(               -- runs of handle_rx and handle_tx
	win           INTEGER NOT NULL,  -- of the end
	vq            INTEGER NOT NULL,  -- struct vhost_virtqueue
	sock          INTEGER NOT NULL,  -- struct socket of the backend; 0: none
	call          INTEGER NOT NULL,  -- struct eventfd_ctx to the guest; 0: none
	kick          INTEGER NOT NULL,  -- struct eventfd_ctx from the guest; 0: none
	dir           INTEGER NOT NULL,  -- 0 rx: to the guest, 1 tx: from the guest
	tid           INTEGER NOT NULL,  -- worker
	size          INTEGER NOT NULL,  -- descriptors of the virtqueue
	taken         INTEGER NOT NULL,  -- descriptor chains taken from the guest
	used          INTEGER NOT NULL,  -- descriptor chains given back
	empty         INTEGER NOT NULL,  -- runs that took nothing
	known         INTEGER NOT NULL,  -- runs whose guest fields could be read
	exhausted     INTEGER NOT NULL,  -- of those: the guest offered no descriptor any more at the end
	flag_off      INTEGER NOT NULL,  -- of those: avail->flags asked for no interrupt, without event index
	event_index   INTEGER NOT NULL,  -- of those: the guest uses the event index
	n             INTEGER NOT NULL,  -- runs: time in the function
	sum_ns        INTEGER NOT NULL,
	min_ns        INTEGER NOT NULL,
	max_ns        INTEGER NOT NULL,
	hist          BLOB NOT NULL,
	wake_n        INTEGER NOT NULL,  -- first kick to the beginning of the run, where the kick was seen
	wake_sum_ns   INTEGER NOT NULL,
	wake_min_ns   INTEGER NOT NULL,
	wake_max_ns   INTEGER NOT NULL,
	wake_hist     BLOB NOT NULL
) STRICT;

CREATE TABLE vhost_used(              -- descriptor chains given back, and interrupts to the guest
	win           INTEGER NOT NULL,
	vq            INTEGER NOT NULL,
	call          INTEGER NOT NULL,
	tid           INTEGER NOT NULL,
	chains        INTEGER NOT NULL,
	sent          INTEGER NOT NULL,  -- times after which that eventfd was signalled
	n             INTEGER NOT NULL,  -- times: chains each time
	sum           INTEGER NOT NULL,
	min           INTEGER NOT NULL,
	max           INTEGER NOT NULL,
	hist          BLOB NOT NULL
) STRICT;

CREATE TABLE vhost_kick(
	win           INTEGER NOT NULL,
	vq            INTEGER NOT NULL,
	why           INTEGER NOT NULL,  -- 0 kick of the guest, 1 the socket
	tid           INTEGER NOT NULL,  -- thread on the CPU
	n             INTEGER NOT NULL
) STRICT;

CREATE TABLE eventfd(
	win           INTEGER NOT NULL,
	ctx           INTEGER NOT NULL,  -- struct eventfd_ctx
	id            INTEGER,           -- eventfd-id of /proc/PID/fdinfo; NULL: the kernel has none
	tid           INTEGER NOT NULL,  -- thread on the CPU
	n             INTEGER NOT NULL   -- signals
) STRICT;

CREATE TABLE kvm_irq(                 -- interrupts on their way into virtual machines
	win           INTEGER NOT NULL,
	kvm           INTEGER NOT NULL,  -- struct kvm
	pid           INTEGER NOT NULL,  -- process of the virtual machine; 0: not known
	gsi           INTEGER NOT NULL,
	what          INTEGER NOT NULL,  -- enumerator set kvm_irq
	eventfd       INTEGER NOT NULL,  -- struct eventfd_ctx; 0: not known
	cpu           INTEGER NOT NULL,
	tid           INTEGER NOT NULL,  -- thread on the CPU
	msi           INTEGER NOT NULL,  -- MSI data; 0: not known
	n             INTEGER NOT NULL,
	delivered     INTEGER NOT NULL,  -- result > 0
	merged        INTEGER NOT NULL,  -- result 0: it was pending already
	deferred      INTEGER NOT NULL,  -- -EWOULDBLOCK: a kernel worker does it
	failed        INTEGER NOT NULL   -- any other error
) STRICT;

CREATE TABLE kvm_kick(                -- virtual CPUs kicked out of the guest or woken up
	win           INTEGER NOT NULL,
	kvm           INTEGER NOT NULL,
	pid           INTEGER NOT NULL,
	vcpu          INTEGER NOT NULL,
	cpu           INTEGER NOT NULL,
	n             INTEGER NOT NULL
) STRICT;

CREATE TABLE virtio_poll(             -- virtnet_poll in a guest
	win           INTEGER NOT NULL,
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,
	queue         INTEGER NOT NULL,
	caller        INTEGER NOT NULL,  -- enumerator set virtio_caller
	cpu           INTEGER NOT NULL,
	budget        INTEGER NOT NULL,  -- packets allowed, the largest
	at_budget     INTEGER NOT NULL,  -- polls that used up their budget
	empty         INTEGER NOT NULL,  -- polls that received nothing
	known         INTEGER NOT NULL,  -- polls whose ring could be read
	waiting       INTEGER NOT NULL,  -- buffers in the ring at the beginning of those, sum
	remaining     INTEGER NOT NULL,  -- and at the end
	n             INTEGER NOT NULL,  -- polls: packets each
	sum           INTEGER NOT NULL,
	min           INTEGER NOT NULL,
	max           INTEGER NOT NULL,
	hist          BLOB NOT NULL,
	run_n         INTEGER NOT NULL,  -- polls: time in the function
	run_sum_ns    INTEGER NOT NULL,
	run_min_ns    INTEGER NOT NULL,
	run_max_ns    INTEGER NOT NULL,
	run_hist      BLOB NOT NULL
) STRICT;

CREATE TABLE virtio_vq(               -- interrupts and call-backs of a guest's queues
	win           INTEGER NOT NULL,
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,
	vq            INTEGER NOT NULL,  -- number of the virtqueue
	what          INTEGER NOT NULL,  -- enumerator set virtio_vq
	irq           INTEGER NOT NULL,  -- 0 unless vring_interrupt
	result        INTEGER NOT NULL,
	n             INTEGER NOT NULL,
	nothing_new   INTEGER NOT NULL   -- times the device had given back nothing new, where the ring could be read
) STRICT;

CREATE TABLE vm(                      -- virtual machines found on the host
	pid           INTEGER PRIMARY KEY,
	name          TEXT NOT NULL,     -- empty: none given
	args          TEXT NOT NULL      -- what concerns networking and CPUs
) STRICT;

CREATE TABLE channels(                -- queues and rings of devices, as ethtool tells
	netns         INTEGER NOT NULL,
	ifindex       INTEGER NOT NULL,
	driver        TEXT NOT NULL,
	rx            INTEGER,           -- channels; NULL: the driver does not tell
	tx            INTEGER,
	combined      INTEGER,
	rx_max        INTEGER,           -- most the device can have
	tx_max        INTEGER,
	combined_max  INTEGER,
	rx_ring       INTEGER,           -- descriptors; NULL: the driver does not tell
	tx_ring       INTEGER,
	rx_ring_max   INTEGER,
	tx_ring_max   INTEGER,
	PRIMARY KEY(netns, ifindex)
) STRICT, WITHOUT ROWID;

INSERT INTO enumerator VALUES
	('vhost_dir', 0, 'rx'), ('vhost_dir', 1, 'tx'),
	('vhost_why', 0, 'guest'), ('vhost_why', 1, 'socket'),
	('kvm_irq', 1, 'irqfd_wakeup'), ('kvm_irq', 2, 'kvm_arch_set_irq_inatomic'), ('kvm_irq', 3, 'kvm_set_msi'),
		('kvm_irq', 4, 'irqfd_inject'),
	('virtio_caller', 0, 'softirq'), ('virtio_caller', 1, 'busy poll'), ('virtio_caller', 2, 'thread'),
	('virtio_vq', 1, 'vring_interrupt'), ('virtio_vq', 2, 'skb_recv_done'),
		('virtio_vq', 3, 'virtqueue_enable_cb_prepare'),
	('virtio_vq', 4, 'virtqueue_poll'), ('virtio_vq', 5, 'virtqueue_enable_cb_delayed');

-- What belongs together, by virtqueue: its worker, the tun queue it serves, the interrupt it raises in the guest.
CREATE VIEW virt_queue AS
SELECT r.vq, r.dir, r.sock, r.call, r.kick, r.tid, r.size, t.netns, t.ifindex, t.queue, i.gsi, i.kvm, i.msi,
	coalesce(i.pid, (SELECT CAST(substr(comm, 7) AS INTEGER) FROM thread WHERE thread.tid = r.tid
		AND comm LIKE 'vhost-%')) AS pid
FROM (SELECT vq, dir, sock, call, kick, tid, size, max(runs) FROM
		(SELECT vq, dir, sock, call, kick, tid, max(size) AS size, sum(n) AS runs FROM vhost_run GROUP BY vq,
			dir, sock, call, kick, tid)
	GROUP BY vq) AS r
LEFT JOIN (SELECT sock, max(netns) AS netns, max(ifindex) AS ifindex, max(queue) AS queue FROM tun_queue WHERE sock <> 0
	GROUP BY sock) AS t
	ON t.sock = r.sock
LEFT JOIN (SELECT eventfd, gsi, kvm, pid, max(msi) AS msi FROM kvm_irq WHERE what = 1 GROUP BY eventfd) AS i
	ON i.eventfd = r.call AND r.call <> 0;
