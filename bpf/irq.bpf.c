/*
 * irq.bpf.c: time in interrupt handlers and softirqs, and the work of NAPI polls.
 *
 * Handlers of one kind do not nest on a CPU, so a start time per CPU is enough. A softirq that is
 * raised again while pending waits since the first raise.
 */
#include "typed.h"

enum { SOFTIRQS = 16 }; /* a power of two; the kernel has 10 */

struct since {
	__u64 irq;
	__u64 softirq;
	__u64 softirq_wait;
	__u64 raised[SOFTIRQS];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct since);
} irq_since SEC(".maps");

static __always_inline struct since *this_cpu(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&irq_since, &zero);
}

SEC("tp_btf/irq_handler_entry")
int BPF_PROG(on_irq_handler_entry)
{
	struct since *since = this_cpu();

	if (control.enabled && since)
		since->irq = bpf_ktime_get_ns();
	return 0;
}

SEC("tp_btf/irq_handler_exit")
int BPF_PROG(on_irq_handler_exit, int irq, struct irqaction *action, int ret)
{
	struct since *since = this_cpu();
	struct rec_irq *i;

	if (!control.enabled || !since || !since->irq)
		return 0;
	i = EMIT(irq);
	if (i) {
		i->irq = irq;
		i->ret = ret;
		i->duration = i->rec.ts - since->irq;
		emit__submit(i);
	}
	since->irq = 0;
	return 0;
}

SEC("tp_btf/softirq_raise")
int BPF_PROG(on_softirq_raise, unsigned int vec)
{
	struct since *since = this_cpu();

	if (control.enabled && since && !since->raised[vec % SOFTIRQS])
		since->raised[vec % SOFTIRQS] = bpf_ktime_get_ns();
	return 0;
}

SEC("tp_btf/softirq_entry")
int BPF_PROG(on_softirq_entry, unsigned int vec)
{
	struct since *since = this_cpu();
	__u64 raised;

	if (!control.enabled || !since)
		return 0;
	since->softirq = bpf_ktime_get_ns();
	raised = since->raised[vec % SOFTIRQS];
	since->raised[vec % SOFTIRQS] = 0;
	since->softirq_wait = raised ? since->softirq - raised : 0;
	return 0;
}

SEC("tp_btf/softirq_exit")
int BPF_PROG(on_softirq_exit, unsigned int vec)
{
	struct since *since = this_cpu();
	struct rec_softirq *s;

	if (!control.enabled || !since || !since->softirq)
		return 0;
	s = EMIT(softirq);
	if (s) {
		s->vec = vec;
		s->wait = since->softirq_wait;
		s->duration = s->rec.ts - since->softirq;
		emit__submit(s);
	}
	since->softirq = 0;
	return 0;
}

SEC("tp_btf/napi_poll")
int BPF_PROG(on_napi_poll, struct napi_struct *napi, int work, int budget)
{
	struct rec_napi *n;

	if (!control.enabled)
		return 0;
	n = EMIT(napi);
	if (!n)
		return 0;
	n->napi = (__u64)napi;
	n->netns = dev__netns(true, napi->dev);
	n->ifindex = dev__ifindex(true, napi->dev);
	n->work = work;
	n->budget = budget;
	emit__submit(n);
	return 0;
}
