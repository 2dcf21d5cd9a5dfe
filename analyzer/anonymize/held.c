/* held.c: a list of rows, and of those in it that wait (held.h). */
#include "analyzer/anonymize/held.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/anonymize/flow_bytes.h"
#include "analyzer/anonymize/packet_bytes.h"
#include "format/error.h"
#include "format/schema.h"

enum { MOST_ROWS = 10000, MOST_PARTS = 11, PART = 192 };

struct row {
	struct row *next, *next_waiting;
	bool waits;
	union {
		struct rec rec;
		struct rec_head head;
		struct rec_flow_cmd flow;
	};
};

struct held {
	struct disguise *d;
	struct row *first, **last;
	struct row *waiting, **last_waiting; /* a part: of its command the first, others behind it */
	unsigned n;
};

struct held *held__new(struct disguise *d)
{
	struct held *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->d = d;
	h->last = &h->first;
	h->last_waiting = &h->waiting;
	return h;
}

void held__free(struct held *h)
{
	struct row *next;

	if (!h)
		return;
	for (struct row *r = h->first; r; r = next) {
		next = r->next;
		free(r);
	}
	free(h);
}

static void unlink_waiting(struct held *h, struct row *row)
{
	struct row **at = &h->waiting;

	while (*at != row)
		at = &(*at)->next_waiting;
	*at = row->next_waiting;
	if (h->last_waiting == &row->next_waiting)
		h->last_waiting = at;
	row->waits = false;
}

/* ---- first bytes of packets --------------------------------------------------------------------- */

/* `p`: the packet they are of; NULL: not known, and nothing of them stays. */
static void settle_head(struct held *h, struct row *row, const struct rec_packet *p)
{
	struct rec_head *head = &row->head;

	if (p)
		packet_bytes__disguise(h->d, head->bytes, head->len, p->l2 & FRAME_ETHERNET, 0, p->ethertype);
	else
		memset(head->bytes, 0, sizeof(head->bytes));
	unlink_waiting(h, row);
}

/* ---- flow commands ------------------------------------------------------------------------------ */

static bool same_command(const struct rec_flow_cmd *a, const struct rec_flow_cmd *b)
{
	return a->rec.cpu == b->rec.cpu && a->tid == b->tid && a->seq == b->seq;
}

static size_t part_len(const struct rec_flow_cmd *r)
{
	return r->part_len < sizeof(r->part) ? r->part_len : sizeof(r->part);
}

/* The parts of one command that begin with `first`, up to one that does not follow; the others of it become 0. */
static void settle_flow(struct held *h, struct row *first)
{
	__u8 bytes[MOST_PARTS * PART];
	struct row *parts[MOST_PARTS], *next;
	size_t n = 0, have = 0, at = 0;

	for (struct row *r = first; r; r = next) {
		next = r->next_waiting;
		if (r->rec.type != REC_flow_cmd || !same_command(&r->flow, &first->flow))
			continue;
		unlink_waiting(h, r);
		if (n < MOST_PARTS && r->flow.offset == have && have + part_len(&r->flow) <= sizeof(bytes)) {
			memcpy(bytes + have, r->flow.part, part_len(&r->flow));
			have += part_len(&r->flow);
			parts[n++] = r;
		}
		memset(r->flow.part, 0, sizeof(r->flow.part));
	}
	flow_bytes__disguise(h->d, bytes, have);
	for (size_t i = 0; i < n; at += part_len(&parts[i++]->flow))
		memcpy(parts[i]->flow.part, bytes + at, part_len(&parts[i]->flow));
}

static void settle(struct held *h, struct row *row)
{
	if (row->rec.type == REC_head)
		settle_head(h, row, NULL);
	else
		settle_flow(h, row);
}

/* ---- whom a row sets free ----------------------------------------------------------------------- */

static void settle_older(struct held *h, const struct rec *rec)
{
	const struct rec_packet *p = (const struct rec_packet *)rec;
	const struct rec_flow_cmd *flow = (const struct rec_flow_cmd *)rec;
	struct row *next;

	for (struct row *r = h->waiting; r; r = next) {
		next = r->next_waiting;
		if (r->rec.type == REC_head && rec->type == REC_packet && rec->cpu == r->rec.cpu &&
		    p->skb == r->head.skb && rec->ts == r->rec.ts + 1 && p->l2 & FRAME_HEAD)
			settle_head(h, r, p);
		else if (r->rec.type == REC_head && rec->ts > r->rec.ts + 1)
			settle_head(h, r, NULL);
		else if (r->rec.type == REC_flow_cmd && rec->type == REC_flow_cmd && rec->cpu == r->rec.cpu &&
			 (!same_command(flow, &r->flow) || !flow->offset)) {
			settle_flow(h, r);
			next = h->waiting; /* it may have been a part of it */
		}
	}
}

static bool is_last_part(const struct rec_flow_cmd *r)
{
	return r->offset + part_len(r) >= r->total || r->offset + PART >= MOST_PARTS * PART || !part_len(r);
}

static int give(struct held *h, held_fn fn, void *arg)
{
	while (h->first && !h->first->waits) {
		struct row *row = h->first;
		int code = fn(arg, &row->rec);

		h->first = row->next;
		if (!h->first)
			h->last = &h->first;
		h->n--;
		free(row);
		if (code)
			return code;
	}
	return 0;
}

static struct row *add(struct held *h, const struct rec *rec, bool waits)
{
	size_t size = offsetof(struct row, rec) + schema__record(rec->type)->size;
	struct row *row = calloc(1, size > sizeof(*row) ? size : sizeof(*row));

	if (!row)
		return NULL;
	memcpy(&row->rec, rec, schema__record(rec->type)->size);
	*h->last = row;
	h->last = &row->next;
	h->n++;
	row->waits = waits;
	if (waits) {
		*h->last_waiting = row;
		h->last_waiting = &row->next_waiting;
	}
	return row;
}

static struct row *first_part(struct held *h, const struct row *row)
{
	for (struct row *r = h->waiting; r; r = r->next_waiting)
		if (r->rec.type == REC_flow_cmd && same_command(&r->flow, &row->flow))
			return r;
	return NULL;
}

int held__put(struct held *h, const struct rec *rec, held_fn fn, void *arg)
{
	bool waits = rec->type == REC_head || rec->type == REC_flow_cmd;
	struct row *row;

	settle_older(h, rec);
	if (!h->first && !waits)
		return fn(arg, rec);
	row = add(h, rec, waits);
	if (!row)
		return -ENOMEM;
	if (rec->type == REC_flow_cmd && is_last_part(&row->flow))
		settle_flow(h, first_part(h, row));
	while (h->n > MOST_ROWS && h->waiting)
		settle(h, h->waiting);
	return give(h, fn, arg);
}

int held__flush(struct held *h, held_fn fn, void *arg)
{
	while (h->waiting)
		settle(h, h->waiting);
	return give(h, fn, arg);
}
