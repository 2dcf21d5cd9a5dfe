/* test_affinity.c: threads are told once and when something changed, and forgotten when they have ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "format/reader.h"
#include "recorder/affinity.h"

enum { CHILDREN = 40 };

static pid_t start_child(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (pid == 0)
		pause();
	return pid;
}

static void end_child(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void look(struct affinity *a, struct sink *s, __u32 tid, __u32 tgid)
{
	sink__lock(s);
	affinity__look(a, s, tid, tgid);
	sink__unlock(s);
}

static unsigned count_rows(const char *path, __u32 tid)
{
	struct trace_rows rows = { 0 };
	struct trace *t;
	unsigned n = 0;

	assert_int_equal(trace__open(&t, path, NULL), 0);
	for (size_t b = 0; b < trace__n_blocks(t); b++) {
		assert_int_equal(trace__decode(t, b, &rows, NULL), 0);
		for (size_t i = 0; i < rows.n; i++) {
			const struct rec_affinity *r = (const void *)trace_rows__at(&rows, i);

			n += r->rec.type == REC_affinity && (!tid || r->tid == tid);
		}
	}
	trace_rows__free(&rows);
	trace__close(t);
	return n;
}

static void test_ended(void **state)
{
	char dir[] = "/tmp/test_affinity_XXXXXX", path[64], remove[96];
	struct trace_writer_opts opts = { .n_cpus = 1 };
	struct sched_param none = { 0 };
	struct affinity *a = affinity__new();
	pid_t child[CHILDREN];
	struct sink s;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/t.nrec", dir);
	assert_int_equal(sink__open(&s, path, &opts, NULL), 0);
	for (int i = 0; i < CHILDREN; i++) {
		child[i] = start_child();
		look(a, &s, child[i], child[i]);
		look(a, &s, child[i], child[i]);
	}
	look(a, &s, 0, 0); /* to system calls 0 is the caller */
	affinity__look_again(a, &s);
	assert_int_equal(affinity__n(a), CHILDREN);
	for (int i = 0; i < CHILDREN; i++)
		if (i != 7)
			end_child(child[i]);
	affinity__look_again(a, &s);
	assert_int_equal(affinity__n(a), 1);
	assert_int_equal(sched_setscheduler(child[7], SCHED_BATCH, &none), 0);
	affinity__look_again(a, &s);
	look(a, &s, child[7], getpid()); /* as if another thread had its number */
	end_child(child[7]);
	affinity__look_again(a, &s);
	assert_int_equal(affinity__n(a), 0);
	affinity__free(a);
	assert_int_equal(sink__close(&s, NULL), 0);
	assert_int_equal(count_rows(path, 0), CHILDREN + 2);
	assert_int_equal(count_rows(path, child[7]), 3);
	snprintf(remove, sizeof(remove), "rm -rf %s", dir);
	assert_int_equal(system(remove), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_ended) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
