/*
 * test_virt.c: tun rings, vhost runs and signals, interrupts of virtual machines, virtio-net in a guest.
 */
#include "fixture.h"
#include "analyzer/read/tun_ring.h"

#define MS 1000000ull
#define US 1000ull

enum { VNET = 7, VHOST = 50 };
enum { SOCK = 0x100, VQ = 0x200, CALL = 0x300, KICK = 0x400 };

/* ---- tun ---------------------------------------------------------------------------------------- */

static struct rec_tun_ring ring(__u32 producer, __u32 head, __u32 tail, bool full)
{
	return (struct rec_tun_ring){ .size = 8, .producer = producer, .head = head, .tail = tail, .full = full };
}

static void test_ring(void **state)
{
	struct rec_tun_ring empty = ring(3, 3, 3, false), some = ring(5, 3, 2, false), wrapped = ring(1, 7, 6, false);
	struct rec_tun_ring full = ring(4, 4, 4, true), half = ring(4, 6, 4, true), odd = ring(4000000000u, 1, 9, false);

	(void)state;
	assert_int_equal(tun_ring__used(&empty), 0);
	assert_int_equal(tun_ring__waiting(&empty), 0);
	assert_int_equal(tun_ring__used(&some), 3);
	assert_int_equal(tun_ring__waiting(&some), 2);
	assert_int_equal(tun_ring__used(&wrapped), 3);
	assert_int_equal(tun_ring__waiting(&wrapped), 2);
	assert_int_equal(tun_ring__waiting(&full), 8);
	assert_int_equal(tun_ring__used(&half), 8);
	assert_int_equal(tun_ring__waiting(&half), 6); /* two were taken and not cleared yet */
	(void)tun_ring__waiting(&odd);
}

static void add_ring(struct fixture *f, __u64 at, unsigned cpu, __u64 skb, unsigned queue, bool full)
{
	ADD(f, tun_ring, at, cpu, .sock = SOCK + queue, .skb = skb, .netns = NETNS, .ifindex = VNET, .len = 100, .size = 8,
	    .producer = full ? 0 : 1, .queue = (__u16)queue, .full = full);
}

static void add_drop_at(struct fixture *f, __u64 at, unsigned cpu, __u64 skb, __u64 location)
{
	ADD(f, drop, at, cpu, .skb = skb, .location = location, .netns = NETNS, .ifindex = VNET, .len = 100, .ethertype = 0x0800);
}

/* A drop is the ring's when it comes from tun_net_xmit, on the same CPU, of the skb seen last there. */
static void test_tun_drops(void **state)
{
	struct fixture f;

	(void)state;
	fixture__begin(&f, 2);
	DEFINE(&f, symbol, .addr = 0x1000, .size = 0x100, .name = TEXT("tun_net_xmit"), .module = TEXT("tun"));
	DEFINE(&f, symbol, .addr = 0x2000, .size = 0x100, .name = TEXT("other"));
	add_ring(&f, 1 * MS, 0, 1, 0, true);
	add_ring(&f, 1 * MS + 100, 1, 2, 1, true);
	add_drop_at(&f, 1 * MS + 200, 0, 1, 0x1010); /* the first queue's */
	add_drop_at(&f, 1 * MS + 300, 1, 2, 0x1010); /* the second's */
	add_ring(&f, 2 * MS, 0, 3, 0, false);
	add_drop_at(&f, 2 * MS + 100, 1, 3, 0x1010); /* on another CPU */
	add_drop_at(&f, 2 * MS + 200, 0, 3, 0x2010); /* elsewhere */
	add_drop_at(&f, 2 * MS + 300, 0, 9, 0x1010); /* another packet */
	add_hop(&f, 3 * MS, 1, 4, STAGE_tun_recvmsg, VNET, 5);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT queue, packets, bytes, size, full, dropped, min, max FROM tun_queue ORDER BY queue",
		    "0|2|200|8|1|1|1|8;1|1|100|8|1|1|8|8");
	assert_rows(&f, "SELECT queue, n, max FROM tun_read", "0|1|5");
	/* it is a stage, too */
	assert_rows(&f, "SELECT n FROM stage_count WHERE stage = 51", "3");
	fixture__end(&f);
}

