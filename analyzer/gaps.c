/* gaps.c: known gaps (gaps.h). */
#include "analyzer/gaps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "format/record.h"

enum { MAX_GAPS = 1 << 18 };

static const char *const why_text[] = { "unknown", "ring full", "program re-entered", "definition table full" };

/* Beyond the limit the last gap grows over the new one: too much is called uncertain, never too little. */
static void widen(struct gaps *g, const struct gap *gap)
{
	struct gap *last = &g->list[g->n - 1];

	last->from = gap->from < last->from ? gap->from : last->from;
	last->to = gap->to > last->to ? gap->to : last->to;
	last->lost += gap->lost;
	last->cpu = GAP_ANY_CPU;
	last->type = GAP_ANY_TYPE;
	g->left_out++;
}

int gaps__add(struct gaps *g, const struct gap *gap)
{
	if (g->n == MAX_GAPS) {
		widen(g, gap);
		return 0;
	}
	if (g->n == g->cap) {
		size_t cap = g->cap ? g->cap * 2 : 64;
		struct gap *list = realloc(g->list, cap * sizeof(*list));

		if (!list)
			return -ENOMEM;
		g->list = list;
		g->cap = cap;
	}
	g->list[g->n] = *gap;
	if (g->list[g->n].to < gap->from)
		g->list[g->n].to = gap->from;
	g->n++;
	return 0;
}

static int by_from(const void *a, const void *b)
{
	const struct gap *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

static bool is_packet_gap(const struct gap *gap)
{
	switch (gap->type) {
	case GAP_ANY_TYPE:
	case REC_packet:
	case REC_hop:
	case REC_free:
	case REC_drop:
		return true;
	}
	return false;
}

int gaps__prepare(struct gaps *g)
{
	if (!g->n)
		return 0;
	qsort(g->list, g->n, sizeof(*g->list), by_from);
	free(g->packet);
	g->n_packet = 0;
	g->packet = malloc(g->n * sizeof(*g->packet));
	if (!g->packet)
		return -ENOMEM;
	for (size_t i = 0; i < g->n; i++) {
		struct interval *last = g->n_packet ? &g->packet[g->n_packet - 1] : NULL;

		if (!is_packet_gap(&g->list[i]))
			continue;
		if (!last || g->list[i].from > last->to)
			g->packet[g->n_packet++] = (struct interval){ g->list[i].from, g->list[i].to };
		else if (g->list[i].to > last->to)
			last->to = g->list[i].to;
	}
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
		const char *why = gap->why == GAP_BLOCK_MISSING ? "block missing" :
				  gap->why <= GAP_TABLE_FULL	? why_text[gap->why] :
								  why_text[0];

		STORE(s, "gap", V_INT(gap->from), V_INT(gap->to), V_OPT(gap->cpu != GAP_ANY_CPU, gap->cpu),
		      V_OPT(gap->type != GAP_ANY_TYPE, gap->type), V_TEXT(why), V_OPT(gap->lost, gap->lost));
	}
}

void gaps__free(struct gaps *g)
{
	free(g->list);
	free(g->packet);
	*g = (struct gaps){ 0 };
}
