/*
 * names.c: definitions (names.h).
 *
 * format/retained.c keeps them by key, as the writer does. Symbols and strings are then indexed for
 * lookup. The number of definitions is limited: they stay in memory for the whole analysis. Of too many, those make
 * room that no segment has repeated for longest, of the kind that there are most of: a month of containers does not
 * cost the names of the kernel's functions. Readings of the clocks are thinned out evenly.
 */
#include "analyzer/read/names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/base/lru.h"
#include "format/retained.h"
#include "format/schema.h"

enum { MAX_CLOCKS = 1 << 16, MAX_LOCATIONS = 1 << 16 };

struct names {
	struct retained *kept;
	__u64 left_out;
	struct rec_clock *clocks; /* they have no key: each is one of its own */
	size_t n_clocks, cap_clocks;
	unsigned clock_step, clocks_seen; /* every so many readings one is kept */
	const struct rec_symbol **symbols; /* by address */
	size_t n_symbols;
	const struct rec_string **strings; /* by id */
	size_t n_strings;
	struct lru *locations;
};

struct names *names__new(void)
{
	struct names *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->clock_step = 1;
	n->locations = lru__new(1, 0, MAX_LOCATIONS);
	n->kept = retained__new();
	if (n->kept && n->locations)
		return n;
	names__free(n);
	return NULL;
}

void names__free(struct names *n)
{
	if (!n)
		return;
	retained__free(n->kept);
	lru__free(n->locations);
	free(n->clocks);
	free(n->symbols);
	free(n->strings);
	free(n);
}

/* Bytes of the valid UTF-8 sequence at s, 0 when there is none, or one that is a command to whoever shows it. */
static size_t sequence(const unsigned char *s, size_t left)
{
	size_t len = s[0] < 0x80 ? 1 : s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 :
		     s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : 0;

	if (len == 0 || len > left)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) ||
	    (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	if (s[0] == 0xe2 && ((s[1] == 0x80 && s[2] >= 0xaa && s[2] <= 0xae) || (s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9)))
		return 0; /* others would stand in another order */
	return s[0] == 0xc2 && s[1] < 0xa0 ? 0 : len; /* control characters in two bytes */
}

void names__clean(char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t n = sequence((unsigned char *)text + i, len - i);

		if (n == 0 || (unsigned char)text[i] < 0x20 || text[i] == 0x7f) {
			text[i] = '?';
			n = 1;
		}
		i += n;
	}
}

/* Every second one goes, and from now on only every second one comes. */
static void thin_clocks(struct names *n)
{
	for (size_t i = 0; i < n->n_clocks / 2; i++)
		n->clocks[i] = n->clocks[2 * i];
	n->n_clocks /= 2;
	n->clock_step *= 2;
}

static int add_clock(struct names *n, const struct rec *rec)
{
	if (n->clocks_seen++ % n->clock_step)
		return 0;
	if (n->n_clocks == MAX_CLOCKS)
		thin_clocks(n);
	if (n->n_clocks == n->cap_clocks) {
		size_t cap = n->cap_clocks ? n->cap_clocks * 2 : 64;
		struct rec_clock *clocks = realloc(n->clocks, cap * sizeof(*clocks));

		if (!clocks)
			return -ENOMEM;
		n->clocks = clocks;
		n->cap_clocks = cap;
	}
	n->clocks[n->n_clocks++] = *(const struct rec_clock *)rec;
	return 0;
}

/* Copies the row with its texts cleaned and cut, then keeps that. */
static int add_clean(struct names *n, const struct record_desc *d, const struct rec *rec)
{
	union {
		struct rec rec;
		char bytes[1024];
	} row;
	static __thread char texts[4][NAMES_MAX_TEXT];
	unsigned used = 0;
	int code;

	if (d->size > sizeof(row))
		return 0;
	memcpy(&row, rec, d->size);
	for (unsigned i = 0; i < d->n_fields; i++) {
		struct rec_text *t = (struct rec_text *)(row.bytes + d->fields[i].offset);

		if (d->fields[i].kind != FIELD_TEXT || used == 4)
			continue;
		t->len = t->len > NAMES_MAX_TEXT ? NAMES_MAX_TEXT : t->len;
		if (t->len)
			memcpy(texts[used], t->s, t->len);
		t->s = texts[used++];
		names__clean((char *)t->s, t->len);
	}
	code = retained__put(n->kept, &row.rec);
	while (code > 0 && retained__count(n->kept) > NAMES_MAX)
		n->left_out += retained__make_room(n->kept);
	return code < 0 ? code : 0;
}

int names__add(struct names *n, const struct rec *rec)
{
	const struct record_desc *d = schema__record(rec->type);

	if (!d || d->class != RECORD_DEFINITION)
		return 0;
	if (rec->type == REC_clock)
		return add_clock(n, rec);
	return add_clean(n, d, rec);
}

struct typed {
	enum rec_type type;
	void (*fn)(void *arg, const struct rec *rec);
	void *arg;
};

static int call_typed(void *ctx, const struct rec *rec)
{
	const struct typed *t = ctx;

	if (rec->type == t->type)
		t->fn(t->arg, rec);
	return 0;
}

