/*
 * store.c: creating, finishing and opening databases (store.h). Inserts are in store_insert.c.
 *
 * What must hold: PATH itself is only ever a complete database; nothing but one of ours is overwritten.
 */
#include "analyzer/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "analyzer/base/unfinished.h"
#include "analyzer/store/sql.h"

static int errno_of(int sqlite_code)
{
	switch (sqlite_code & 0xff) {
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		return -EBADMSG;
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return -EACCES;
	}
	return -EIO;
}

static int execute(struct sqlite3 *db, const char *sql, const char *what, struct trace_error *err)
{
	int code = sqlite3_exec(db, sql, NULL, NULL, NULL);

	if (code == SQLITE_OK)
		return 0;
	if (errno_of(code) == -ENOSPC)
		return trace_error__set(err, -ENOSPC, STORE_FULL);
	return trace_error__set(err, errno_of(code), "%s: %s", what, sqlite3_errmsg(db));
}

/* The single number a PRAGMA returns; negative errno when it does not. */
static long pragma(struct sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt;
	long value = -EBADMSG;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		return errno_of(sqlite3_errcode(db));
	if (sqlite3_step(stmt) == SQLITE_ROW)
		value = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return value;
}

/* Migrations are the files NNNN_name.sql; their number is the version they lead to. 0: not a migration. */
static int version_of(const struct sql_file *f)
{
	return strchr(f->name, '/') ? 0 : atoi(f->name);
}

static int newest_version(void)
{
	int newest = 0;

	for (const struct sql_file *f = sql_files; f->name; f++)
		if (version_of(f) > newest)
			newest = version_of(f);
	return newest;
}

static int migrate(struct sqlite3 *db, int from, struct trace_error *err)
{
	char set[64];

	for (const struct sql_file *f = sql_files; f->name; f++) {
		if (version_of(f) <= from)
			continue;
		TRY(execute(db, f->text, f->name, err));
		snprintf(set, sizeof(set), "PRAGMA user_version = %d", version_of(f));
		TRY(execute(db, set, f->name, err));
	}
	return 0;
}

static int check_target(const char *path, bool force, struct trace_error *err)
{
	struct stat st;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : trace_error__set(err, -errno, "cannot write %s: %s", path, strerror(errno));
	if (!force)
		return trace_error__set(err, -EEXIST, "%s exists; name another output with -o, or overwrite it with --force",
					path);
	if (!S_ISREG(st.st_mode) || (st.st_size && !store__is_database(path)))
		return trace_error__set(err, -EEXIST, "%s is no database, so it is not overwritten; name another output",
					path);
	return 0;
}

static int open_db(struct sqlite3 **db, const char *name, int flags, struct trace_error *err)
{
	int code = sqlite3_open_v2(name, db, flags | SQLITE_OPEN_NOMUTEX, NULL);

	if (code != SQLITE_OK) {
		code = trace_error__set(err, errno_of(code), "cannot open %s: %s", name, sqlite3_errmsg(*db));
		sqlite3_close(*db);
		*db = NULL;
		return code;
	}
	sqlite3_db_config(*db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return 0;
}

/* No journal: an unfinished database is never seen under its name. */
static int set_up(struct sqlite3 *db, struct trace_error *err)
{
	char id[64];

	snprintf(id, sizeof(id), "PRAGMA application_id = %d", STORE_APPLICATION_ID);
	TRY(execute(db,
		    "PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
		    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -32768; PRAGMA temp_store = FILE;",
		    "cannot prepare the database", err));
	TRY(execute(db, id, "cannot prepare the database", err));
	return execute(db, sql__text("new.sql"), "new.sql", err);
}

/* Packet headers are private: the file is created by us, with mode 0600, before SQLite opens it. */
static int create_file(char name[PATH_MAX], const char *path, bool force, struct trace_error *err)
{
	int fd;

	TRY(check_target(path, force, err));
	fd = unfinished__create(name, path, err);
	TRY(fd);
	close(fd);
	return 0;
}

int store__create(struct sqlite3 **db, const char *path, bool force, struct trace_error *err)
{
	char name[PATH_MAX] = ""; /* to SQLite: a temporary database */
	int code;

	*db = NULL;
	if (path)
		TRY(create_file(name, path, force, err));
	code = open_db(db, name, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err);
	if (!code)
		code = set_up(*db, err);
	if (code) {
		sqlite3_close(*db);
		*db = NULL;
		if (path)
			unfinished__discard(name);
	}
	return code;
}

int store__keep(struct sqlite3 *db, const char *path, struct trace_error *err)
{
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "%s", sqlite3_db_filename(db, "main"));
	if (sqlite3_close(db) != SQLITE_OK) {
		unfinished__discard(name);
		return trace_error__set(err, -EIO, "cannot close %s: a statement is still in use", name);
	}
	return unfinished__keep(name, path, err);
}

