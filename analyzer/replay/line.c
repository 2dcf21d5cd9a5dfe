/*
 * line.c: printing a row (line.h), field by field as its schema has them.
 *
 * What must hold: whatever a trace says, a line is one line, without characters that a terminal obeys; as text, none of
 * its words has a space in it; in a spreadsheet, none is a formula.
 */
#include "analyzer/replay/line.h"

#include <errno.h>
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "analyzer/base/csv.h"

enum { SECOND = 1000000000 };

static bool is(const struct field_desc *f, const char *unit)
{
	return strcmp(f->unit, unit) == 0;
}

/* ---- texts -------------------------------------------------------------------------------------- */

/* They take cleaned ones (names__clean()). */
static void put_word(FILE *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		putc(s[i] == ' ' ? '_' : s[i], out);
}

static void put_string(FILE *out, const char *s, size_t len)
{
	putc('"', out);
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '"' || s[i] == '\\')
			putc('\\', out);
		putc(s[i], out);
	}
	putc('"', out);
}

static void put_clean(const struct line *l, const char *s, size_t len)
{
	static void (*const put[])(FILE *out, const char *s, size_t len) = { put_word, put_string, csv__text };

	put[l->form](l->out, s, len);
}

void line__text(const struct line *l, const char *s, size_t len)
{
	char *copy = malloc(len + 1);

	if (copy && len) {
		memcpy(copy, s, len);
		names__clean(copy, len);
	}
	put_clean(l, copy ? copy : "", copy ? len : 0);
	free(copy);
}

static void put_quoted(const struct line *l, const char *s)
{
	fprintf(l->out, l->form == LINE_JSON ? "\"%s\"" : "%s", s);
}

/* ---- times -------------------------------------------------------------------------------------- */

__u64 line__real(const struct line *l, __u64 mono)
{
	return l->base.start_real + (mono - l->base.start_mono);
}

static void put_clock(struct line *l, __u64 real)
{
	time_t second = (time_t)(real / SECOND);
	struct tm tm = { 0 };

	if (l->second != real / SECOND || !l->clock[0]) {
		if (l->base.utc)
			gmtime_r(&second, &tm);
		else
			localtime_r(&second, &tm);
		strftime(l->clock, sizeof(l->clock), "%H:%M:%S", &tm);
		l->second = real / SECOND;
	}
	fprintf(l->out, "%s.%09llu", l->clock, real % SECOND);
}

/* Without a reading of the clock, seconds from the start: --from takes either. */
static void put_time(struct line *l, __u64 mono)
{
	bool before = mono < l->base.start_mono;
	__u64 since = before ? l->base.start_mono - mono : mono - l->base.start_mono;

	if (l->base.start_real)
		put_clock(l, line__real(l, mono));
	else
		fprintf(l->out, "%c%llu.%09llu", before ? '-' : '+', since / SECOND, since % SECOND);
}

/* ---- fields ------------------------------------------------------------------------------------- */

static __s64 signed_of(__u64 value, unsigned size)
{
	unsigned unused = 64 - 8 * size;

	return (__s64)(value << unused) >> unused;
}

static void put_mac(const struct line *l, __u64 mac)
{
	char text[24];

	snprintf(text, sizeof(text), "%02llx:%02llx:%02llx:%02llx:%02llx:%02llx", mac >> 40 & 255, mac >> 32 & 255,
		 mac >> 24 & 255, mac >> 16 & 255, mac >> 8 & 255, mac & 255);
	put_quoted(l, text);
}

/* JSON readers keep no more than 53 bits of a number: addresses use all 64. */
static void put_pointer(const struct line *l, __u64 value)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%llx", value);
	put_quoted(l, text);
}

static void put_number(struct line *l, const struct field_desc *f, __u64 value)
{
	const char *unit = is(f, "NS") ? "ns" : is(f, "US") ? "us" : is(f, "BYTES") ? "B" : "";

	if (is(f, "INT"))
		fprintf(l->out, "%lld", (long long)signed_of(value, f->size));
	else if (l->form != LINE_TEXT)
		fprintf(l->out, "%llu", value);
	else if (is(f, "HEX"))
		fprintf(l->out, "0x%llx", value);
	else if (is(f, "AT") && value)
		put_time(l, value);
	else if (is(f, "AT"))
		putc('-', l->out);
	else
		fprintf(l->out, "%llu%s", value, unit);
}

static void put_name(struct line *l, const struct asked *a)
{
	char name[RESOLVE_MAX], key[128];
	bool known = resolver__name(l->resolver, a, name, sizeof(name));

	if (l->form == LINE_CSV)
		putc(',', l->out);
	if (!known)
		return;
	if (l->form == LINE_JSON) {
		snprintf(key, sizeof(key), "%s_name", a->field->name);
		putc(',', l->out);
		line__text(l, key, strlen(key));
		putc(':', l->out);
	}
	if (l->form == LINE_TEXT)
		putc('(', l->out);
	put_clean(l, name, strlen(name));
	if (l->form == LINE_TEXT)
		putc(')', l->out);
}

