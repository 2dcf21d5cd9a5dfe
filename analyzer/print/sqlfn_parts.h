/*
 * sqlfn_parts.h: the tables of functions written in C, from which sqlfn.c adds them to a connection. Not for others: they
 * use sqlfn.h.
 */
#ifndef ANALYZER_SQLFN_PARTS_H
#define ANALYZER_SQLFN_PARTS_H

#include <sqlite3.h>

enum { PURE = SQLITE_UTF8 | SQLITE_DETERMINISTIC };

/* One function, of fn, or an aggregate, of step and final. */
struct sqlfn_part {
	const char *name; /* NULL: behind the last one */
	int args;
	int flags;
	void (*fn)(sqlite3_context *, int, sqlite3_value **);
	void *data; /* what sqlite3_user_data() is to give; NULL: the struct sqlfn_context */
	void (*step)(sqlite3_context *, int, sqlite3_value **);
	void (*final)(sqlite3_context *);
};

extern const struct sqlfn_part sqlfn_hist[], sqlfn_text[], sqlfn_match[];

/* sum(), also as a window function. Returns what SQLite does. */
int sqlfn__add_sum(sqlite3 *db);

#endif