void store__discard(struct sqlite3 *db)
{
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "%s", sqlite3_db_filename(db, "main"));
	sqlite3_close(db);
	if (*name)
		unfinished__discard(name);
}

/* VACUUM INTO takes an empty file for one that is not there. */
int store__save(struct sqlite3 *db, const char *path, bool force, struct trace_error *err)
{
	char name[PATH_MAX];
	sqlite3_stmt *stmt = NULL;
	int code;

	TRY(create_file(name, path, force, err));
	code = sqlite3_prepare_v2(db, "VACUUM INTO ?", -1, &stmt, NULL);
	if (code == SQLITE_OK) {
		sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
		code = sqlite3_step(stmt);
	}
	if (code != SQLITE_DONE) {
		code = trace_error__set(err, errno_of(code), "cannot write %s: %s", path,
					(code & 0xff) == SQLITE_FULL ? STORE_FULL : sqlite3_errmsg(db));
		unfinished__discard(name);
	}
	sqlite3_finalize(stmt);
	return code < 0 ? code : unfinished__keep(name, path, err);
}

bool store__is_database(const char *path)
{
	static const char magic[16] = "SQLite format 3";
	char head[sizeof(magic)];
	struct stat st;
	/* What is read from a pipe here is gone. */
	int fd = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	bool is = fd >= 0 && read(fd, head, sizeof(head)) == sizeof(head) && memcmp(head, magic, sizeof(magic)) == 0;

	if (fd >= 0)
		close(fd);
	return is;
}

/* Its version, or an error when this program must not use it. */
static int check_ours(struct sqlite3 *db, const char *path, struct trace_error *err)
{
	long id = pragma(db, "PRAGMA application_id"), version = pragma(db, "PRAGMA user_version");

	if (id < 0 || version < 0)
		return trace_error__set(err, -EBADMSG, "%s is damaged or no SQLite database; analyze the trace again", path);
	if (id != STORE_APPLICATION_ID || version == 0)
		return trace_error__set(err, -EBADMSG, "%s is a database, but not one that netanalyze made", path);
	if (version > newest_version())
		return trace_error__set(err, -EPROTONOSUPPORT,
					"%s was made by a newer netanalyze (version %ld, this one knows %d); use that, or "
					"analyze the trace again", path, version, newest_version());
	return version;
}

static int upgrade(const char *path, int version, struct trace_error *err)
{
	struct sqlite3 *db;
	int code = open_db(&db, path, SQLITE_OPEN_READWRITE, err);

	if (code)
		return code;
	code = execute(db, "BEGIN IMMEDIATE", path, err);
	if (!code)
		code = migrate(db, version, err);
	if (!code)
		code = execute(db, "COMMIT", path, err);
	sqlite3_close(db);
	return code;
}

int store__open(struct sqlite3 **db, const char *path, struct trace_error *err)
{
	int version;

	*db = NULL;
	if (access(path, R_OK))
		return trace_error__set(err, -errno, "cannot open %s: %s", path, strerror(errno));
	if (!store__is_database(path))
		return trace_error__set(err, -EBADMSG, "%s is no SQLite database", path);
	TRY(open_db(db, path, SQLITE_OPEN_READONLY, err));
	sqlite3_db_config(*db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL); /* somebody else may have made the file */
	version = check_ours(*db, path, err);
	if (version >= 0 && version < newest_version()) {
		int code = upgrade(path, version, err);

		version = code ? code : newest_version();
	}
	if (version < 0) {
		sqlite3_close(*db);
		*db = NULL;
		return version;
	}
	return 0;
}