/* After a gap nobody knows what was seen last. */
static void test_tun_gap(void **state)
{
	struct fixture f;

	(void)state;
	fixture__begin(&f, 2);
	add_ring(&f, 1 * MS, 0, 1, 0, true);
	add_gap(&f, 1 * MS + 10, 1 * MS + 20, 0, REC_tun_ring, 3);
	add_drop_at(&f, 2 * MS, 0, 1, 0x1010);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT full, dropped FROM tun_queue", "1|0");
	fixture__end(&f);
}

/* ---- vhost -------------------------------------------------------------------------------------- */

static void add_run(struct fixture *f, __u64 begin, __u64 end, unsigned taken, unsigned avail)
{
	ADD(f, vhost_run, end, 1, .vq = VQ, .sock = SOCK, .call = CALL, .kick = KICK, .duration = end - begin, .tid = VHOST, .size = 256,
	    .taken = (__u16)taken, .used = (__u16)taken, .last_avail = 10, .last_used = 65532, .avail = (__u16)avail, .known = 1,
	    .guest_flags = 1);
}

static void add_kick(struct fixture *f, __u64 at)
{
	ADD(f, vhost_kick, at, 0, .vq = VQ, .tid = 3, .why = 1);
}

static void test_vhost_runs(void **state)
{
	struct fixture f;

	(void)state;
	fixture__begin(&f, 2);
	add_kick(&f, 10 * US);
	add_kick(&f, 20 * US);			/* the same wait */
	add_kick(&f, 70 * US);			/* during the run: for the next one */
	add_run(&f, 50 * US, 100 * US, 3, 20);	/* waited 40 us */
	add_run(&f, 170 * US, 180 * US, 0, 10); /* waited 100 us; nothing left to take */
	add_run(&f, 200 * US, 210 * US, 1, 11); /* was not kicked */
	fixture__analyze(&f);
	assert_rows(&f, "SELECT dir, tid, size, taken, used, empty, known, exhausted, flag_off, n, sum_ns FROM vhost_run",
		    "0|50|256|4|4|1|3|1|3|3|70000");
	assert_rows(&f, "SELECT wake_n, wake_min_ns, wake_max_ns FROM vhost_run", "2|40000|100000");
	assert_rows(&f, "SELECT dir, offered_n, offered_min, offered_max, held_n, held_min, held_max FROM vhost_ring", "0|3|0|10|3|14|14");
	assert_rows(&f, "SELECT why, tid, n FROM vhost_kick", "1|3|3");
	fixture__end(&f);
}

static void add_used(struct fixture *f, __u64 at, unsigned count)
{
	ADD(f, vhost_used, at, 1, .vq = VQ, .call = CALL, .tid = VHOST, .count = count);
}

static void add_signal(struct fixture *f, __u64 at, __u64 ctx, __u32 tid)
{
	ADD(f, eventfd, at, 1, .ctx = ctx, .id = 7, .tid = tid);
}

/* Only a signal of that eventfd by that thread, and once, is an answer. */
/* A damaged trace may say that something lasted for longer than there was time: no wait comes of it. */
static void test_impossible_durations(void **state)
{
	struct fixture f;

	(void)state;
	fixture__begin(&f, 2);
	add_kick(&f, 10 * US);
	ADD(&f, vhost_run, 50 * US, 1, .vq = VQ, .sock = SOCK, .call = CALL, .kick = KICK, .duration = T0 + 60 * US, .tid = VHOST);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT wake_n, wake_max_ns FROM vhost_run", "0|0");
	fixture__end(&f);
}

static void test_vhost_signals(void **state)
{
	struct fixture f;

	(void)state;
	fixture__begin(&f, 2);
	add_used(&f, 10 * US, 4);
	add_signal(&f, 11 * US, CALL, VHOST);
	add_signal(&f, 12 * US, CALL, VHOST); /* somebody else's reason */
	add_used(&f, 20 * US, 2);
	add_signal(&f, 21 * US, CALL, 9);
	add_signal(&f, 22 * US, KICK, VHOST);
	add_used(&f, 30 * US, 1);
	add_gap(&f, 31 * US, 32 * US, 1, REC_vhost_used, 1);
	add_signal(&f, 33 * US, CALL, VHOST);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT chains, sent, n, max FROM vhost_used", "7|1|3|4");
	assert_rows(&f, "SELECT ctx, tid, n FROM eventfd ORDER BY 1, 2", "768|9|1;768|50|3;1024|50|1");
	fixture__end(&f);
}