void names__each(const struct names *n, enum rec_type type, void (*fn)(void *arg, const struct rec *rec), void *arg)
{
	struct typed t = { type, fn, arg };

	retained__each(n->kept, call_typed, &t);
}

static void count_one(void *arg, const struct rec *rec)
{
	(void)rec;
	++*(size_t *)arg;
}

static void take_symbol(void *arg, const struct rec *rec)
{
	struct names *n = arg;

	n->symbols[n->n_symbols++] = (const struct rec_symbol *)rec;
}

static void take_string(void *arg, const struct rec *rec)
{
	struct names *n = arg;

	n->strings[n->n_strings++] = (const struct rec_string *)rec;
}

static int by_addr(const void *a, const void *b)
{
	__u64 x = (*(const struct rec_symbol *const *)a)->addr, y = (*(const struct rec_symbol *const *)b)->addr;

	return x < y ? -1 : x > y;
}

static int by_id(const void *a, const void *b)
{
	__u32 x = (*(const struct rec_string *const *)a)->id, y = (*(const struct rec_string *const *)b)->id;

	return x < y ? -1 : x > y;
}

int names__prepare(struct names *n)
{
	size_t symbols = 0, strings = 0;

	names__each(n, REC_symbol, count_one, &symbols);
	names__each(n, REC_string, count_one, &strings);
	n->symbols = malloc((symbols + 1) * sizeof(*n->symbols));
	n->strings = malloc((strings + 1) * sizeof(*n->strings));
	if (!n->symbols || !n->strings)
		return -ENOMEM;
	names__each(n, REC_symbol, take_symbol, n);
	names__each(n, REC_string, take_string, n);
	qsort(n->symbols, n->n_symbols, sizeof(*n->symbols), by_addr);
	qsort(n->strings, n->n_strings, sizeof(*n->strings), by_id);
	return 0;
}

struct name_at names__symbol(const struct names *n, __u64 addr)
{
	size_t low = 0, high = n->n_symbols;
	const struct rec_symbol *s;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (n->symbols[middle]->addr <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	s = low ? n->symbols[low - 1] : NULL;
	if (!s || (s->size && addr - s->addr >= s->size))
		return (struct name_at){ NULL, 0 };
	return (struct name_at){ s, addr - s->addr };
}

bool names__in_function(const struct names *n, __u64 addr, const char *function)
{
	const struct rec_symbol *s = names__symbol(n, addr).symbol;
	size_t len = strlen(function);

	return s && s->name.len >= len && !memcmp(s->name.s, function, len) && (s->name.len == len || s->name.s[len] == '.');
}

const struct rec_text *names__string(const struct names *n, __u32 id)
{
	struct rec_string key = { .id = id };
	const struct rec_string *p = &key;
	const struct rec_string **found = bsearch(&p, n->strings, n->n_strings, sizeof(*n->strings), by_id);

	return found ? &(*found)->text : NULL;
}

void names__use_location(struct names *n, __u64 addr)
{
	lru__add(n->locations, &addr, NULL);
}

__u64 names__left_out(const struct names *n)
{
	return n->left_out + lru__forgotten(n->locations);
}

/* ---- storing ------------------------------------------------------------------------------------ */

struct sink {
	const struct names *names;
	struct store *store;
};

#define V_RECTEXT(column, t) V_TEXTN(column, (t).s, (t).len)

static void put_config(void *arg, const struct rec *rec)
{
	const struct rec_config *r = (const struct rec_config *)rec;

	STORE_LAST(((struct sink *)arg)->store, "config", V_RECTEXT("key", r->key), V_RECTEXT("value", r->value));
}

static void put_netns(void *arg, const struct rec *rec)
{
	const struct rec_netns *r = (const struct rec_netns *)rec;

	STORE(((struct sink *)arg)->store, "netns", V_INT("inum", r->inum), V_RECTEXT("name", r->name));
}

static void put_interface(void *arg, const struct rec *rec)
{
	const struct rec_interface *r = (const struct rec_interface *)rec;
	char mac[18];

	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", r->mac[0], r->mac[1], r->mac[2], r->mac[3], r->mac[4],
		 r->mac[5]);
	STORE(((struct sink *)arg)->store, "interface", V_INT("netns", r->netns), V_INT("ifindex", r->ifindex),
	      V_RECTEXT("name", r->name), V_RECTEXT("kind", r->kind), V_TEXT("mac", mac), V_INT("master", r->master),
	      V_INT("link", r->link), V_INT("link_netns", r->link_netns), V_INT("mtu", r->mtu),
	      V_INT("txqlen", r->txqlen), V_INT("rx_queues", r->rx_queues), V_INT("tx_queues", r->tx_queues),
	      V_INT("flags", r->flags));
}

static void put_enumerator(void *arg, const struct rec *rec)
{
	const struct rec_enumerator *r = (const struct rec_enumerator *)rec;

	STORE_LAST(((struct sink *)arg)->store, "enumerator", V_RECTEXT("set", r->set), V_INT("value", r->value),
		   V_RECTEXT("text", r->text));
}

