/*
 * anonymize.c: rows and definitions, field by field (anonymize.h).
 *
 * Strings have no meaning of their own: each is defined anew for each kind of field that refers to it.
 */
#include "analyzer/anonymize/anonymize.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/anonymize/disguise.h"
#include "analyzer/anonymize/held.h"
#include "analyzer/anonymize/hows.h"
#include "analyzer/anonymize/packet_bytes.h"
#include "analyzer/anonymize/words.h"
#include "analyzer/base/lru.h"
#include "format/reader.h"
#include "format/schema.h"
#include "format/writer.h"

enum { MAX_STRINGS = 1 << 18, MAX_MODULES = 1 << 16, MAX_TEXT = 1 << 15 };

typedef int (*words_fn)(struct disguise *d, const char *s, size_t n, struct buf *out);

static const words_fn texts[N_HOWS] = {
	[HOW_THREAD] = words__thread, [HOW_DEVICE] = words__device, [HOW_NETNS] = words__netns,
	[HOW_MACHINE] = words__machine, [HOW_PATH] = words__path, [HOW_FUNCTION] = words__function, [HOW_ID] = words__id,
	[HOW_SYMBOL] = words__symbol,
	[HOW_WORD] = words__word, [HOW_COUNTER] = words__counter, [HOW_LIST] = words__list, [HOW_TEXT] = words__text,
	[HOW_HOST] = words__host, [HOW_TASKS] = words__tasks, [HOW_LISTED] = words__listed,
};

struct string {
	char *text;
	__u32 len;
};

struct anonymizer {
	struct disguise *d;
	struct held *held;
	struct lru *strings; /* struct string by id, as they were */
	struct lru *defined; /* __u32 id by id as it was and how */
	struct lru *modules; /* whose functions all the world knows, by id */
	__u32 last_string;
	unsigned left_out;
	struct buf buf;      /* texts of the row at hand */
	struct trace_writer *writer;
	struct cut_rewrite rewrite;
};

/* ---- texts -------------------------------------------------------------------------------------- */

/* A text that is longer than any is replaced as a whole. */
static words_fn text_fn(enum how how, size_t n)
{
	return n > MAX_TEXT || !texts[how] ? words__machine : texts[how];
}

/* Appends what becomes of it; place_texts() says where that is. */
static int change_text(struct anonymizer *a, enum how how, struct rec_text *t)
{
	size_t begin = a->buf.len;

	if (t->len)
		TRY(text_fn(how, t->len)(a->d, t->s, t->len, &a->buf));
	t->len = (__u32)(a->buf.len - begin);
	return 0;
}

static void place_texts(struct anonymizer *a, const struct record_desc *d, struct rec *rec)
{
	size_t at = 0;

	for (unsigned i = 0; i < d->n_fields; i++)
		if (d->fields[i].kind == FIELD_TEXT) {
			struct rec_text *t = (struct rec_text *)((char *)rec + d->fields[i].offset);

			t->s = t->len ? (const char *)a->buf.p + at : "";
			at += t->len;
		}
}

/* ---- strings ------------------------------------------------------------------------------------ */

static void forget_string(void *arg, const __u64 *key, void *value)
{
	(void)arg;
	(void)key;
	free(((struct string *)value)->text);
}

static int keep_string(struct anonymizer *a, const struct rec_string *r)
{
	__u64 key[1] = { r->id };
	char *text = malloc(r->text.len + 1);
	struct string *s;

	if (!text)
		return -ENOMEM;
	memcpy(text, r->text.len ? r->text.s : "", r->text.len);
	s = lru__add(a->strings, key, NULL);
	free(s->text);
	*s = (struct string){ text, r->text.len };
	return 0;
}

static int define_string(struct anonymizer *a, enum how how, const struct string *s, __u32 *id)
{
	struct rec_string r = { .rec = { .type = REC_string, .cpu = STREAM_RECORDER }, .id = ++a->last_string };
	struct buf text = { 0 };
	int code = text_fn(how, s->len)(a->d, s->text, s->len, &text);

	r.text = (struct rec_text){ text.p ? (const char *)text.p : "", (__u32)text.len, 0 };
	if (!code)
		code = trace_writer__define(a->writer, &r.rec);
	buf__free(&text);
	*id = r.id;
	return code;
}

/* 0, and ids of strings that are not there, become 0. */
static int change_string(struct anonymizer *a, enum how how, __u32 *id)
{
	__u64 key[1] = { *id }, defined_key[2] = { *id, how };
	struct string *s = lru__find(a->strings, key);
	bool fresh = false;
	__u32 *defined;

	*id = 0;
	if (!s)
		return 0;
	defined = lru__add(a->defined, defined_key, &fresh);
	if (fresh)
		TRY(define_string(a, how, s, defined));
	*id = *defined;
	return 0;
}

/* ---- fields ------------------------------------------------------------------------------------- */

