/* heads.c: the last head record of each CPU (heads.h). */
#include "analyzer/packets/heads.h"

#include <stdlib.h>

struct heads {
	__u32 n_cpus;
	struct rec_head last[];
};

struct heads *heads__new(__u32 n_cpus)
{
	struct heads *h = calloc(1, sizeof(*h) + n_cpus * sizeof(h->last[0]));

	if (h)
		h->n_cpus = n_cpus;
	return h;
}

void heads__free(struct heads *h)
{
	free(h);
}

void heads__see(struct heads *h, const struct rec_head *r)
{
	if (r->rec.cpu < h->n_cpus)
		h->last[r->rec.cpu] = *r;
}

bool heads__find(const struct heads *h, const struct rec_packet *p, struct first_bytes *first)
{
	const struct rec_head *r = p->rec.cpu < h->n_cpus ? &h->last[p->rec.cpu] : NULL;

	if (!r || !(p->l2 & FRAME_HEAD) || r->skb != p->skb || r->rec.ts + 1 != p->rec.ts)
		return false;
	*first = (struct first_bytes){ r->bytes, r->len, sizeof(r->bytes) };
	if (first->len > first->room)
		first->len = first->room;
	return true;
}
