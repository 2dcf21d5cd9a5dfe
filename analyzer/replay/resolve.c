/*
 * resolve.c: names of values, by unit (resolve.h).
 *
 * Definitions are looked up by their KEY fields, in order. Of threads the name is the one they had at that time, as far
 * as the recording tells: what is told of a thread later stands for it until then.
 */
#include "analyzer/replay/resolve.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/base/lru.h"
#include "format/reader.h"

enum { MAX_THREADS = 1 << 20, COMM = sizeof(((struct rec_task *)0)->comm) };

struct index {
	const struct rec **rows; /* by key */
	size_t n;
};

struct resolver {
	const struct trace *trace;
	const struct names *names;
	struct index index[REC_TYPE_MAX];
	struct lru *threads; /* tid: its name, COMM bytes */
};

/* ---- definitions by key ------------------------------------------------------------------------- */

static __u64 number(const void *at, unsigned size)
{
	__u64 value = 0;

	memcpy(&value, at, size); /* little-endian */
	return value;
}

static int compare_texts(const struct rec_text *a, const struct rec_text *b)
{
	int order = memcmp(a->s, b->s, a->len < b->len ? a->len : b->len);

	return order ? order : a->len < b->len ? -1 : a->len > b->len;
}

static int compare_field(const struct field_desc *f, const char *a, const char *b)
{
	__u64 x, y;

	if (f->kind == FIELD_TEXT)
		return compare_texts((const void *)(a + f->offset), (const void *)(b + f->offset));
	x = number(a + f->offset, f->size);
	y = number(b + f->offset, f->size);
	return x < y ? -1 : x > y;
}

/* Rows of the same record: by their KEY fields, which are numbers and texts. */
static int compare(const struct rec *a, const struct rec *b)
{
	const struct record_desc *d = schema__record(a->type);
	int order = 0;

	for (unsigned i = 0; !order && i < d->n_fields; i++)
		if (d->fields[i].key)
			order = compare_field(&d->fields[i], (const char *)a, (const char *)b);
	return order;
}

static int by_key(const void *a, const void *b)
{
	return compare(*(const struct rec *const *)a, *(const struct rec *const *)b);
}

