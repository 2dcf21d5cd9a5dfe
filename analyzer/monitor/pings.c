/* pings.c: the pings of a monitor's file as rows (pings.h). */
#include "analyzer/monitor/pings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct pings {
	struct store *store;
	struct ping list[MAX_PINGS];
	size_t n;
	__u64 echoes; /* of all, as far as the numbers reach */
	__u64 end_ns;
};

struct pings *pings__new(struct store *s)
{
	struct pings *p = calloc(1, sizeof(*p));

	if (p)
		p->store = s;
	return p;
}

void pings__free(struct pings *p)
{
	free(p);
}

struct ping *pings__add(struct pings *p, const struct ping *ping, struct trace_error *err)
{
	if (p->n == MAX_PINGS) {
		trace_error__set(err, -E2BIG, "there are more than %d pings in it: give a part of it", MAX_PINGS);
		return NULL;
	}
	p->list[p->n] = *ping;
	return &p->list[p->n++];
}

struct ping *pings__last(struct pings *p)
{
	return p->n ? &p->list[p->n - 1] : NULL;
}

struct ping *pings__find(struct pings *p, const __u8 *saddr, const __u8 *daddr, __u16 id)
{
	for (size_t i = p->n; i--;)
		if (p->list[i].id == id && memcmp(p->list[i].saddr, saddr, 16) == 0 &&
		    memcmp(p->list[i].daddr, daddr, 16) == 0)
			return &p->list[i];
	return NULL;
}

__s64 pings__number(const struct ping *ping, __u16 seq)
{
	return ping->begun ? ping->last + (__s16)(seq - (__u16)ping->last) : seq;
}

int pings__reach(struct pings *p, struct ping *ping, __s64 number, struct trace_error *err)
{
	__s64 first = ping->begun && ping->first < number ? ping->first : number;
	__s64 last = ping->begun && ping->last > number ? ping->last : number;

	p->echoes += (__u64)(last - first) + 1 - (ping->begun ? (__u64)(ping->last - ping->first) + 1 : 0);
	ping->begun = true;
	ping->first = first;
	ping->last = last;
	if (p->echoes <= MAX_PING_ECHOES)
		return 0;
	return trace_error__set(err, -E2BIG, "there are more than %d echo requests in it: give a part of it",
				MAX_PING_ECHOES);
}

int pings__say(struct pings *p, struct ping *ping, __s64 number, const struct ping_echo *e, struct trace_error *err)
{
	TRY(pings__reach(p, ping, number, err));
	STORE_MERGED(p->store, "monitor_echo", V_INT("ping", ping - p->list + 1), V_INT("seq", number),
		     V_OPT("sent_ns", e->sent_ns, e->sent_ns), V_OPT("answer_ns", e->answer_ns, e->answer_ns),
		     V_OPT("rtt_ns", e->rtt_ns >= 0, e->rtt_ns), V_TEXT("said", e->said));
	return 0;
}

void pings__end_at(struct pings *p, __u64 ns)
{
	p->end_ns = ns > p->end_ns ? ns : p->end_ns;
}

int pings__store(struct pings *p, const char *path, struct trace_error *err)
{
	if (!p->echoes)
		return trace_error__set(err, -EBADMSG, "%s tells of no echo request", path);
	for (size_t i = 0; i < p->n; i++) {
		const struct ping *q = &p->list[i];

		if (!q->begun)
			continue;
		if (!q->has_daddr)
			return trace_error__set(err, -EBADMSG,
						"%s, line %llu: no line from here on says which address was pinged",
						path, q->line);
		STORE(p->store, "monitor", V_INT("ping", i + 1), V_OPT("line", q->line, q->line),
		      V_ADDR("saddr", q->has_saddr ? q->saddr : NULL), V_ADDR("daddr", q->daddr),
		      V_OPT("id", q->id >= 0, q->id), V_INT("first_seq", q->first), V_INT("last_seq", q->last),
		      V_INT("whole", q->whole),
		      V_OPT("end_ns", !q->line, p->end_ns));
	}
	STORE_LAST(p->store, "config", V_TEXT("key", "analyze.monitor"), V_TEXT("value", path));
	return 0;
}
