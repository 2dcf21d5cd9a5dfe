/*
 * test_stop.c: the order in which a recording is stopped.
 *
 * The functions that stop something are replaced by the linker (Makefile): these here note that they were called.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define record__main record__main_of_this_test
#include "recorder/record_cmd.c" /* its stop() */

static char calls[256];

static void note(const char *what)
{
	strcat(calls, what);
	strcat(calls, " ");
}

#define REPLACED(function, type) \
	void __wrap_##function(type *x); \
	void __wrap_##function(type *x) \
	{ \
		(void)x; \
		note(#function); \
	}

REPLACED(attach__stop, struct attach)
REPLACED(attach__settle, struct attach)
REPLACED(sampler__stop, struct sampler)
REPLACED(sampler__finish, struct sampler)
REPLACED(drain__stop, struct drain)
REPLACED(command__stop, struct command)

/*
 * Recording ends at once; nobody attaches programs any more when those that are attached are looked at; the last
 * snapshot is taken when no program runs any more, and the rings are read last.
 */
static void in_order(void **state)
{
	static char anything;
	struct recording r = { .attach = (void *)&anything, .sampler = (void *)&anything, .drain = (void *)&anything };

	(void)state;
	calls[0] = 0;
	stop(&r);
	assert_string_equal(calls, "attach__stop sampler__stop attach__settle sampler__finish drain__stop "
				   "command__stop ");
}

/* The sampler was opened, but the drain could not be started: there is nobody to write what a snapshot says. */
static void half_started(void **state)
{
	static char anything;
	struct recording r = { .attach = (void *)&anything, .sampler = (void *)&anything };

	(void)state;
	calls[0] = 0;
	stop(&r);
	assert_string_equal(calls, "attach__stop sampler__stop attach__settle command__stop ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(half_started),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