/* Where the first definition is, or would be, whose key is not smaller. */
static size_t first_from(const struct index *x, const struct rec *key)
{
	size_t low = 0, high = x->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (compare(x->rows[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The definition that has the key fields of this one; NULL: there is none. */
static const void *find(const struct resolver *r, const struct rec *key)
{
	const struct index *x = &r->index[key->type];
	size_t at = first_from(x, key);

	return at < x->n && compare(x->rows[at], key) == 0 ? x->rows[at] : NULL;
}

#define FIND(r, record, ...) \
	((const struct rec_##record *)find(r, &((struct rec_##record){ .rec.type = REC_##record, __VA_ARGS__ }).rec))

static void count_row(void *arg, const struct rec *rec)
{
	(void)rec;
	++*(size_t *)arg;
}

static void take_row(void *arg, const struct rec *rec)
{
	struct index *x = arg;

	x->rows[x->n++] = rec;
}

static int build(struct resolver *r, enum rec_type type)
{
	struct index *x = &r->index[type];
	size_t n = 0;

	names__each(r->names, type, count_row, &n);
	x->rows = malloc((n + 1) * sizeof(*x->rows));
	if (!x->rows)
		return -ENOMEM;
	names__each(r->names, type, take_row, x);
	qsort(x->rows, x->n, sizeof(*x->rows), by_key);
	return 0;
}

/* ---- texts -------------------------------------------------------------------------------------- */

struct out {
	char *s;
	size_t len, size;
};

static __attribute__((format(printf, 2, 3))) void put(struct out *o, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(o->s + o->len, o->size - o->len, format, args);
	va_end(args);
	o->len += n < 0 ? 0 : (size_t)n;
	o->len = o->len < o->size ? o->len : o->size - 1;
}

static bool put_text(struct out *o, const struct rec_text *t)
{
	put(o, "%.*s", (int)t->len, t->s);
	return t->len > 0;
}

/* ---- one function for each unit ----------------------------------------------------------------- */

static bool name_stage(const struct resolver *r, const struct asked *a, struct out *o)
{
	const char *name = a->value < STAGE_MAX ? trace__stage_name(r->trace, (unsigned)a->value) : NULL;

	if (name)
		put(o, "%s", name);
	return name;
}

static bool put_enumerator(const struct resolver *r, const char *set, __u64 value, struct out *o)
{
	const struct rec_enumerator *e = FIND(r, enumerator, .set = { set, (__u32)strlen(set), 0 }, .value = value);

	return e && put_text(o, &e->text);
}

static bool name_reason(const struct resolver *r, const struct asked *a, struct out *o)
{
	return put_enumerator(r, "skb_drop_reason", a->value, o);
}

static bool name_reset(const struct resolver *r, const struct asked *a, struct out *o)
{
	return put_enumerator(r, "sk_rst_reason", a->value, o);
}

static bool name_tcp_state(const struct resolver *r, const struct asked *a, struct out *o)
{
	return put_enumerator(r, "tcp_state", a->value, o);
}

static bool name_softirq(const struct resolver *r, const struct asked *a, struct out *o)
{
	return put_enumerator(r, "softirq", a->value, o);
}

/* The meaning of the field lists its values: "0 found alive, 1 exec, 2 exit". */
static bool name_listed(const struct resolver *r, const struct asked *a, struct out *o)
{
	const char *doc = a->field->doc;

	(void)r;
	for (const char *p = doc; *p; p += strcspn(p, ",:;"), p += strspn(p, ",:; ")) {
		char *end;
		unsigned long long value = strtoull(p, &end, 10);

		if (end == p || *end != ' ' || value != a->value)
			continue;
		put(o, "%.*s", (int)strcspn(end + 1, ",:;("), end + 1);
		while (o->len && o->s[o->len - 1] == ' ')
			o->s[--o->len] = '\0';
		return true;
	}
	return false;
}

static bool name_record(const struct resolver *r, const struct asked *a, struct out *o)
{
	const struct record_desc *d = schema__record((unsigned)a->value);

	if (!d)
		d = trace__record(r->trace, a->rec->schema, (unsigned)a->value);
	if (d)
		put(o, "%s", d->name);
	return d;
}

static bool name_thread(const struct resolver *r, const struct asked *a, struct out *o)
{
	const char *comm = lru__find(r->threads, &a->value);

	if (comm)
		put(o, "%.*s", (int)strnlen(comm, COMM), comm);
	return comm && *comm;
}

static bool name_netns(const struct resolver *r, const struct asked *a, struct out *o)
{
	const struct rec_netns *n = FIND(r, netns, .inum = (__u32)a->value);

	return n && put_text(o, &n->name);
}

static bool name_device(const struct resolver *r, const struct asked *a, struct out *o)
{
	__u32 netns = (__u32)resolve__value(a->desc, a->rec, "netns");
	const struct rec_interface *i = FIND(r, interface, .netns = netns, .ifindex = (__u32)a->value);

	return i && put_text(o, &i->name);
}

static bool name_irq(const struct resolver *r, const struct asked *a, struct out *o)
{
	const struct rec_irqname *i = FIND(r, irqname, .irq = (__u32)a->value);

	return a->value && i && put_text(o, &i->name); /* 0: mostly none is meant */
}

static bool name_probe(const struct resolver *r, const struct asked *a, struct out *o)
{
	const struct rec_probe *p = FIND(r, probe, .id = (__u32)a->value);

	return p && put_text(o, &p->name);
}

static bool name_string(const struct resolver *r, const struct asked *a, struct out *o)
{
	const struct rec_text *t = names__string(r->names, (__u32)a->value);

	return t && put_text(o, t);
}

/* A return address may be the first byte behind its function: it is the call before it that counts. */
static bool put_code(const struct resolver *r, __u64 addr, struct out *o)
{
	struct name_at at = names__symbol(r->names, addr ? addr - 1 : 0);

	if (!at.symbol)
		return false;
	put_text(o, &at.symbol->name);
	put(o, "+0x%llx", at.offset + 1);
	return true;
}

static bool name_code(const struct resolver *r, const struct asked *a, struct out *o)
{
	return a->value && put_code(r, a->value, o);
}

/* The frames of a stack, innermost first: how many, and where they begin. */
static size_t frames_of(const struct resolver *r, enum rec_type type, __u32 id, const struct rec *const **first)
{
	const struct index *x = &r->index[type];
	struct rec_stack kernel = { .rec.type = REC_stack, .id = id };
	struct rec_ustack user = { .rec.type = REC_ustack, .id = id };
	size_t at = first_from(x, type == REC_stack ? &kernel.rec : &user.rec), end = at;

	while (end < x->n && (type == REC_stack ? ((const struct rec_stack *)x->rows[end])->id :
						  ((const struct rec_ustack *)x->rows[end])->id) == id)
		end++;
	*first = x->rows + at;
	return end - at;
}

static bool name_stack(const struct resolver *r, const struct asked *a, struct out *o)
{
	const struct rec *const *frames;
	size_t n = frames_of(r, REC_stack, (__u32)a->value, &frames);

	for (size_t i = 0; i < n; i++) {
		const struct rec_stack *frame = (const struct rec_stack *)frames[i];

		put(o, "%s", i ? "<" : "");
		if (!put_code(r, frame->addr, o))
			put(o, "0x%llx", frame->addr);
	}
	return o->len;
}

/* The function of a program's file that an address lies in. */
static const struct rec_usymbol *function(const struct resolver *r, const struct rec_ustack *frame)
{
	const struct index *x = &r->index[REC_usymbol];
	struct rec_usymbol behind = { .rec.type = REC_usymbol, .module = frame->module, .addr = frame->addr };
	size_t at = first_from(x, &behind.rec);
	const struct rec_usymbol *f = at ? (const struct rec_usymbol *)x->rows[at - 1] : NULL;

	if (!f || !frame->addr || f->module != frame->module)
		return NULL;
	return !f->size || frame->addr - 1 - f->addr < f->size ? f : NULL;
}

static void put_file(const struct rec_module *m, struct out *o)
{
	size_t base = m->path.len;

	while (base && m->path.s[base - 1] != '/')
		base--;
	put(o, "%.*s", (int)(m->path.len - base), m->path.s + base);
}

static const struct rec_module *module_of(const struct resolver *r, const struct rec_ustack *frame)
{
	return frame->module ? FIND(r, module, .id = frame->module) : NULL;
}

static void put_user_frame(const struct resolver *r, const struct rec_ustack *frame, struct out *o)
{
	const struct rec_usymbol *f = frame->module ? function(r, frame) : NULL;
	const struct rec_module *m = module_of(r, frame);

	if (f) {
		put_text(o, &f->name);
		put(o, "+0x%llx", frame->addr - f->addr);
		return;
	}
	if (m)
		put_file(m, o);
	put(o, "%s0x%llx", m ? "+" : "", frame->addr);
}

static bool name_user_stack(const struct resolver *r, const struct asked *a, struct out *o)
{
	const struct rec *const *frames;
	size_t n = frames_of(r, REC_ustack, (__u32)a->value, &frames);

	for (size_t i = 0; i < n; i++) {
		put(o, "%s", i ? "<" : "");
		put_user_frame(r, (const struct rec_ustack *)frames[i], o);
	}
	return o->len;
}

/* The function alone; else the file it is in. */
static bool put_user_function(const struct resolver *r, const struct rec_ustack *frame, struct out *o)
{
	const struct rec_usymbol *f = frame->module ? function(r, frame) : NULL;
	const struct rec_module *m = module_of(r, frame);

	if (f)
		return put_text(o, &f->name);
	if (m) {
		put(o, "[");
		put_file(m, o);
		put(o, "]");
	}
	return m;
}

static bool put_function(const struct resolver *r, __u64 addr, struct out *o)
{
	struct name_at at = names__symbol(r->names, addr ? addr - 1 : 0);

	return addr && at.symbol && put_text(o, &at.symbol->name);
}

static const struct {
	const char *unit;
	bool (*name)(const struct resolver *r, const struct asked *a, struct out *o);
} units[] = {
	{ "STAGE", name_stage },	 { "REASON", name_reason },   { "RESET", name_reset },
	{ "TCPSTATE", name_tcp_state },	 { "SOFTIRQ", name_softirq }, { "ENUM", name_listed },
	{ "RECORD", name_record },	 { "THREAD", name_thread },   { "PROCESS", name_thread },
	{ "NETNS", name_netns },	 { "DEVICE", name_device },   { "IRQ", name_irq },
	{ "PROBE", name_probe },	 { "STRING", name_string },   { "CODE", name_code },
	{ "STACK", name_stack },	 { "USTACK", name_user_stack },
};

static size_t unit_of(const char *unit)
{
	size_t i = 0;

	while (i < sizeof(units) / sizeof(*units) && strcmp(units[i].unit, unit))
		i++;
	return i;
}

/* ---- interface ---------------------------------------------------------------------------------- */

__u64 resolve__value(const struct record_desc *d, const struct rec *rec, const char *field)
{
	for (unsigned i = 0; i < d->n_fields; i++)
		if (d->fields[i].kind == FIELD_UINT && !strcmp(d->fields[i].name, field))
			return number((const char *)rec + d->fields[i].offset, d->fields[i].size);
	return 0;
}

bool resolve__has_names(const char *unit)
{
	return unit_of(unit) < sizeof(units) / sizeof(*units);
}

bool resolver__name(const struct resolver *r, const struct asked *a, char *text, size_t size)
{
	struct out o = { text, 0, size };
	size_t unit = unit_of(a->field->unit);

	*text = '\0';
	if (unit == sizeof(units) / sizeof(*units) || !units[unit].name(r, a, &o))
		return false;
	names__clean(text, o.len);
	return true;
}

bool resolver__field(const struct resolver *r, const struct record_desc *d, const struct rec *rec, const char *field,
		     char *out, size_t size)
{
	for (unsigned i = 0; i < d->n_fields; i++)
		if (d->fields[i].kind == FIELD_UINT && !strcmp(d->fields[i].name, field))
			return resolver__name(r, &(struct asked){ d, &d->fields[i], rec, resolve__value(d, rec, field) }, out,
					      size);
	*out = '\0';
	return false;
}

size_t resolver__frames(const struct resolver *r, enum rec_type type, __u32 id,
			void (*fn)(void *arg, const char *function), void *arg)
{
	const struct rec *const *frames;
	size_t n = frames_of(r, type, id, &frames);

	for (size_t i = n; i-- > 0;) {
		char text[NAMES_MAX_TEXT];
		struct out o = { text, 0, sizeof(text) };

		*text = '\0';
		if (!(type == REC_stack ? put_function(r, ((const struct rec_stack *)frames[i])->addr, &o) :
					  put_user_function(r, (const struct rec_ustack *)frames[i], &o)))
			put(&o, "[unknown]");
		names__clean(text, o.len);
		fn(arg, text);
	}
	return n;
}

static void name_of_thread(struct resolver *r, const struct rec_task *t, bool replace)
{
	__u64 tid = t->tid;
	bool fresh;
	char *comm = lru__add(r->threads, &tid, &fresh);

	if (fresh || replace)
		memcpy(comm, t->comm, COMM);
}

void resolver__see(struct resolver *r, const struct rec *rec)
{
	if (rec->type == REC_task)
		name_of_thread(r, (const struct rec_task *)rec, true);
}

/* Threads that netrec finds while it records are told of by itself, a little after they were first seen. */
static int see_ahead(struct resolver *r)
{
	struct trace_rows rows = { 0 };
	int code = 0;

	for (size_t b = 0; b < trace__n_blocks(r->trace) && code != -ENOMEM; b++) {
		const struct trace_block *block = trace__block(r->trace, b);

		if (block->flags & BLOCK_DEFINITIONS || block->stream != STREAM_RECORDER)
			continue;
		code = trace__decode(r->trace, b, &rows, NULL);
		for (size_t i = 0; !code && i < rows.n; i++)
			if (trace_rows__at(&rows, i)->type == REC_task)
				name_of_thread(r, (const struct rec_task *)trace_rows__at(&rows, i), false);
	}
	trace_rows__free(&rows);
	return code == -ENOMEM ? code : 0;
}

static int fill(struct resolver *r, const struct recording *recording)
{
	static const enum rec_type types[] = { REC_netns, REC_interface, REC_enumerator, REC_irqname, REC_probe,
					       REC_stack, REC_ustack,    REC_module,     REC_usymbol };

	r->trace = recording->trace;
	r->names = recording->names;
	r->threads = lru__new(1, COMM, MAX_THREADS);
	if (!r->threads)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		TRY(build(r, types[i]));
	for (size_t i = 0; i < recording->n_earlier; i++)
		name_of_thread(r, &recording->earlier[i], true);
	return see_ahead(r);
}

int resolver__new(struct resolver **out, const struct recording *recording)
{
	struct resolver *r = calloc(1, sizeof(*r));
	int code = r ? fill(r, recording) : -ENOMEM;

	*out = r;
	if (code) {
		resolver__free(r);
		*out = NULL;
	}
	return code;
}

void resolver__free(struct resolver *r)
{
	if (!r)
		return;
	for (unsigned i = 0; i < REC_TYPE_MAX; i++)
		free(r->index[i].rows);
	lru__free(r->threads);
	free(r);
}