/* ---- interrupts ---------------------------------------------------------------------------------- */

static void add_irq(struct fixture *f, __u64 at, unsigned what, __s32 result)
{
	ADD(f, kvm_irq, at, 0, .kvm = 0x500, .gsi = 24, .eventfd = what == 1 ? CALL : 0, .pid = 40, .tid = VHOST, .result = (__u32)result,
	    .msi = 0x4027, .what = (__u8)what);
}

static void test_interrupts(void **state)
{
	struct fixture f;

	(void)state;
	fixture__begin(&f, 1);
	add_irq(&f, 1 * US, 1, 0);
	add_irq(&f, 2 * US, 2, 1);
	add_irq(&f, 3 * US, 2, 0);
	add_irq(&f, 4 * US, 2, -11);
	add_irq(&f, 5 * US, 2, -22);
	add_irq(&f, 6 * US, 4, 0);
	ADD(&f, kvm_kick, 7 * US, 0, .kvm = 0x500, .vcpu = 1, .pid = 40, .tid = VHOST);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT what, pid, gsi, tid, n, delivered, merged, deferred, failed FROM kvm_irq ORDER BY what",
		    "1|40|24|50|1|0|0|0|0;2|40|24|50|4|1|1|1|1;4|40|24|50|1|0|0|0|0");
	assert_rows(&f, "SELECT vcpu, cpu, n FROM kvm_kick", "1|0|1");
	fixture__end(&f);
}

/* From the device to the interrupt: all that belongs together, in one row. */
static void test_chain(void **state)
{
	struct fixture f;

	(void)state;
	fixture__begin(&f, 2);
	ADD(&f, task, 0, 0, .tid = VHOST, .tgid = VHOST, .comm = "vhost-40");
	add_ring(&f, 1 * US, 0, 1, 0, false);
	add_run(&f, 2 * US, 3 * US, 1, 20);
	add_irq(&f, 4 * US, 1, 0);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT vq, dir, sock, call, kick, tid, ifindex, queue, gsi, pid FROM virt_queue", "512|0|256|768|1024|50|7|0|24|40");
	fixture__end(&f);
}

/* ---- inside a guest ------------------------------------------------------------------------------- */

static void test_guest(void **state)
{
	struct fixture f;

	(void)state;
	fixture__begin(&f, 1);
	ADD(&f, virtio_poll, 1 * US, 0, .netns = NETNS, .ifindex = 2, .work = 64, .budget = 64, .duration = 10 * US, .last_used = 65530, .used = 60,
	    .last_used_end = 58, .used_end = 60, .known = 1); /* the indexes wrap */
	ADD(&f, virtio_poll, 2 * US, 0, .netns = NETNS, .ifindex = 2, .work = 0, .budget = 64, .duration = US, .caller = 1);
	ADD(&f, virtio_vq, 3 * US, 0, .vq = VQ, .netns = NETNS, .ifindex = 2, .irq = 25, .result = 0, .what = 1, .last_used = 5, .used = 5, .known = 1);
	ADD(&f, virtio_vq, 4 * US, 0, .vq = VQ, .netns = NETNS, .ifindex = 2, .irq = 25, .result = 1, .what = 1, .last_used = 5, .used = 6, .known = 1);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT caller, budget, at_budget, empty, known, waiting, remaining, n, \"sum\", run_sum_ns FROM virtio_poll ORDER BY caller",
		    "0|64|1|0|1|66|2|1|64|10000;1|64|0|1|0|0|0|1|0|1000");
	assert_rows(&f, "SELECT vq, what, irq, result, n, nothing_new FROM virtio_vq ORDER BY result", "0|1|25|0|1|1;0|1|25|1|1|0");
	fixture__end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ring),	      cmocka_unit_test(test_tun_drops), cmocka_unit_test(test_tun_gap),
		cmocka_unit_test(test_vhost_runs),    cmocka_unit_test(test_vhost_signals), cmocka_unit_test(test_impossible_durations), cmocka_unit_test(test_interrupts),
		cmocka_unit_test(test_chain),	      cmocka_unit_test(test_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
