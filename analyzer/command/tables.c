/*
 * tables.c: prints what a comparison, a trend or a merge came to.
 */
#include "analyzer/command/tables.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sqlite3.h>
#include "analyzer/command/cli.h"
#include "analyzer/print/curves.h"
#include "analyzer/print/page.h"
#include "analyzer/store/sql.h"

static bool is_in(const struct tables *t, const struct sql_file *f)
{
	return strncmp(f->name, t->folder, strlen(t->folder)) == 0;
}

static int print_json(const struct tables *t, const struct view_run *run, struct trace_error *err)
{
	char *doc = NULL;
	int rc = 0;

	for (const struct sql_file *f = sql_files; f->name && rc == 0; f++)
		if (is_in(t, f))
			rc = view__json_add(run, f->name, &doc, err);
	if (rc == 0)
		printf("%s\n", doc);
	sqlite3_free(doc);
	return rc;
}

static int print_file(const struct tables *t, const struct view_run *run, const char *file, struct trace_error *err)
{
	TRY(view__print(run, file, err));
	if (t->format == GRID_HTML && t->drawn && strcmp(file, t->drawn) == 0)
		return curves__print(t->db, sql__text(t->curves), &run->table, err);
	return 0;
}

int tables__print(const struct tables *t, struct trace_error *err)
{
	struct view_run run = {
		.db = t->db,
		.params = t->params,
		.n_params = t->n_params,
		.table = { .out = stdout, .format = t->format, .utc = t->utc, .width = TEXT_WIDTH,
			   .color = t->format == GRID_TEXT && isatty(STDOUT_FILENO) && !getenv("NO_COLOR") },
		.level = 2,
		.sublevel = 3,
	};

	if (t->format == GRID_JSON)
		return print_json(t, &run, err);
	if (t->format == GRID_HTML)
		page__begin(stdout, t->title);
	if (t->format != GRID_TEXT)
		grid__heading(&run.table, 1, t->title);
	for (const struct sql_file *f = sql_files; f->name; f++)
		if (is_in(t, f) && !strstr(f->text, "\n-- only: json\n"))
			TRY(print_file(t, &run, f->name, err));
	if (t->format == GRID_HTML)
		page__end(stdout);
	return 0;
}

int tables__format(const char *name, enum grid_format *format, struct trace_error *err)
{
	static const char *const names[] = { [GRID_TEXT] = "text", [GRID_MD] = "md", [GRID_HTML] = "html",
					     [GRID_JSON] = "json" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(name, names[i]) == 0) {
			*format = (enum grid_format)i;
			return 0;
		}
	}
	return trace_error__set(err, -EINVAL, "--format is text, md, html or json, not '%s'", name);
}
