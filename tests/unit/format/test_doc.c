/*
 * test_doc.c: the tables of FORMAT.md are those of events.def and stages.def.
 * UPDATE=1 writes them there instead.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/schema.h"

#define DOC "format/FORMAT.md"
#define BEGIN "<!-- generated from events.def and stages.def -->\n"
#define END "<!-- end of generated part -->\n"

static void print_fields(FILE *out, const struct record_desc *r)
{
	static const char *const kinds[] = { "u", "bytes", "text" };

	fprintf(out, "\n| field | type | key | unit | meaning |\n|---|---|---|---|---|\n");
	for (unsigned i = 0; i < r->n_fields; i++) {
		const struct field_desc *f = &r->fields[i];
		unsigned width = f->kind == FIELD_UINT ? f->size * 8 : f->size;
		char type[16];

		snprintf(type, sizeof(type), f->kind == FIELD_TEXT ? "%s" : "%s%u", kinds[f->kind], width);
		fprintf(out, "| %s | %s | %s | %s | %s |\n", f->name, type, f->key ? "key" : "", f->unit, f->doc);
	}
}

static void print_tables(FILE *out)
{
	static const char *const roles[] = { "", "ENTRY", "STEP", "ASIDE", "ORIGIN" };

	for (unsigned id = 0; id < REC_TYPE_MAX; id++) {
		const struct record_desc *r = schema__record(id);

		if (!r)
			continue;
		fprintf(out, "\n### %u %s%s\n\n%s.\n", id, r->name,
			r->class == RECORD_DEFINITION ? " (definition)" : "", r->doc);
		print_fields(out, r);
	}
	fprintf(out, "\n## Stages\n\n| id | stage | role | hop.aux | meaning |\n|---:|---|---|---|---|\n");
	for (unsigned id = 0; id < STAGE_MAX; id++) {
		const struct stage_desc *s = schema__stage(id);

		if (s->role)
			fprintf(out, "| %u | %s | %s%s%s | %s | %s |\n", id, s->name, roles[s->role], s->call ? " of " : "",
				schema__stage(s->call)->name, s->aux, s->doc);
	}
	fprintf(out, "\n");
}

static char *read_doc(void)
{
	FILE *f = fopen(DOC, "r");
	char *text = calloc(1, 1 << 20);

	assert_non_null(f);
	assert_non_null(text);
	assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
	fclose(f);
	return text;
}

static void tables_are_current(void **state)
{
	char *doc = read_doc(), *tables = NULL, *begin, *end;
	size_t size;
	FILE *mem = open_memstream(&tables, &size);

	(void)state;
	print_tables(mem);
	fclose(mem);
	begin = strstr(doc, BEGIN);
	end = strstr(doc, END);
	assert_non_null(begin);
	assert_non_null(end);
	begin += strlen(BEGIN);
	if (getenv("UPDATE")) {
		FILE *f = fopen(DOC, "w");

		assert_non_null(f);
		fprintf(f, "%.*s%s%s", (int)(begin - doc), doc, tables, end);
		fclose(f);
	} else if (size != (size_t)(end - begin) || memcmp(tables, begin, size)) {
		fail_msg("the tables of " DOC " are stale; run this test with UPDATE=1");
	}
	free(tables);
	free(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(tables_are_current) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
