/* gaps.c: known gaps (gaps.h). */
#include "analyzer/read/gaps.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "format/record.h"

enum { MAX_GAPS = 1 << 16 };

static const char *const why_text[] = { "unknown", "ring full", "program re-entered", "definition table full",
					"left out to cost less", "block missing" };

static bool is_packet_gap(const struct gap *gap)
{
	switch (gap->type) {
	case GAP_ANY_TYPE:
	case REC_packet:
	case REC_hop:
	case REC_tun_ring:
	case REC_upcall:
	case REC_free:
	case REC_drop:
		return true;
	}
	return false;
}

/* Makes room for one more element in an array. */
static int grow(void **array, size_t n, size_t *cap, size_t size)
{
	size_t more = *cap ? *cap * 2 : 64;
	void *p;

	if (n < *cap)
		return 0;
	p = realloc(*array, more * size);
	if (!p)
		return -ENOMEM;
	*array = p;
	*cap = more;
	return 0;
}

/* Where the list has, or would have, the first gap that begins at or after ts. */
static size_t first_from(const struct gaps *g, __u64 ts)
{
	size_t low = 0, high = g->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (g->list[middle].from < ts)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Joins the interval with those it touches. At the limit it is joined with its neighbour, touching or not. */
static int add_interval(struct gaps *g, struct interval in)
{
	size_t first = 0, last;

	TRY(grow((void **)&g->packet, g->n_packet, &g->cap_packet, sizeof(*g->packet)));
	for (first = g->n_packet; first && g->packet[first - 1].to >= in.from;)
		first--;
	for (last = first; last < g->n_packet && g->packet[last].from <= in.to; last++) {
		in.from = g->packet[last].from < in.from ? g->packet[last].from : in.from;
		in.to = g->packet[last].to > in.to ? g->packet[last].to : in.to;
	}
	if (first == last && g->n_packet == MAX_GAPS) {
		first -= first > 0;
		last = first + 1;
		in.from = g->packet[first].from < in.from ? g->packet[first].from : in.from;
		in.to = g->packet[first].to > in.to ? g->packet[first].to : in.to;
	}
	memmove(g->packet + first + 1, g->packet + last, (g->n_packet - last) * sizeof(*g->packet));
	assert(in.from <= in.to && (first == 0 || g->packet[first - 1].to < in.from));
	g->packet[first] = in;
	g->n_packet += 1 + first - last;
	return 0;
}

/* At the limit, the gap before grows over the new one: too much is called uncertain, never too little. */
static void widen(struct gaps *g, size_t at, const struct gap *gap)
{
	struct gap *before = &g->list[at ? at - 1 : 0];

	before->from = gap->from < before->from ? gap->from : before->from;
	before->to = gap->to > before->to ? gap->to : before->to;
	before->lost += gap->lost;
	before->cpu = GAP_ANY_CPU;
	before->type = GAP_ANY_TYPE;
	g->left_out++;
}

int gaps__add(struct gaps *g, const struct gap *new)
{
	struct gap gap = *new;
	size_t at;

	gap.to = gap.to < gap.from ? gap.from : gap.to;
	at = first_from(g, gap.from);
	if (is_packet_gap(&gap))
		TRY(add_interval(g, (struct interval){ gap.from, gap.to }));
	if (g->n == MAX_GAPS) {
		widen(g, at, &gap);
		return 0;
	}
	TRY(grow((void **)&g->list, g->n, &g->cap, sizeof(*g->list)));
	memmove(g->list + at + 1, g->list + at, (g->n - at) * sizeof(*g->list));
	g->list[at] = gap;
	g->n++;
	return 0;
}

/* They are disjoint: only the last one that begins before `to` can reach it. */
bool gaps__in_packets(const struct gaps *g, __u64 from, __u64 to)
{
	size_t low = 0, high = g->n_packet;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (g->packet[middle].from < to)
			low = middle + 1;
		else
			high = middle;
	}
	return low && g->packet[low - 1].to > from;
}

void gaps__count(const struct gaps *g, __u64 *lost)
{
	memset(lost, 0, REC_TYPE_MAX * sizeof(*lost));
	for (size_t i = 0; i < g->n; i++)
		lost[g->list[i].type < REC_TYPE_MAX ? g->list[i].type : 0] += g->list[i].lost;
}

void gaps__store(const struct gaps *g, struct store *s)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct gap *gap = &g->list[i];
		const char *why = why_text[gap->why <= GAP_BLOCK_MISSING ? gap->why : 0];

		STORE(s, "gap", V_INT("from_ns", gap->from), V_INT("to_ns", gap->to),
		      V_OPT("cpu", gap->cpu != GAP_ANY_CPU, gap->cpu),
		      V_OPT("type", gap->type != GAP_ANY_TYPE, gap->type), V_TEXT("why", why),
		      V_OPT("lost", gap->lost, gap->lost));
	}
}

void gaps__free(struct gaps *g)
{
	free(g->list);
	free(g->packet);
	*g = (struct gaps){ 0 };
}
