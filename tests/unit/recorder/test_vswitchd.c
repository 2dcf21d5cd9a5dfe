/*
 * test_vswitchd.c: what ovs-vswitchd and ovsdb-server answer, and what gets into the trace of it; answers of 3.1.0.
 *
 * Their sockets are made here: glob() looks for them in a directory of the test's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glob.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "format/reader.h"
#include "recorder/openvswitch.h"

static char dir[] = "/tmp/test_vswitchd_XXXXXX", trace_path[64], told[1024];

/* A daemon that gives one answer to whoever asks, in two pieces, and leaves the socket open. */
struct daemon {
	const char *socket, *answer;
	int fd, client;
	pthread_t thread;
};

int __real_glob(const char *pattern, int flags, int (*error)(const char *, int), glob_t *g);
int __wrap_glob(const char *pattern, int flags, int (*error)(const char *, int), glob_t *g);

int __wrap_glob(const char *pattern, int flags, int (*error)(const char *, int), glob_t *g)
{
	char own[128];

	snprintf(own, sizeof(own), "%s%s", dir, strrchr(pattern, '/'));
	return __real_glob(own, flags, error, g);
}

static void *serve(void *arg)
{
	struct daemon *d = arg;
	size_t half = strlen(d->answer) / 2;
	char request[512];

	d->client = accept(d->fd, NULL, NULL);
	if (recv(d->client, request, sizeof(request), 0) > 0 && send(d->client, d->answer, half, MSG_NOSIGNAL) >= 0) {
		usleep(1000);
		send(d->client, d->answer + half, strlen(d->answer + half), MSG_NOSIGNAL);
	}
	return NULL;
}

static void start(struct daemon *d)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(a.sun_path, sizeof(a.sun_path), "%s/%s", dir, d->socket);
	d->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(d->fd, (void *)&a, sizeof(a)), 0);
	assert_int_equal(listen(d->fd, 1), 0);
	assert_int_equal(pthread_create(&d->thread, NULL, serve, d), 0);
}

static void stop(struct daemon *d)
{
	char path[128];

	pthread_join(d->thread, NULL);
	close(d->client);
	close(d->fd);
	snprintf(path, sizeof(path), "%s/%s", dir, d->socket);
	unlink(path);
}

static void note(const struct rec *rec)
{
	static char *names[64];
	size_t len = strlen(told), left = sizeof(told) - len;

	if (rec->type == REC_string) {
		const struct rec_string *s = (const void *)rec;

		names[s->id % 64] = realloc(names[s->id % 64], s->text.len + 1);
		snprintf(names[s->id % 64], s->text.len + 1, "%.*s", (int)s->text.len, s->text.s);
	} else if (rec->type == REC_config) {
		const struct rec_config *c = (const void *)rec;

		snprintf(told + len, left, "%.*s=%.*s;", (int)c->key.len, c->key.s, (int)c->value.len, c->value.s);
	} else if (rec->type == REC_counter) {
		const struct rec_counter *c = (const void *)rec;

		snprintf(told + len, left, "%s %llu;", names[c->name % 64] ?: "?", c->value);
	}
}

static void read_trace(void)
{
	struct trace_rows rows = { 0 };
	struct trace *t;
	char file[96];

	assert_int_equal(trace__open(&t, trace_path, NULL), 0);
	told[0] = 0;
	for (int definitions = 1; definitions >= 0; definitions--)
		for (size_t b = 0; b < trace__n_blocks(t); b++) {
			if (!(trace__block(t, b)->flags & BLOCK_DEFINITIONS) != !definitions)
				continue;
			assert_int_equal(trace__decode(t, b, &rows, NULL), 0);
			for (size_t i = 0; i < rows.n; i++)
				note(trace_rows__at(&rows, i));
		}
	trace_rows__free(&rows);
	trace__close(t);
	snprintf(file, sizeof(file), "%s/000000.nrs", trace_path);
	unlink(file);
	rmdir(trace_path);
}

/* What the trace has of it when these are the answers; NULL: nobody is there. */
static const char *ask(const char *coverage, const char *settings)
{
	struct daemon daemons[] = { { .socket = "ovs-vswitchd.1.ctl", .answer = coverage },
				    { .socket = "db.sock", .answer = settings } };
	const struct trace_writer_opts opts = { .n_cpus = 1 };
	struct procfs *p = procfs__new();
	struct sink s = { 0 };

	snprintf(trace_path, sizeof(trace_path), "%s/t.nrec", dir);
	assert_non_null(p);
	assert_int_equal(sink__open(&s, trace_path, &opts, NULL), 0);
	for (int i = 0; i < 2; i++)
		if (daemons[i].answer)
			start(&daemons[i]);
	openvswitch__ask_daemon(p, &s);
	for (int i = 0; i < 2; i++)
		if (daemons[i].answer)
			stop(&daemons[i]);
	assert_int_equal(sink__close(&s, NULL), 0);
	procfs__free(p);
	read_trace();
	return told;
}

static void test_answers(void **state)
{
	(void)state;
	assert_string_equal(
		ask("{\"id\":0,\"result\":\"Event coverage, avg rate over last: 5 seconds, last minute, last hour,  hash=29a80405:\\n"
		    "bridge_reconfigure         0.0/sec     0.000/sec        0.0000/sec   total: 1\\n"
		    "util_xalloc                0.0/sec     0.000/sec        0.0000/sec   total: 18446744073709551615\\n"
		    "105 events never hit\\n\",\"error\":null}",
		    "{\"id\":0,\"result\":[{\"rows\":[{\"other_config\":[\"map\",[[\"n-handler-threads\",\"2\"],[\"pmd\",\"a\\\"b\\\\c\"]]],"
		    "\"ovs_version\":\"3.1.0\"}]}],\"error\":null}"),
		"ovs.coverage=known;ovs.other_config.n-handler-threads=2;ovs.other_config.pmd=a\"b\\c;ovs.version=3.1.0;"
		"ovs.settings=known;ovs.coverage.bridge_reconfigure 1;ovs.coverage.util_xalloc 18446744073709551615;");
}

static void test_unset(void **state)
{
	(void)state;
	assert_string_equal(ask("{\"id\":0,\"result\":\"\",\"error\":null}",
				"{\"id\":0,\"result\":[{\"rows\":[{\"other_config\":[\"map\",[]],\"ovs_version\":[\"set\",[]]}]}]}"),
			    "ovs.coverage=known;ovs.settings=known;");
}

/* A refusal is no answer, and that is said. */
static void test_refused(void **state)
{
	(void)state;
	assert_string_equal(ask("{\"id\":0,\"error\":\"\\\"coverage/show\\\" is not a valid command\\n\"}",
				"{\"id\":0,\"result\":[{\"details\":\"ovs_version is not a valid column name\",\"error\":\"syntax error\"}],"
				"\"error\":null}"),
			    "ovs.coverage=Bad message;ovs.settings=Bad message;");
}

static void test_silent(void **state)
{
	(void)state;
	assert_string_equal(ask(NULL, "{\"id\":0,\"result\":["),
			    "ovs.coverage=No such file or directory;ovs.settings=Connection timed out;");
}

static int begin(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_unset),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_silent),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
