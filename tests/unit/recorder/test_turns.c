/* test_turns.c: who attaches goes before who detaches, and nobody waits without end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "recorder/turns.h"

#define LOCKED "/sys/kernel/btf/vmlinux"

static unsigned now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (unsigned)t.tv_sec * 1000 + (unsigned)t.tv_nsec / 1000000;
}

/* Could somebody else take it? */
static int is_free(int how)
{
	int fd = open(LOCKED, O_RDONLY), ret = flock(fd, how | LOCK_NB);

	close(fd);
	return ret == 0;
}

static void test_attaching_together(void **state)
{
	unsigned began = now_ms();
	int a = turn__attach(5000), b = turn__attach(5000);

	(void)state;
	assert_true(now_ms() - began < 5000);
	assert_false(is_free(LOCK_EX));
	turn__end(a);
	assert_false(is_free(LOCK_EX));
	turn__end(b);
	assert_true(is_free(LOCK_EX));
}

static void test_detaching_waits(void **state)
{
	int attach = turn__attach(0), detach;
	unsigned began = now_ms();

	(void)state;
	detach = turn__detach(30);
	assert_true(now_ms() - began >= 30); /* then it goes on without */
	turn__end(detach);
	turn__end(attach);
	detach = turn__detach(30);
	assert_false(is_free(LOCK_SH));
	turn__end(detach);
}

/* Between two of its turns somebody else gets one. */
static void test_attaching_gets_in(void **state)
{
	pid_t child = fork();
	unsigned began;
	int turn;

	(void)state;
	if (!child)
		for (;;) {
			turn = turn__detach(TURN_DETACH_MS);
			usleep(20000);
			turn__end(turn);
		}
	usleep(50000);
	began = now_ms();
	turn = turn__attach(10000);
	assert_true(now_ms() - began < 10000);
	assert_false(is_free(LOCK_EX));
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	turn__end(turn);
}

static void test_no_file(void **state)
{
	(void)state;
	turn__end(-1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attaching_together),
		cmocka_unit_test(test_detaching_waits),
		cmocka_unit_test(test_attaching_gets_in),
		cmocka_unit_test(test_no_file),
	};

	if (access(LOCKED, R_OK)) {
		puts("there is no " LOCKED);
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
