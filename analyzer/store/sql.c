/* sql.c: finding an embedded file (sql.h). */
#include "analyzer/store/sql.h"

#include <stddef.h>
#include <string.h>

const char *sql__text(const char *name)
{
	for (const struct sql_file *f = sql_files; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return f->text;
	return NULL;
}
