/*
 * baseline.h: what was gathered of some recordings, kept under a name to compare others with later.
 *
 * A file of baselines is a SQLite database with the tables of schema/compared/tables.sql; a row's side is the name of
 * the baseline that it belongs to. There is what a comparison needs, no packets, and with each metric the query that
 * measured it: what is measured in another way by now is not compared.
 */
#ifndef ANALYZER_BASELINE_H
#define ANALYZER_BASELINE_H

#include <limits.h>
#include <stdbool.h>
#include "format/error.h"

struct sqlite3;

/* Where baselines are unless it is said: $XDG_DATA_HOME/netanalyze/baselines.db, below ~/.local/share by default. */
int baseline__path(char path[PATH_MAX], struct trace_error *err);

/* -EINVAL, and which names are possible, when this is none. */
int baseline__check_name(const char *name, struct trace_error *err);

/*
 * Keeps what `db` has of side `name`, all or nothing. Creates the file when there is none (mode 0600), and, where
 * make_folder, the folder it is in. -EEXIST when there is one of this name, unless `force`; -EBADMSG and
 * -EPROTONOSUPPORT of a file that is not ours or has other tables than this version.
 */
int baseline__save(struct sqlite3 *db, const char *path, const char *name, bool make_folder, bool force,
		   struct trace_error *err);

/* Adds the baseline to `db` as side "before". -ENOENT when there is none of this name, and which there are. */
int baseline__load(struct sqlite3 *db, const char *path, const char *name, struct trace_error *err);

#endif
