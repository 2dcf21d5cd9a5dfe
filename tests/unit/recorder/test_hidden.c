/* test_hidden.c: threads of /proc that a walk leaves out are found, those it reports and those that ended are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "recorder/hidden.h"

static pid_t child(void)
{
	pid_t pid = fork();

	if (!pid) {
		pause();
		_exit(0);
	}
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void those_left_out_are_named(void **state)
{
	pid_t left_out = child(), reported = child(), ended = child();
	char text[65536], name[32];
	struct hidden *h = hidden__begin();

	(void)state;
	assert_non_null(h);
	for (unsigned tid = 1; tid < 1 << 22; tid++)
		if (tid != (unsigned)left_out && tid != (unsigned)ended)
			hidden__seen(h, tid);
	end(ended);
	assert_int_equal(hidden__end(h, text, sizeof(text)), 1);
	snprintf(name, sizeof(name), "test_hidden/%d", left_out);
	assert_string_equal(text, name);
	hidden__free(h);
	end(left_out);
	end(reported);
}

/* Without any report everybody is left out, netrec itself excepted; the text keeps to its size. */
static void text_is_bounded(void **state)
{
	struct hidden *h = hidden__begin();
	char text[64], self[32];
	unsigned n;

	(void)state;
	memset(text, 'x', sizeof(text));
	n = hidden__end(h, text, sizeof(text));
	assert_true(n > 1);
	assert_true(strlen(text) < sizeof(text));
	snprintf(self, sizeof(self), "/%d", getpid());
	assert_null(strstr(text, self));
	hidden__free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_left_out_are_named),
		cmocka_unit_test(text_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
