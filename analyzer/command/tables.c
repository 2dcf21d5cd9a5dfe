/*
 * tables.c: prints what a comparison or a trend came to.
 */
#include "analyzer/command/tables.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sqlite3.h>
#include "analyzer/command/cli.h"
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

int tables__print(const struct tables *t, struct trace_error *err)
{
	struct view_run run = {
		.db = t->db,
		.params = t->params,
		.n_params = t->n_params,
		.table = { .out = stdout, .format = t->format, .width = TEXT_WIDTH,
			   .color = t->format == GRID_TEXT && isatty(STDOUT_FILENO) && !getenv("NO_COLOR") },
		.level = 2,
		.sublevel = 3,
	};

	if (t->format == GRID_JSON)
		return print_json(t, &run, err);
	if (t->format != GRID_TEXT)
		grid__heading(&run.table, 1, t->title);
	for (const struct sql_file *f = sql_files; f->name; f++)
		if (is_in(t, f) && !strstr(f->text, "\n-- only: json\n"))
			TRY(view__print(&run, f->name, err));
	return 0;
}

int tables__format(const char *name, enum grid_format *format, struct trace_error *err)
{
	if (strcmp(name, "text") == 0)
		*format = GRID_TEXT;
	else if (strcmp(name, "md") == 0)
		*format = GRID_MD;
	else if (strcmp(name, "json") == 0)
		*format = GRID_JSON;
	else
		return trace_error__set(err, -EINVAL, "--format is text, md or json, not '%s'", name);
	return 0;
}
