/*
 * count.c: the rows of a trace, for tests.
 *
 *   count [-z] TRACE [PATTERN]
 *
 * Prints every row as "record field=value …", one per line, those that contain PATTERN only: a test
 * greps and counts. Definitions come before what uses them, as in the trace. -z leaves out what is zero or empty, as is
 * a field that the trace lacks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/reader.h"

static bool without_zeros;

static bool is_zero(const unsigned char *p, size_t n)
{
	while (n && !*p)
		p++, n--;
	return !n;
}

static void put_field(FILE *out, const struct rec *rec, const struct field_desc *f)
{
	const unsigned char *at = (const unsigned char *)rec + f->offset;
	const struct rec_text *t = (const void *)at;
	__u64 value = 0;

	if (without_zeros && (f->kind == FIELD_TEXT ? !t->len : is_zero(at, f->size)))
		return;
	fprintf(out, " %s=", f->name);
	if (f->kind == FIELD_TEXT) {
		fwrite(t->s, 1, t->len, out);
	} else if (f->kind == FIELD_UINT) {
		memcpy(&value, at, f->size);
		fprintf(out, "%llu", value);
	} else {
		for (unsigned i = 0; i < f->size; i++)
			fprintf(out, "%02x", at[i]);
	}
}

static void print_row(const struct rec *rec, __u64 ts, __u32 stream, const char *pattern)
{
	const struct record_desc *d = schema__record(rec->type);
	char *line = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&line, &len);

	fprintf(out, "%s ts=%llu stream=%u", d->name, ts, stream);
	for (unsigned i = 0; i < d->n_fields; i++)
		put_field(out, rec, &d->fields[i]);
	fputc('\n', out);
	fclose(out);
	if (!pattern || memmem(line, len, pattern, strlen(pattern)))
		fwrite(line, 1, len, stdout);
	free(line);
}

int main(int argc, char **argv)
{
	struct trace_rows rows = { 0 };
	struct trace_error err = { 0 };
	struct trace *t;
	int bad = 0;

	without_zeros = argc > 1 && !strcmp(argv[1], "-z");
	argc -= without_zeros;
	argv += without_zeros;
	if (argc < 2 || trace__open(&t, argv[1], &err) < 0) {
		fprintf(stderr, "count: %s\n", argc < 2 ? "usage: count [-z] TRACE [PATTERN]" : err.text);
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
