/* test_procfs.c: counters are told when they have changed, whichever lines were looked at, and all of a new namespace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "format/reader.h"
#include "recorder/procfs.h"

enum { ROUNDS = 25, NETNS = 7 };

/* One counter more of this process's namespace, at least. */
static void send_datagram(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	(void)sendto(fd, "", 1, 0, (struct sockaddr *)&to, sizeof(to));
	close(fd);
}

struct told {
	char name[64];
	__u32 id;
	unsigned rows, changes;
	__u64 last;
};

static void see(struct told *t, size_t n, const struct rec *rec)
{
	const struct rec_counter *c = (const void *)rec;
	const struct rec_string *d = (const void *)rec;

	for (size_t i = 0; i < n; i++) {
		if (rec->type == REC_string && d->text.len == strlen(t[i].name) &&
		    !memcmp(d->text.s, t[i].name, d->text.len))
			t[i].id = d->id;
		if (rec->type == REC_counter && c->name == t[i].id && c->netns == NETNS) {
			t[i].changes += c->value != t[i].last;
			t[i].last = c->value;
			t[i].rows++;
		}
	}
}

static void read_told(const char *path, struct told *t, size_t n)
{
	struct trace_rows rows = { 0 };
	struct trace *trace;

	assert_int_equal(trace__open(&trace, path, NULL), 0);
	for (size_t b = 0; b < trace__n_blocks(trace); b++) {
		assert_int_equal(trace__decode(trace, b, &rows, NULL), 0);
		for (size_t i = 0; i < rows.n; i++)
			see(t, n, trace_rows__at(&rows, i));
	}
	trace_rows__free(&rows);
	trace__close(trace);
}

static void round_of(struct procfs *p, struct sink *s, bool there)
{
	procfs__begin_round(p);
	if (there)
		(void)procfs__sample_netns(p, s, NETNS, false);
}

static void run(void (*fn)(struct procfs *p, struct sink *s), struct told *t, size_t n)
{
	char dir[] = "/tmp/test_procfs_XXXXXX", path[64], remove[96];
	struct trace_writer_opts opts = { .n_cpus = 1 };
	struct procfs *p = procfs__new();
	struct sink s;

	assert_non_null(p);
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/t.nrec", dir);
	assert_int_equal(sink__open(&s, path, &opts, NULL), 0);
	fn(p, &s);
	procfs__free(p);
	assert_int_equal(sink__close(&s, NULL), 0);
	read_told(path, t, n);
	snprintf(remove, sizeof(remove), "rm -rf %s", dir);
	assert_int_equal(system(remove), 0);
}

static void send_and_sample(struct procfs *p, struct sink *s)
{
	for (int i = 0; i < ROUNDS; i++) {
		send_datagram();
		round_of(p, s, true);
	}
}

static void test_changes(void **state)
{
	struct told t[] = { { .name = "udp.OutDatagrams" }, { .name = "ip.DefaultTTL" }, { .name = "ipext.OutOctets" } };

	(void)state;
	run(send_and_sample, t, 3);
	assert_int_equal(t[0].rows, ROUNDS);
	assert_int_equal(t[0].changes, ROUNDS);
	assert_int_equal(t[1].rows, 1); /* its line changes, it does not */
	assert_int_equal(t[2].changes, ROUNDS);
}

static void send_now_and_then(struct procfs *p, struct sink *s)
{
	for (int i = 0; i < ROUNDS; i++) {
		if (i % 4 == 3)
			send_datagram();
		round_of(p, s, true);
	}
}

/* What a line says that was not looked at meanwhile is known all the same. */
static void test_quiet_rounds(void **state)
{
	struct told t[] = { { .name = "udp.OutDatagrams" }, { .name = "ip.DefaultTTL" } };

	(void)state;
	run(send_now_and_then, t, 2);
	assert_true(t[0].changes >= ROUNDS / 4);
	assert_int_equal(t[1].rows, 1);
}

static void leave_and_return(struct procfs *p, struct sink *s)
{
	for (int i = 0; i < ROUNDS; i++)
		round_of(p, s, true);
	round_of(p, s, false);
	for (int i = 0; i < ROUNDS; i++)
		round_of(p, s, true);
}

/* Another namespace may have the same number, and the same numbers in its files. */
static void test_another_namespace(void **state)
{
	struct told t[] = { { .name = "ip.DefaultTTL" }, { .name = "ip6.InTooBigErrors" } };

	(void)state;
	run(leave_and_return, t, 2);
	assert_int_equal(t[0].rows, 2);
	assert_true(!t[1].id || t[1].rows == 2); /* where there is no IPv6 there is no such counter */
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_changes), cmocka_unit_test(test_quiet_rounds),
					     cmocka_unit_test(test_another_namespace) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
