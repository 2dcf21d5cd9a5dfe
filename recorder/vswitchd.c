/*
 * vswitchd.c: ovs-vswitchd and its database, asked through their control sockets (openvswitch.h).
 *
 * Both speak JSON-RPC, which SQLite reads for us. Each question has TIMEOUT_MS in all: a daemon that hangs
 * is what a recording may be about.
 */
#include <errno.h>
#include <glob.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sqlite3.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "openvswitch.h"

enum { TIMEOUT_MS = 300, ANSWER = 256 * 1024 };

static const char coverage_request[] = "{\"id\":0,\"method\":\"coverage/show\",\"params\":[]}";
static const char settings_request[] =
	"{\"id\":0,\"method\":\"transact\",\"params\":[\"Open_vSwitch\",{\"op\":\"select\",\"table\":\"Open_vSwitch\",\"where\":[],"
	"\"columns\":[\"other_config\",\"ovs_version\"]}]}";

/* One per line of its answer: "dpif_execute   0.0/sec 0.1/sec 0.0/sec   total: 12". */
static const char coverage_sql[] =
	"WITH RECURSIVE t(line, rest) AS (SELECT '', json_extract(?1, '$.result') || char(10) UNION ALL "
	"SELECT substr(rest, 1, instr(rest, char(10)) - 1), substr(rest, instr(rest, char(10)) + 1) FROM t WHERE rest <> '') "
	"SELECT 'ovs.coverage.' || substr(line, 1, instr(line, ' ') - 1), CAST(substr(line, instr(line, 'total: ') + 7) AS INTEGER) "
	"FROM t WHERE line LIKE '%/sec %total: %'";
static const char settings_sql[] =
	"SELECT 'ovs.other_config.' || json_extract(value, '$[0]'), json_extract(value, '$[1]') "
	"FROM json_each(?1, '$.result[0].rows[0].other_config[1]') "
	"UNION ALL SELECT 'ovs.version', json_extract(?1, '$.result[0].rows[0].ovs_version') "
	"WHERE json_type(?1, '$.result[0].rows[0].ovs_version') = 'text'";

/* Is this a whole JSON object? */
static bool is_whole(const char *text, size_t len)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (quoted && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
		else if (!quoted)
			depth += (text[i] == '{') - (text[i] == '}');
	}
	return len && !quoted && !depth;
}

static int receive(int fd, char *answer)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	__u64 until = now_ns() + TIMEOUT_MS * 1000000ull, now;
	size_t len = 0;
	ssize_t n;

	while ((now = now_ns()) < until && len < ANSWER - 1) {
		if (poll(&p, 1, (until - now) / 1000000 + 1) <= 0)
			continue;
		n = recv(fd, answer + len, ANSWER - 1 - len, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return n ? -errno : -ECONNRESET;
		len += n > 0 ? n : 0;
		answer[len] = 0;
		if (is_whole(answer, len))
			return 0;
	}
	return -ETIMEDOUT;
}

static int ask(const char *path, const char *request, char *answer)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), ret;

	if (fd < 0)
		return -errno;
	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	if (connect(fd, (void *)&to, sizeof(to)) || send(fd, request, strlen(request), MSG_NOSIGNAL) != (ssize_t)strlen(request))
		ret = errno ? -errno : -EIO;
	else
		ret = receive(fd, answer);
	close(fd);
	return ret;
}

typedef void (*row_fn)(struct procfs *p, struct sink *s, sqlite3_stmt *row);

/* Names and values that the query finds in the answer. */
static int each(struct procfs *p, struct sink *s, const char *sql, const char *answer, row_fn fn)
{
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = NULL;
	int ret = -EBADMSG;

	if (sqlite3_open(":memory:", &db) == SQLITE_OK && sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK) {
		sqlite3_bind_text(stmt, 1, answer, -1, SQLITE_STATIC);
		while ((ret = sqlite3_step(stmt)) == SQLITE_ROW)
			if (sqlite3_column_text(stmt, 0) && sqlite3_column_text(stmt, 1)) {
				sink__lock(s);
				fn(p, s, stmt);
				sink__unlock(s);
			}
		ret = ret == SQLITE_DONE ? 0 : -EBADMSG;
	}
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return ret;
}

static void take_coverage(struct procfs *p, struct sink *s, sqlite3_stmt *row)
{
	procfs__counter(p, s, 0, (const char *)sqlite3_column_text(row, 0), sqlite3_column_int64(row, 1), true);
}

static void take_setting(struct procfs *p, struct sink *s, sqlite3_stmt *row)
{
	(void)p;
	sink__config(s, (const char *)sqlite3_column_text(row, 0), "%s", (const char *)sqlite3_column_text(row, 1));
}

struct question {
	const char *what, *sockets, *request, *sql;
	row_fn fn;
};

static void ask_one(struct procfs *p, struct sink *s, const struct question *q, char *answer)
{
	glob_t found = { 0 };
	char key[64];
	int ret = -ENOENT;

	if (!glob(q->sockets, GLOB_BRACE, NULL, &found))
		for (size_t i = 0; i < found.gl_pathc && ret; i++) {
			ret = ask(found.gl_pathv[i], q->request, answer);
			if (!ret)
				ret = each(p, s, q->sql, answer, q->fn);
		}
	globfree(&found);
	snprintf(key, sizeof(key), "ovs.%s", q->what);
	sink__lock(s);
	sink__config(s, key, "%s", ret ? strerror(-ret) : "known");
	sink__unlock(s);
}

void openvswitch__ask_daemon(struct procfs *p, struct sink *s)
{
	static const struct question questions[] = {
		{ "coverage", "{/run,/var/run,/usr/local/var/run}/openvswitch/ovs-vswitchd.*.ctl", coverage_request, coverage_sql,
		  take_coverage },
		{ "settings", "{/run,/var/run,/usr/local/var/run}/openvswitch/db.sock", settings_request, settings_sql, take_setting },
	};
	char *answer = malloc(ANSWER);

	for (int i = 0; answer && i < 2; i++)
		ask_one(p, s, &questions[i], answer);
	free(answer);
}
