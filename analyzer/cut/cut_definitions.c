/*
 * cut_definitions.c: definitions from the recording to its cut (cut_definitions.h).
 *
 * All of them go before the first row, but for names that only some rows refer to: of a key the last one holds, wherever it
 * stands.
 */
#include "analyzer/cut/cut_definitions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/cut/cut_names.h"
#include "format/reader.h"
#include "format/schema.h"
#include "format/writer.h"

enum { UUID_TEXT = 33 };

/* What an earlier cut says of itself; NULL: it was none. */
struct earlier {
	char *of, *filter, *complete;
};

struct copying {
	const struct trace *trace;
	const struct cut_opts *opts;
	struct trace_writer *writer;
	bool names;
	struct earlier earlier;
	__u64 unknown;
};

/* ---- what it is called -------------------------------------------------------------------------- */

static void mix(__u64 *hash, const void *p, size_t n)
{
	for (const __u8 *byte = p, *end = byte + n; byte < end; byte++)
		*hash = (*hash ^ *byte) * 0x100000001b3; /* FNV-1a */
}

static void mix_text(__u64 *hash, const char *text)
{
	mix(hash, text ? text : "", text ? strlen(text) + 1 : 0);
}

void cut_definitions__uuid(const struct trace *t, const struct cut_opts *o, __u8 uuid[16])
{
	__u64 half[2] = { 0xcbf29ce484222325, 0x84222325cbf29ce4 };

	for (int i = 0; i < 2; i++) {
		mix(&half[i], trace__recording(t, 0)->uuid, 16);
		mix_text(&half[i], VERSION);
		mix(&half[i], &o->from, sizeof(o->from));
		mix(&half[i], &o->to, sizeof(o->to));
		mix_text(&half[i], o->filter_text);
		mix_text(&half[i], o->events_text);
		mix(&half[i], &o->dropped, sizeof(o->dropped));
		mix(&half[i], &o->late_ns, sizeof(o->late_ns));
		mix_text(&half[i], o->finding);
		if (o->packet_ns) {
			mix(&half[i], &o->packet_cpu, sizeof(o->packet_cpu));
			mix(&half[i], &o->packet_ns, sizeof(o->packet_ns));
		}
	}
	memcpy(uuid, half, sizeof(half));
	if (o->rewrite)
		o->rewrite->uuid(o->rewrite->arg, uuid);
}

/* ---- facts -------------------------------------------------------------------------------------- */

static int define(struct trace_writer *w, const struct cut_opts *o, const struct rec *rec)
{
	return o->rewrite ? o->rewrite->define(o->rewrite->arg, w, rec) : trace_writer__define(w, rec);
}

int cut_definitions__fact(struct trace_writer *w, const struct cut_opts *o, const char *key, const char *value)
{
	struct rec_config c = { .rec = { .type = REC_config, .cpu = STREAM_RECORDER },
				.key = { key, (__u32)strlen(key), 0 },
				.value = { value, (__u32)strlen(value), 0 } };

	return define(w, o, &c.rec);
}

static int number(const struct copying *c, const char *key, __u64 value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", value);
	return value ? cut_definitions__fact(c->writer, c->opts, key, text) : 0;
}

/* From the recording that this was cut from to the first one. */
static int tell_of(const struct copying *c)
{
	const __u8 *uuid = trace__recording(c->trace, 0)->uuid;
	const char *before = c->earlier.of ? c->earlier.of : "";
	size_t size = UUID_TEXT + 1 + strlen(before);
	char *text = malloc(size);
	int code;

	if (!text)
		return -ENOMEM;
	for (int i = 0; i < 16; i++)
		snprintf(text + 2 * i, 3, "%02x", uuid[i]);
	snprintf(text + 32, size - 32, "%s%s", *before ? " " : "", before);
	code = cut_definitions__fact(c->writer, c->opts, "cut.of", text);
	free(text);
	return code;
}

/* What was cut by one filter and then by another matches both. */
static int tell_filter(const struct copying *c)
{
	const char *before = c->earlier.filter, *now = c->opts->filter_text;
	char *text = NULL;
	int code;

	if (!before || !now)
		return before || now ? cut_definitions__fact(c->writer, c->opts, "cut.filter", now ? now : before) : 0;
	if (asprintf(&text, "(%s) and (%s)", before, now) < 0)
		return -ENOMEM;
	code = cut_definitions__fact(c->writer, c->opts, "cut.filter", text);
	free(text);
	return code;
}

static int tell_verdict(const struct copying *c)
{
	const struct cut_opts *o = c->opts;
	char late[64] = "", text[128];

	if (!o->dropped && !o->late_ns)
		return 0;
	if (o->late_ns)
		snprintf(late, sizeof(late), "took %g ms or longer", (double)o->late_ns / 1e6);
	snprintf(text, sizeof(text), "%s%s%s", o->dropped ? "were dropped" : "", o->dropped && *late ? " or " : "",
		 late);
	return cut_definitions__fact(c->writer, c->opts, "cut.verdict", text);
}

