/*
 * pass_link.c: what the kernel told of devices and neighbours while it happened, one by one up to a limit.
 */
#include <stdio.h>
#include <string.h>
#include "analyzer/sweep/pass.h"

enum { MAX_EVENTS = 100000 };
enum { FLAG_UP = 1, FLAG_CARRIER = 0x10000 };

struct state {
	struct sweep *sweep;
	__u64 links, neighbours; /* told so far */
};

static const char *const WHAT[] = { "found", "appeared", "changed", "gone", "moved" };

/* What a newer recorder has to say is not known here. */
static void on_link(struct state *st, const struct rec_link_state *r)
{
	const struct rec_text *name = names__string(st->sweep->names, r->name);

	if (r->what >= sizeof(WHAT) / sizeof(WHAT[0]) || st->links++ >= MAX_EVENTS)
		return;
	STORE(st->sweep->store, "link_event", V_INT("ts_ns", r->rec.ts), V_INT("win", st->sweep->win),
	      V_INT("netns", r->netns), V_INT("ifindex", r->ifindex),
	      name ? V_TEXTN("name", name->s, name->len) : V_NULL("name"), V_TEXT("what", WHAT[r->what]),
	      V_INT("up", r->flags & FLAG_UP), V_INT("carrier", (r->flags & FLAG_CARRIER) != 0),
	      V_INT("operstate", r->operstate), V_INT("master", r->master),
	      V_OPT("new_netns", r->new_netns, r->new_netns), V_OPT("new_ifindex", r->what == LINK_MOVED, r->new_ifindex));
}

static void on_neighbour(struct state *st, const struct rec_neighbour *r)
{
	static const __u8 none[sizeof(r->mac)];
	char mac[18];

	if (st->neighbours++ >= MAX_EVENTS)
		return;
	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", r->mac[0], r->mac[1], r->mac[2], r->mac[3], r->mac[4],
		 r->mac[5]);
	STORE(st->sweep->store, "neighbour_event", V_INT("ts_ns", r->rec.ts), V_INT("win", st->sweep->win),
	      V_INT("netns", r->netns), V_INT("ifindex", r->ifindex), V_ADDR("addr", r->addr),
	      memcmp(r->mac, none, sizeof(none)) ? V_TEXT("mac", mac) : V_NULL("mac"), V_INT("state", r->state),
	      V_INT("removed", r->what));
}

static void on_event(void *state, const struct rec *rec)
{
	if (rec->type == REC_link_state)
		on_link(state, (const struct rec_link_state *)rec);
	else
		on_neighbour(state, (const struct rec_neighbour *)rec);
}

static void limit(struct state *st, const char *what, __u64 told)
{
	sweep__limit(st->sweep, what, MAX_EVENTS, told > MAX_EVENTS ? told - MAX_EVENTS : 0, "the later ones are missing");
}

static void finish(void *state)
{
	struct state *st = state;

	limit(st, "changes of interfaces", st->links);
	limit(st, "changes of neighbours", st->neighbours);
}

static const __u8 wants[] = { REC_link_state, REC_neighbour, 0 };

/* Each tells the whole state. */
const struct pass pass_link = {
	.name = "link", .wants = wants, .state_size = sizeof(struct state), .on_event = on_event, .on_gap = pass__no_gap,
	.finish = finish,
};
