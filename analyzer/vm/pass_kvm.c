/*
 * pass_kvm.c: eventfds that the kernel signals, interrupts into virtual machines and what became of them, and
 * kicks of virtual CPUs. Each record stands for itself.
 */
#include <errno.h>
#include "analyzer/sweep/pass.h"

enum { N, DELIVERED, MERGED, DEFERRED, FAILED };
enum { IRQFD_WAKEUP = 1, SET_IRQ_INATOMIC, SET_MSI, IRQFD_INJECT }; /* kvm_irq.what */

static const __u32 NO_ID = ~0u; /* eventfd.id */

struct state {
	struct sweep *sweep;
	struct tally signals, irqs, kicks;
};

static void put_signal(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	__u32 id = (__u32)key[1];

	STORE(s, "eventfd", V_INT("win", win), V_INT("ctx", key[0]), V_OPT("id", id != NO_ID, id),
	      V_INT("tid", key[1] >> 32), V_INT("n", row->count[N]));
}

static void put_irq(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	const __u64 *n = row->count;

	STORE(s, "kvm_irq", V_INT("win", win), V_INT("kvm", key[0]), V_INT("pid", key[1] & 0xffffffff),
	      V_INT("gsi", key[2] >> 32), V_INT("what", key[2] & 0xffffffff), V_INT("eventfd", key[3]),
	      V_INT("cpu", key[4] & 0xffffffff), V_INT("tid", key[4] >> 32), V_INT("msi", key[1] >> 32),
	      V_INT("n", n[N]), V_INT("delivered", n[DELIVERED]), V_INT("merged", n[MERGED]),
	      V_INT("deferred", n[DEFERRED]), V_INT("failed", n[FAILED]));
}

static void put_kick(struct store *s, __u64 win, const __u64 *key, const struct tally_row *row)
{
	STORE(s, "kvm_kick", V_INT("win", win), V_INT("kvm", key[0]), V_INT("pid", key[1] & 0xffffffff),
	      V_INT("vcpu", key[1] >> 32), V_INT("cpu", key[2]), V_INT("n", row->count[N]));
}

static const struct tally_spec signal_spec = { 2, 1, 0, put_signal };
static const struct tally_spec irq_spec = { 5, 5, 0, put_irq };
static const struct tally_spec kick_spec = { 3, 1, 0, put_kick };

static void on_irq(struct state *st, const struct rec_kvm_irq *r)
{
	__u64 key[5] = { r->kvm, pair(r->msi, r->pid), pair(r->gsi, r->what), r->eventfd, pair(r->tid, r->rec.cpu) };
	__u64 *n = tally__at(&st->irqs, st->sweep->win, key).count;
	__s32 result = (__s32)r->result;

	n[N]++;
	if (r->what != SET_IRQ_INATOMIC && r->what != SET_MSI)
		return;
	n[DELIVERED] += result > 0;
	n[MERGED] += result == 0;
	n[DEFERRED] += result == -EWOULDBLOCK;
	n[FAILED] += result < 0 && result != -EWOULDBLOCK;
}

static void on_event(void *state, const struct rec *rec)
{
	const struct rec_eventfd *e = (const struct rec_eventfd *)rec;
	const struct rec_kvm_kick *k = (const struct rec_kvm_kick *)rec;
	struct state *st = state;

	switch (rec->type) {
	case REC_eventfd:
		tally__at(&st->signals, st->sweep->win, (__u64[]){ e->ctx, pair(e->tid, e->id) }).count[N]++;
		break;
	case REC_kvm_irq:
		on_irq(st, (const struct rec_kvm_irq *)rec);
		break;
	case REC_kvm_kick:
		tally__at(&st->kicks, st->sweep->win, (__u64[]){ k->kvm, pair(k->vcpu, k->pid), rec->cpu }).count[N]++;
		break;
	}
}

static const struct pass_tally tallies[] = {
	PASS_TALLY(signals, signal_spec),
	PASS_TALLY(irqs, irq_spec),
	PASS_TALLY(kicks, kick_spec),
	{ 0 },
};

static const __u8 wants[] = { REC_eventfd, REC_kvm_irq, REC_kvm_kick, 0 };

const struct pass pass_kvm = {
	.name = "kvm", .wants = wants, .state_size = sizeof(struct state), .tallies = tallies,
	.on_event = on_event, .on_gap = pass__no_gap,
};
