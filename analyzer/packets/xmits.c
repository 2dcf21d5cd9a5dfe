/* xmits.c: a stack for each CPU, and one for those the recording does not know (xmits.h). */
#include "analyzer/packets/xmits.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "format/schema.h"

enum { DEPTH = 8 };

struct stack {
	unsigned n;
	struct xmit open[DEPTH];
};

struct xmits {
	__u32 n_cpus;
	struct stack stacks[];
};

struct xmits *xmits__new(__u32 n_cpus)
{
	struct xmits *x = calloc(1, sizeof(*x) + ((size_t)n_cpus + 1) * sizeof(x->stacks[0]));

	if (x)
		x->n_cpus = n_cpus;
	return x;
}

void xmits__free(struct xmits *x)
{
	free(x);
}

static __u32 stack_of(const struct xmits *x, __u32 cpu)
{
	return cpu < x->n_cpus ? cpu : x->n_cpus;
}

void xmits__open(struct xmits *x, __u64 skb, const struct hop *h, bool matched)
{
	struct stack *s = &x->stacks[stack_of(x, h->cpu)];

	if (s->n == DEPTH) /* their ends were never recorded */
		memmove(s->open, s->open + 1, --s->n * sizeof(s->open[0]));
	assert(s->n < DEPTH);
	s->open[s->n++] = (struct xmit){ skb, h->ts, h->netns, h->ifindex, h->stage, matched };
}

/* Takes out the innermost call of this packet and device that returns so, and those inside it whose end was not recorded. */
bool xmits__close(struct xmits *x, __u64 skb, const struct hop *h, struct xmit *found)
{
	struct stack *s = &x->stacks[stack_of(x, h->cpu)];
	__u8 call = schema__stage(h->stage)->call;

	for (unsigned i = s->n; i-- > 0;) {
		*found = s->open[i];
		if (found->skb == skb && found->ifindex == h->ifindex && found->netns == h->netns &&
		    found->stage == call) {
			s->n = i;
			return true;
		}
	}
	return false;
}

const struct xmit *xmits__busy(const struct xmits *x, __u16 cpu, __u64 skb)
{
	const struct stack *s = &x->stacks[stack_of(x, cpu)];

	for (unsigned i = s->n; i-- > 0;)
		if (s->open[i].skb == skb)
			return &s->open[i];
	return NULL;
}

void xmits__forget(struct xmits *x, __u32 cpu)
{
	x->stacks[stack_of(x, cpu)].n = 0;
}
