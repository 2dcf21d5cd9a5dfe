/*
 * baseline.c: what was gathered of some recordings, kept under a name to compare others with later.
 *
 * The file is attached to the database of a comparison as "kept". Both have the same tables, so that rows are copied
 * whole, whatever their columns are: those of every table that has a column `side`.
 */
#include "analyzer/compare/baseline.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <sqlite3.h>
#include "analyzer/store/sql.h"
#include "analyzer/store/store.h"

enum { APPLICATION_ID = 0x4e52424c, /* "NRBL" */ BUSY_MS = 10000, MAX_NAME = 100 };

/* ---- the file ------------------------------------------------------------------------------------- */

int baseline__path(char path[PATH_MAX], struct trace_error *err)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	int n;

	/* A path that is not from the root on is to be ignored (XDG Base Directory Specification). */
	if (data && data[0] == '/')
		n = snprintf(path, PATH_MAX, "%s/netanalyze/baselines.db", data);
	else if (home && home[0])
		n = snprintf(path, PATH_MAX, "%s/.local/share/netanalyze/baselines.db", home);
	else
		return trace_error__set(err, -ENOENT, "no place for baselines: neither XDG_DATA_HOME nor HOME is set; "
					"name a file with --baselines");
	return n < PATH_MAX ? 0 : trace_error__set(err, -ENAMETOOLONG, "the path of the baselines is too long");
}

int baseline__check_name(const char *name, struct trace_error *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/+@-";
	size_t len = strlen(name);

	if (!len || len > MAX_NAME || strspn(name, allowed) != len)
		return trace_error__set(err, -EINVAL, "the name of a baseline is up to %d letters, digits and ._:/+@-, "
					"not '%s'", MAX_NAME, name);
	return 0;
}

static int failed(sqlite3 *db, const char *path, struct trace_error *err)
{
	int code = sqlite3_errcode(db) & 0xff;

	if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
		return trace_error__set(err, -EBADMSG, "%s is damaged or no file of baselines", path);
	return trace_error__set(err, code == SQLITE_FULL ? -ENOSPC : -EIO, "cannot use the baselines in %s: %s", path,
				sqlite3_errmsg(db));
}

static int make_folders(char *path, struct trace_error *err)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		int rc;

		*slash = '\0';
		rc = mkdir(path, 0700) && errno != EEXIST ? -errno : 0;
		if (rc)
			trace_error__set(err, rc, "cannot create %s: %s", path, strerror(-rc));
		*slash = '/';
		if (rc)
			return rc;
	}
	return 0;
}

/* The first column of the first row as a number; -1: there is none, or it failed. */
static sqlite3_int64 number(sqlite3 *db, const char *sql, const char *name)
{
	sqlite3_stmt *stmt = NULL;
	sqlite3_int64 n = -1;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK) {
		sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
		if (sqlite3_step(stmt) == SQLITE_ROW)
			n = sqlite3_column_int64(stmt, 0);
	}
	sqlite3_finalize(stmt);
	return n;
}

/* An empty file becomes one of baselines: of two that see it empty, the second sees what the first one did. */
static int set_up(const char *path, struct trace_error *err)
{
	sqlite3 *db = NULL;
	char id[64];
	int rc = 0;

	snprintf(id, sizeof(id), "PRAGMA application_id = %d", APPLICATION_ID);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
	    sqlite3_busy_timeout(db, BUSY_MS) != SQLITE_OK ||
	    sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK ||
	    (number(db, "PRAGMA application_id", NULL) == 0 &&
	     (sqlite3_exec(db, id, NULL, NULL, NULL) != SQLITE_OK ||
	      sqlite3_exec(db, sql__text("compared/tables.sql"), NULL, NULL, NULL) != SQLITE_OK)) ||
	    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		rc = failed(db, path, err);
	sqlite3_close(db);
	return rc;
}

/* Hosts, their settings and addresses of guests are private: mode 0600, as of other databases. */
static int create(const char *path, bool make_folder, struct trace_error *err)
{
	char folders[PATH_MAX];
	struct stat st;
	int fd;

	snprintf(folders, sizeof(folders), "%s", path);
	if (make_folder)
		TRY(make_folders(folders, err));
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || fstat(fd, &st))
		return trace_error__set(err, -errno, "cannot write %s: %s", path, strerror(errno));
	close(fd);
	return st.st_size ? 0 : set_up(path, err);
}

/* ---- the tables ------------------------------------------------------------------------------------- */

/* Is it one of ours, with the tables that are here? */
static int check(sqlite3 *db, const char *path, struct trace_error *err)
{
	sqlite3_int64 id = number(db, "PRAGMA kept.application_id", NULL);

	if (id < 0)
		return failed(db, path, err);
	if (id != APPLICATION_ID)
		return trace_error__set(err, -EBADMSG, "%s is a database, but not one of baselines", path);
	if (number(db, sql__text("compared/same_tables.sql"), NULL) != 1)
		return trace_error__set(err, -EPROTONOSUPPORT,
					"the baselines in %s are of another version of netanalyze: use that, or "
					"another file with --baselines, and save them again", path);
	return 0;
}

