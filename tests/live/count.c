/*
 * count.c: the rows of a trace, for the live tests.
 *
 *   count TRACE [PATTERN]
 *
 * Prints every row as "record field=value …", one per line, those that contain PATTERN only: a test
 * greps and counts. Definitions come before what uses them, as in the trace.
 */
#include <stdio.h>
#include <string.h>

#include "format/reader.h"

static size_t put_field(char *buf, size_t len, const struct rec *rec, const struct field_desc *f)
{
	const unsigned char *at = (const unsigned char *)rec + f->offset;
	__u64 value = 0;
	size_t n;

	if (f->kind == FIELD_TEXT) {
		const struct rec_text *t = (const void *)at;

		return snprintf(buf, len, " %s=%.*s", f->name, (int)t->len, t->s);
	}
	if (f->kind == FIELD_UINT) {
		memcpy(&value, at, f->size);
		return snprintf(buf, len, " %s=%llu", f->name, value);
	}
	n = snprintf(buf, len, " %s=", f->name);
	for (unsigned i = 0; i < f->size; i++)
		n += snprintf(buf + n, len - n, "%02x", at[i]);
	return n;
}

static void print_row(const struct rec *rec, __u64 ts, __u32 stream, const char *pattern)
{
	const struct record_desc *d = schema__record(rec->type);
	char line[8192];
	size_t n = snprintf(line, sizeof(line), "%s ts=%llu stream=%u", d->name, ts, stream);

	for (unsigned i = 0; i < d->n_fields && n < sizeof(line); i++)
		n += put_field(line + n, sizeof(line) - n, rec, &d->fields[i]);
	if (!pattern || strstr(line, pattern))
		puts(line);
}

int main(int argc, char **argv)
{
	struct trace_rows rows = { 0 };
	struct trace_error err = { 0 };
	struct trace *t;
	int bad = 0;

	if (argc < 2 || trace__open(&t, argv[1], &err) < 0) {
		fprintf(stderr, "count: %s\n", argc < 2 ? "usage: count TRACE [PATTERN]" : err.text);
		return 3;
	}
	for (size_t b = 0; b < trace__n_blocks(t); b++) {
		if (trace__decode(t, b, &rows, &err) < 0) {
			fprintf(stderr, "count: %s\n", err.text);
			bad = 3;
			continue;
		}
		for (size_t i = 0; i < rows.n; i++)
			print_row(trace_rows__at(&rows, i), rows.ts[i], trace__block(t, b)->stream, argv[2]);
	}
	trace_rows__free(&rows);
	trace__close(t);
	return bad;
}