static void change_mac_number(struct anonymizer *a, __u64 *number)
{
	__u8 mac[6];

	for (int i = 0; i < 6; i++)
		mac[i] = (__u8)(*number >> (40 - 8 * i));
	disguise__mac(a->d, mac);
	*number = 0;
	for (int i = 0; i < 6; i++)
		*number = *number << 8 | mac[i];
}

/* 16 bytes; a hardware address of more than six is no Ethernet one. */
static void change_mac_bytes(struct anonymizer *a, __u8 *bytes)
{
	static const __u8 none[10];

	if (!memcmp(bytes + 6, none, sizeof(none)))
		disguise__mac(a->d, bytes);
	else
		disguise__bytes(a->d, bytes, 16);
}

static int change_thread(struct anonymizer *a, char *comm)
{
	TRY(words__thread(a->d, comm, strnlen(comm, 15), &a->buf));
	memset(comm, 0, 16);
	memcpy(comm, a->buf.p, a->buf.len < 15 ? a->buf.len : 15);
	return 0;
}

static void change_drop(struct anonymizer *a, struct rec_drop *r)
{
	bool ethernet = r->l2 & FRAME_KNOWN ? r->l2 & FRAME_ETHERNET : r->l3_off >= 14;

	packet_bytes__disguise(a->d, r->head, r->head_len, ethernet, r->l3_off, r->ethertype);
}

static int change_number(struct anonymizer *a, enum how how, const struct field_desc *f, void *at)
{
	if (how == HOW_NUMBER)
		return 0;
	if (how == HOW_MAC && f->size == 8)
		change_mac_number(a, at);
	else if (how == HOW_HASH)
		disguise__hash(a->d, at, f->size);
	else if (texts[how] && f->size == 4)
		return change_string(a, how, at);
	else
		memset(at, 0, f->size);
	return 0;
}

static int change_bytes(struct anonymizer *a, enum how how, const struct field_desc *f, struct rec *rec, void *at)
{
	if (how == HOW_ADDRESS && f->size == 16)
		disguise__address(a->d, at);
	else if (how == HOW_MAC && f->size == 16)
		change_mac_bytes(a, at);
	else if (how == HOW_THREAD && f->size == 16)
		return change_thread(a, at);
	else if (how == HOW_FRAME && rec->type == REC_drop)
		change_drop(a, (struct rec_drop *)rec);
	else if (how != HOW_FLOW && (how != HOW_FRAME || rec->type != REC_head)) /* which held.c has changed */
		memset(at, 0, f->size);
	return 0;
}

static int change(struct anonymizer *a, const struct record_desc *d, struct rec *rec)
{
	a->buf.len = 0;
	for (unsigned i = 0; i < d->n_fields; i++) {
		const struct field_desc *f = &d->fields[i];
		void *at = (char *)rec + f->offset;
		enum how how = hows__of(rec->type, i);

		if (f->kind == FIELD_UINT)
			TRY(change_number(a, how, f, at));
		else if (f->kind == FIELD_BYTES)
			TRY(change_bytes(a, how, f, rec, at));
		else
			TRY(change_text(a, how, at));
	}
	place_texts(a, d, rec);
	return 0;
}

/* ---- rows --------------------------------------------------------------------------------------- */

union any {
	struct rec rec;
	char bytes[1024];
};

static int copy_of(union any *copy, const struct rec *rec, const struct record_desc **d)
{
	*d = schema__record(rec->type);
	if (!*d || (*d)->size > sizeof(*copy))
		return -EINVAL;
	memcpy(copy, rec, (*d)->size);
	return 0;
}

static int append_changed(void *arg, const struct rec *rec)
{
	struct anonymizer *a = arg;
	const struct record_desc *d;
	union any copy;

	TRY(copy_of(&copy, rec, &d));
	TRY(change(a, d, &copy.rec));
	return trace_writer__append(a->writer, rec->cpu, &copy.rec);
}

static int append(void *arg, struct trace_writer *w, const struct rec *rec)
{
	struct anonymizer *a = arg;

	a->writer = w;
	return held__put(a->held, rec, append_changed, a);
}

static int flush(void *arg, struct trace_writer *w)
{
	static const char key[] = "cut.anonymized";
	const struct rec_config fact = { .rec = { .type = REC_config, .cpu = STREAM_RECORDER },
					 .key = { key, sizeof(key) - 1, 0 },
					 .value = { VERSION, sizeof(VERSION) - 1, 0 } };
	struct anonymizer *a = arg;

	a->writer = w;
	TRY(held__flush(a->held, append_changed, a));
	return trace_writer__define(w, &fact.rec);
}

/* ---- definitions -------------------------------------------------------------------------------- */