static int attach(sqlite3 *db, const char *path, struct trace_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = 0;

	sqlite3_busy_timeout(db, BUSY_MS);
	if (sqlite3_prepare_v2(db, "ATTACH ?1 AS kept", -1, &stmt, NULL) != SQLITE_OK)
		return failed(db, path, err);
	sqlite3_bind_text(stmt, 1, path, -1, SQLITE_STATIC);
	if (sqlite3_step(stmt) != SQLITE_DONE)
		rc = failed(db, path, err);
	sqlite3_finalize(stmt);
	return rc ? rc : check(db, path, err);
}

/* Runs a statement for each table that has sides: %w is the table's name, once or twice, ?1 that of the baseline. */
static int of_each(sqlite3 *db, const char *format, const char *name)
{
	sqlite3_stmt *tables = NULL;
	int rc = sqlite3_prepare_v2(db, sql__text("compared/sided.sql"), -1, &tables, NULL);

	while (rc == SQLITE_OK && sqlite3_step(tables) == SQLITE_ROW) {
		char *sql = sqlite3_mprintf(format, sqlite3_column_text(tables, 0), sqlite3_column_text(tables, 0));
		sqlite3_stmt *stmt = NULL;

		rc = sql ? sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) : SQLITE_NOMEM;
		if (rc == SQLITE_OK) {
			sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
			rc = sqlite3_step(stmt) == SQLITE_DONE ? SQLITE_OK : SQLITE_ERROR;
		}
		sqlite3_finalize(stmt);
		sqlite3_free(sql);
	}
	sqlite3_finalize(tables);
	return rc;
}

/* ---- saving and loading ------------------------------------------------------------------------------- */

static int add(sqlite3 *db, const char *path, const char *name, bool force, struct trace_error *err)
{
	static const char delete[] = "DELETE FROM \"kept\".\"%w\" WHERE side = ?1",
			  insert[] = "INSERT INTO \"kept\".\"%w\" SELECT * FROM \"main\".\"%w\" WHERE side = ?1";

	if (!force && number(db, sql__text("compared/is_kept.sql"), name) == 1)
		return trace_error__set(err, -EEXIST, "there is a baseline %s in %s already: take another name, "
					"or replace it with --force", name, path);
	if (of_each(db, delete, name) != SQLITE_OK || of_each(db, insert, name) != SQLITE_OK ||
	    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		return failed(db, path, err);
	return 0;
}

int baseline__save(sqlite3 *db, const char *path, const char *name, bool make_folder, bool force,
		   struct trace_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc;

	if (sqlite3_prepare_v2(db, sql__text("compared/saved.sql"), -1, &stmt, NULL) != SQLITE_OK)
		return failed(db, path, err);
	sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 2, VERSION, -1, SQLITE_STATIC);
	rc = sqlite3_step(stmt) == SQLITE_DONE ? 0 : failed(db, path, err);
	sqlite3_finalize(stmt);
	TRY(rc);
	TRY(create(path, make_folder, err));
	TRY(attach(db, path, err));
	if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return failed(db, path, err);
	rc = add(db, path, name, force, err);
	if (rc)
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return rc;
}

/* Which there are, as part of a sentence. Free with sqlite3_free(). */
static char *names(sqlite3 *db)
{
	sqlite3_stmt *stmt = NULL;
	char *text = NULL;

	if (sqlite3_prepare_v2(db, sql__text("compared/kept_names.sql"), -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		text = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	return text;
}

int baseline__load(sqlite3 *db, const char *path, const char *name, struct trace_error *err)
{
	static const char insert[] = "INSERT INTO \"main\".\"%w\" SELECT * FROM \"kept\".\"%w\" WHERE side = ?1",
			  rename[] = "UPDATE \"main\".\"%w\" SET side = 'before' WHERE side = ?1";

	if (access(path, R_OK))
		return trace_error__set(err, -errno, errno == ENOENT ?
					"there are no baselines in %s: netanalyze compare --save keeps some" :
					"cannot read the baselines in %s", path);
	if (!store__is_database(path))
		return trace_error__set(err, -EBADMSG, "%s is no file of baselines", path);
	TRY(attach(db, path, err));
	if (number(db, sql__text("compared/is_kept.sql"), name) != 1) {
		char *those = names(db);
		int rc = trace_error__set(err, -ENOENT, "there is no baseline %s in %s; there %s", name, path,
					  those ? those : "are none");

		sqlite3_free(those);
		return rc;
	}
	if (of_each(db, insert, name) != SQLITE_OK || of_each(db, rename, name) != SQLITE_OK ||
	    sqlite3_exec(db, "DETACH kept", NULL, NULL, NULL) != SQLITE_OK)
		return failed(db, path, err);
	return 0;
}
