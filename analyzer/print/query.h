/* query.h: a statement to be printed, with what its parameters are. */
#ifndef ANALYZER_QUERY_H
#define ANALYZER_QUERY_H

#include <stddef.h>

struct sqlite3;

/* A named parameter of the query, ":name"; those it does not use are ignored. */
struct query_param {
	const char *name;
	const char *text; /* NULL: the number counts */
	long long number;
};

struct query {
	struct sqlite3 *db;
	const char *sql; /* one statement */
	int sql_len;     /* -1: to the NUL */
	const struct query_param *params;
	size_t n_params;
};

#endif