/* Keys stay; of a fact that is not known, nothing. */
static int define_fact(struct anonymizer *a, struct trace_writer *w, struct rec_config *r)
{
	enum how how = hows__of_fact(r->key.s, r->key.len);

	if (how == HOW_NONE) {
		a->left_out++;
		return 0;
	}
	a->buf.len = 0;
	TRY(change_text(a, how, &r->value));
	r->value.s = r->value.len ? (const char *)a->buf.p : "";
	return trace_writer__define(w, &r->rec);
}

static bool is_public(struct anonymizer *a, __u32 module)
{
	return lru__find(a->modules, (__u64[]){ module });
}

/* Of a program that all the world has, functions and build ids stay. */
static int define_of_module(struct anonymizer *a, struct trace_writer *w, const struct record_desc *d, union any *copy)
{
	struct rec_module *module = (struct rec_module *)copy;
	struct rec_usymbol *symbol = (struct rec_usymbol *)copy;
	struct rec_text kept = copy->rec.type == REC_module ? module->build_id : symbol->name;
	bool stays = is_public(a, copy->rec.type == REC_module ? module->id : symbol->module) && kept.len < 1024;

	TRY(change(a, d, &copy->rec));
	if (stays)
		*(copy->rec.type == REC_module ? &module->build_id : &symbol->name) = kept;
	return trace_writer__define(w, &copy->rec);
}

static int define(void *arg, struct trace_writer *w, const struct rec *rec)
{
	struct anonymizer *a = arg;
	const struct record_desc *d;
	union any copy;

	a->writer = w;
	TRY(copy_of(&copy, rec, &d));
	switch (rec->type) {
	case REC_string:
		return keep_string(a, (const struct rec_string *)rec);
	case REC_config:
		return define_fact(a, w, (struct rec_config *)&copy);
	case REC_module:
	case REC_usymbol:
		return define_of_module(a, w, d, &copy);
	}
	TRY(change(a, d, &copy.rec));
	return trace_writer__define(w, &copy.rec);
}

static void uuid(void *arg, __u8 bytes[16])
{
	struct anonymizer *a = arg;

	disguise__bytes(a->d, bytes, 16);
}

/* ---- the whole ---------------------------------------------------------------------------------- */

static void see_module(struct anonymizer *a, const struct rec_module *r)
{
	__u64 key[1] = { r->id };

	if (words__public(r->path.s, r->path.len))
		lru__add(a->modules, key, NULL);
	else
		lru__remove(a->modules, key);
}

static int see_modules(struct anonymizer *a, const struct trace *t)
{
	struct trace_rows rows = { 0 };
	int code = 0;

	for (size_t b = 0; !code && b < trace__n_blocks(t); b++) {
		if (!(trace__block(t, b)->flags & BLOCK_DEFINITIONS))
			continue;
		code = trace__decode(t, b, &rows, NULL);
		for (size_t i = 0; !code && i < rows.n; i++)
			if (trace_rows__at(&rows, i)->type == REC_module)
				see_module(a, (const struct rec_module *)trace_rows__at(&rows, i));
		code = code == -EBADMSG || code == -EIO ? 0 : code;
	}
	trace_rows__free(&rows);
	return code;
}

static int begin(struct anonymizer *a, const struct trace *t, const void *key, size_t key_len, bool keep_vendor)
{
	a->d = disguise__new(key, key_len, keep_vendor);
	a->held = a->d ? held__new(a->d) : NULL;
	a->strings = lru__new(1, sizeof(struct string), MAX_STRINGS);
	a->defined = lru__new(2, sizeof(__u32), MAX_STRINGS);
	a->modules = lru__new(1, sizeof(__u32), MAX_MODULES);
	if (!a->held || !a->strings || !a->defined || !a->modules)
		return -ENOMEM;
	lru__on_forget(a->strings, forget_string, NULL);
	return see_modules(a, t);
}

int anonymizer__new(struct anonymizer **out, const struct trace *t, const void *key, size_t key_len, bool keep_vendor,
		    struct trace_error *err)
{
	struct anonymizer *a = calloc(1, sizeof(*a));
	int code = a ? begin(a, t, key, key_len, keep_vendor) : -ENOMEM;

	if (code) {
		anonymizer__free(a);
		return trace_error__set(err, code, "out of memory");
	}
	a->rewrite = (struct cut_rewrite){ define, append, flush, uuid, a };
	*out = a;
	return 0;
}

void anonymizer__free(struct anonymizer *a)
{
	if (!a)
		return;
	if (a->strings)
		lru__each(a->strings, forget_string, NULL);
	lru__free(a->strings);
	lru__free(a->defined);
	lru__free(a->modules);
	held__free(a->held);
	disguise__free(a->d);
	buf__free(&a->buf);
	free(a);
}

const struct cut_rewrite *anonymizer__rewrite(struct anonymizer *a)
{
	return &a->rewrite;
}

unsigned anonymizer__left_out(const struct anonymizer *a)
{
	return a->left_out;
}