static void put_irqname(void *arg, const struct rec *rec)
{
	const struct rec_irqname *r = (const struct rec_irqname *)rec;

	STORE(((struct sink *)arg)->store, "irqname", V_INT("irq", r->irq), V_RECTEXT("name", r->name),
	      V_RECTEXT("affinity", r->affinity));
}

static void put_vm(void *arg, const struct rec *rec)
{
	const struct rec_vm *r = (const struct rec_vm *)rec;

	STORE(((struct sink *)arg)->store, "vm", V_INT("pid", r->pid), V_RECTEXT("name", r->name),
	      V_RECTEXT("args", r->args));
}

static void put_channels(void *arg, const struct rec *rec)
{
	const struct rec_channels *r = (const struct rec_channels *)rec;
	bool channels = r->known & 1, rings = r->known & 2;

	STORE(((struct sink *)arg)->store, "channels", V_INT("netns", r->netns), V_INT("ifindex", r->ifindex),
	      V_RECTEXT("driver", r->driver), V_OPT("rx", channels, r->rx), V_OPT("tx", channels, r->tx),
	      V_OPT("combined", channels, r->combined), V_OPT("rx_max", channels, r->rx_max),
	      V_OPT("tx_max", channels, r->tx_max), V_OPT("combined_max", channels, r->combined_max),
	      V_OPT("rx_ring", rings, r->rx_ring), V_OPT("tx_ring", rings, r->tx_ring),
	      V_OPT("rx_ring_max", rings, r->rx_ring_max), V_OPT("tx_ring_max", rings, r->tx_ring_max));
}

static void put_ovs_datapath(void *arg, const struct rec *rec)
{
	const struct rec_ovs_datapath *r = (const struct rec_ovs_datapath *)rec;

	STORE_LAST(((struct sink *)arg)->store, "ovs_datapath", V_INT("netns", r->netns), V_INT("dp", r->dp),
		   V_RECTEXT("name", r->name), V_INT("features", r->features));
}

static void put_ovs_port(void *arg, const struct rec *rec)
{
	const struct rec_ovs_port *r = (const struct rec_ovs_port *)rec;

	STORE_LAST(((struct sink *)arg)->store, "ovs_port", V_INT("netns", r->netns), V_INT("dp", r->dp),
		   V_INT("port", r->port), V_RECTEXT("name", r->name), V_INT("type", r->type),
		   V_INT("ifindex", r->ifindex), V_RECTEXT("portids", r->portids));
}

/* A return address may be the first byte behind its function: it is the call before it that counts. */
static struct name_at caller(const struct names *n, __u64 addr)
{
	struct name_at at = names__symbol(n, addr ? addr - 1 : 0);

	at.offset += at.symbol != NULL;
	return at;
}

static void put_frame(void *arg, const struct rec *rec)
{
	const struct rec_stack *r = (const struct rec_stack *)rec;
	const struct sink *k = arg;
	struct name_at at = caller(k->names, r->addr);

	STORE_FIRST(k->store, "frame", V_INT("stack", r->id), V_INT("depth", r->depth), V_INT("addr", r->addr),
		    at.symbol ? V_RECTEXT("symbol", at.symbol->name) : V_NULL("symbol"),
		    V_OPT("offset", at.symbol, at.offset),
		    at.symbol ? V_RECTEXT("module", at.symbol->module) : V_NULL("module"));
}

static void put_location(void *arg, const __u64 *addr, void *value)
{
	const struct sink *k = arg;
	struct name_at at = caller(k->names, *addr);

	(void)value;
	STORE_FIRST(k->store, "location", V_INT("addr", *addr),
		    at.symbol ? V_RECTEXT("symbol", at.symbol->name) : V_NULL("symbol"),
		    V_OPT("offset", at.symbol, at.offset),
		    at.symbol ? V_RECTEXT("module", at.symbol->module) : V_NULL("module"));
}

void names__store(struct names *n, struct store *s)
{
	struct sink k = { n, s };

	names__each(n, REC_config, put_config, &k);
	names__each(n, REC_netns, put_netns, &k);
	names__each(n, REC_interface, put_interface, &k);
	names__each(n, REC_enumerator, put_enumerator, &k);
	names__each(n, REC_irqname, put_irqname, &k);
	names__each(n, REC_vm, put_vm, &k);
	names__each(n, REC_channels, put_channels, &k);
	names__each(n, REC_ovs_datapath, put_ovs_datapath, &k);
	names__each(n, REC_ovs_port, put_ovs_port, &k);
	names__each(n, REC_stack, put_frame, &k);
	lru__each(n->locations, put_location, &k);
	for (size_t i = 0; i < n->n_clocks; i++)
		STORE_FIRST(s, "clock", V_INT("mono_ns", n->clocks[i].rec.ts), V_INT("real_ns", n->clocks[i].realtime),
			    V_INT("boot_ns", n->clocks[i].boottime), V_INT("tai_ns", n->clocks[i].tai),
			    V_INT("error_ns", n->clocks[i].error));
}