static int tell_facts(const struct copying *c)
{
	const struct cut_opts *o = c->opts;

	TRY(tell_of(c));
	TRY(cut_definitions__fact(c->writer, c->opts, "cut.version", VERSION));
	TRY(number(c, "cut.from_ns", o->from));
	TRY(number(c, "cut.to_ns", o->to));
	TRY(tell_filter(c));
	TRY(tell_verdict(c));
	TRY(number(c, "cut.packet_ns", o->packet_ns));
	if (o->events_text)
		TRY(cut_definitions__fact(c->writer, c->opts, "cut.events", o->events_text));
	return o->finding ? cut_definitions__fact(c->writer, c->opts, "cut.finding", o->finding) : 0;
}

/* ---- definitions -------------------------------------------------------------------------------- */

static bool is(const struct rec_text *text, const char *word)
{
	return text->len == strlen(word) && !memcmp(text->s, word, text->len);
}

static int remember(char **to, const struct rec_text *text)
{
	char *copy = strndup(text->len ? text->s : "", text->len);

	free(*to);
	*to = copy;
	return copy ? 0 : -ENOMEM;
}

/* What an earlier cut says of itself this one says instead; of two ranges of time it has but the narrower. */
static int copy_fact(struct copying *c, const struct rec_config *r)
{
	if (is(&r->key, "cut.of"))
		return remember(&c->earlier.of, &r->value);
	if (is(&r->key, "cut.filter"))
		return remember(&c->earlier.filter, &r->value);
	if (is(&r->key, "cut.complete"))
		return remember(&c->earlier.complete, &r->value);
	if (is(&r->key, "cut.version") || (is(&r->key, "cut.from_ns") && c->opts->from) ||
	    (is(&r->key, "cut.to_ns") && c->opts->to) || (is(&r->key, "cut.finding") && c->opts->finding) ||
	    (is(&r->key, "cut.events") && c->opts->events_text))
		return 0;
	return define(c->writer, c->opts, &r->rec);
}

/* What is not kept is told as what was not wanted: nobody takes it for what did not happen. */
static int copy_probe(struct copying *c, const struct rec_probe *r)
{
	static const char why[] = "left out by netanalyze cut";
	struct rec_probe probe = *r;

	if (c->opts->events_text && r->type < REC_TYPE_MAX && !c->opts->events[r->type]) {
		probe.status = PROBE_NOT_WANTED;
		probe.method = (struct rec_text){ "", 0, 0 };
		probe.detail = (struct rec_text){ why, sizeof(why) - 1, 0 };
	}
	return define(c->writer, c->opts, &probe.rec);
}

static int copy_one(struct copying *c, const struct rec *rec)
{
	if (schema__record(rec->type)->class != RECORD_DEFINITION)
		return 0;
	if (!c->names && cut_names__holds(rec->type))
		return 0;
	if (rec->type == REC_config)
		return copy_fact(c, (const struct rec_config *)rec);
	if (rec->type == REC_probe)
		return copy_probe(c, (const struct rec_probe *)rec);
	if (rec->type == REC_left_out && c->opts->to && ((const struct rec_left_out *)rec)->from > c->opts->to)
		return 0;
	return define(c->writer, c->opts, rec);
}

static int copy_all(struct copying *c)
{
	struct trace_rows rows = { 0 };
	int code = 0;

	for (size_t b = 0; !code && b < trace__n_blocks(c->trace); b++) {
		if (!(trace__block(c->trace, b)->flags & BLOCK_DEFINITIONS))
			continue;
		code = trace__decode(c->trace, b, &rows, NULL);
		c->unknown += code ? 0 : rows.skipped;
		for (size_t i = 0; !code && i < rows.n; i++)
			code = copy_one(c, trace_rows__at(&rows, i));
		code = code == -EBADMSG || code == -EIO ? 0 : code;
	}
	trace_rows__free(&rows);
	return code;
}

int cut_definitions__write(const struct trace *t, const struct cut_opts *o, struct trace_writer *w, bool names,
			   bool *complete, __u64 *unknown, struct trace_error *err)
{
	struct copying c = { .trace = t, .opts = o, .writer = w, .names = names };
	int code = copy_all(&c);

	if (!code)
		code = tell_facts(&c);
	if (c.earlier.complete && strcmp(c.earlier.complete, "yes") != 0)
		*complete = false;
	*unknown = c.unknown;
	free(c.earlier.of);
	free(c.earlier.filter);
	free(c.earlier.complete);
	if (code && trace_writer__error(w)->code)
		*err = *trace_writer__error(w);
	else if (code)
		trace_error__set(err, code, "out of memory while copying definitions");
	return code;
}
