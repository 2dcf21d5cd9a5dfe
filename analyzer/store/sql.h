/*
 * sql.h: the SQL of schema/, embedded at build time.
 */
#ifndef ANALYZER_SQL_H
#define ANALYZER_SQL_H

struct sql_file {
	const char *name; /* path below schema/, such as "show/drops.sql" */
	const char *text;
};

/* All files, sorted by name, and "new.sql", which makes what all migrations lead to; ends with a NULL name. */
extern const struct sql_file sql_files[];

/* A file's text by its path below schema/, or NULL. */
const char *sql__text(const char *name);

#endif