static void put_uint(struct line *l, const struct asked *a)
{
	if (is(a->field, "MAC"))
		put_mac(l, a->value);
	else if (is(a->field, "PTR") || is(a->field, "CODE"))
		put_pointer(l, a->value);
	else
		put_number(l, a->field, a->value);
	if (resolve__has_names(a->field->unit))
		put_name(l, a);
}

static void put_address(const struct line *l, const unsigned char addr[16])
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	char text[INET6_ADDRSTRLEN];

	if (memcmp(addr, mapped, sizeof(mapped)) == 0)
		inet_ntop(AF_INET, addr + 12, text, sizeof(text));
	else
		inet_ntop(AF_INET6, addr, text, sizeof(text));
	put_quoted(l, text);
}

/* As text, without the zeros at the end: how many bytes are valid is another field's to say. */
static void put_hex(const struct line *l, const unsigned char *bytes, size_t len)
{
	const char *quote = l->form == LINE_JSON ? "\"" : "";

	while (l->form == LINE_TEXT && len > 1 && !bytes[len - 1])
		len--;
	fputs(quote, l->out);
	for (size_t i = 0; i < len; i++)
		fprintf(l->out, "%02x", bytes[i]);
	fputs(quote, l->out);
}

void line__value(struct line *l, const struct record_desc *d, const struct field_desc *f, const struct rec *rec)
{
	const char *at = (const char *)rec + f->offset;
	struct asked a = { d, f, rec, 0 };

	if (f->kind == FIELD_UINT) {
		memcpy(&a.value, at, f->size); /* little-endian */
		put_uint(l, &a);
	} else if (f->kind == FIELD_TEXT) {
		line__text(l, ((const struct rec_text *)at)->s, ((const struct rec_text *)at)->len);
	} else if (is(f, "NAME")) {
		line__text(l, at, strnlen(at, f->size));
	} else if (is(f, "ADDR") && f->size == 16) {
		put_address(l, (const unsigned char *)at);
	} else {
		put_hex(l, (const unsigned char *)at, f->size);
	}
}

/* ---- lines -------------------------------------------------------------------------------------- */

static void begin_line(struct line *l, const struct record_desc *d, const struct rec *rec)
{
	bool json = l->form == LINE_JSON;
	const char *before = json ? "," : " ";
	char cpu[8] = "-";

	if (rec->cpu < STREAM_CPUS)
		snprintf(cpu, sizeof(cpu), "%u", rec->cpu);
	else if (json)
		strcpy(cpu, "null");
	if (!json)
		put_time(l, rec->ts);
	else if (l->base.start_real)
		fprintf(l->out, "{\"mono_ns\":%llu,\"real_ns\":%llu", rec->ts, line__real(l, rec->ts));
	else
		fprintf(l->out, "{\"mono_ns\":%llu,\"real_ns\":null", rec->ts);
	fprintf(l->out, "%s%s%s%s%s", before, json ? "\"cpu\":" : "", cpu, before, json ? "\"event\":" : "");
	line__text(l, d->name, strlen(d->name));
}

static void print(struct line *l, const struct record_desc *d, const struct rec *rec)
{
	bool json = l->form == LINE_JSON;

	begin_line(l, d, rec);
	for (unsigned i = 0; i < d->n_fields; i++) {
		const struct field_desc *f = &d->fields[i];

		putc(json ? ',' : ' ', l->out);
		line__text(l, f->name, strlen(f->name));
		putc(json ? ':' : '=', l->out);
		line__value(l, d, f, rec);
	}
	fputs(json ? "}\n" : "\n", l->out);
}

/* ---- interface ---------------------------------------------------------------------------------- */

static int begin(void **state, const struct sink_to *to, enum line_form form)
{
	struct line *l = calloc(1, sizeof(*l));

	*state = l;
	if (!l)
		return -ENOMEM;
	*l = (struct line){ .out = to->out, .form = form, .base = to->base, .resolver = to->resolver };
	return 0;
}

static int begin_text(void **state, const struct sink_to *to)
{
	return begin(state, to, LINE_TEXT);
}

static int begin_json(void **state, const struct sink_to *to)
{
	return begin(state, to, LINE_JSON);
}

static void see(void *state, const struct record_desc *d, const struct rec *rec, bool wanted)
{
	if (wanted)
		print(state, d, rec);
}

const struct sink text_sink = { begin_text, see, NULL, free };
const struct sink json_sink = { begin_json, see, NULL, free };
