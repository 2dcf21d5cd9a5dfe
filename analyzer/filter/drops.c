/* drops.c: see drops.h. */
#include "analyzer/filter/drops.h"

#include <string.h>
#include "analyzer/filter/headers.h"

bool drops__is_other(const struct rec_drop *d)
{
	return d->ifindex == 0 && d->ethertype == 0;
}

static size_t length(const struct rec_drop *d)
{
	return d->head_len < sizeof(d->head) ? d->head_len : sizeof(d->head);
}

bool drops__parse(const struct rec_drop *d, struct rec_packet *p)
{
	memset(p, 0, sizeof(*p));
	if (drops__is_other(d) || headers__parse(d->head, length(d), d->l3_off, d->ethertype, d->vlan, p))
		return false;
	p->rec = d->rec;
	p->rec.type = REC_packet;
	p->skb = d->skb;
	p->len = d->len;
	p->netns = d->netns;
	p->ifindex = d->ifindex;
	p->tid = d->tid;
	p->tpid = d->tpid;
	p->l2 = d->l2 ? d->l2 | FRAME_HEAD : 0;
	p->pulled = d->pulled;
	return true;
}

struct first_bytes drops__first_bytes(const struct rec_drop *d)
{
	size_t len = length(d);
	size_t skip = d->l2 & FRAME_ETHERNET || d->l3_off > len ? 0 : d->l3_off;

	return (struct first_bytes){ d->head + skip, len - skip, sizeof(d->head) - skip };
}
