/* test_cgroups.c: which CPU quota a cgroup is under, from directories like those of both versions of cgroups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>
#include "recorder/cgroups.h"

static char root[] = "/tmp/netrec-cgroups-XXXXXX", told[4096];

static void make(const char *path)
{
	char full[256];

	snprintf(full, sizeof(full), "%s/%s", root, path);
	assert_int_equal(mkdir(full, 0700), 0);
}

static void put(const char *path, const char *text)
{
	char full[256];
	FILE *f;

	snprintf(full, sizeof(full), "%s/%s", root, path);
	f = fopen(full, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void tell(void *arg, __u64 id, const char *path, const char *limited, const struct cpu_quota *q)
{
	char full[512];
	struct stat st;

	(void)arg;
	snprintf(full, sizeof(full), "%s%s", root, path);
	assert_int_equal(stat(full, &st), 0);
	assert_int_equal(st.st_ino, id);
	snprintf(told + strlen(told), sizeof(told) - strlen(told), "%s %s %llu/%llu %llu/%llu %llu;", path, limited, q->quota,
		 q->period, q->throttled, q->periods, q->time);
}

static void walk(bool unified)
{
	told[0] = '\0';
	cgroups__walk(root, unified, tell, NULL);
}

static int begin(void **state)
{
	(void)state;
	memcpy(root + sizeof(root) - 7, "XXXXXX", 6);
	return mkdtemp(root) ? 0 : -1;
}

static int end(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

/* Of its own quota and those above, the one that throttled longest. */
static void test_unified(void **state)
{
	(void)state;
	put("cpu.stat", "usage_usec 1\n");
	make("free");
	put("free/cpu.max", "max 100000\n");
	make("pod");
	put("pod/cpu.max", "20000 100000\n");
	put("pod/cpu.stat", "usage_usec 5\nnr_periods 50\nnr_throttled 40\nthrottled_usec 3000\n");
	make("pod/a");
	put("pod/a/cpu.max", "50000 100000\n");
	put("pod/a/cpu.stat", "nr_periods 9\nnr_throttled 1\nthrottled_usec 10\n");
	walk(true);
	assert_string_equal(told, "/pod /pod 20000000/100000000 40/50 3000000;/pod/a /pod 20000000/100000000 40/50 3000000;");
	put("pod/a/cpu.stat", "nr_periods 9\nnr_throttled 8\nthrottled_usec 9000");
	walk(true);
	assert_string_equal(told, "/pod /pod 20000000/100000000 40/50 3000000;/pod/a /pod/a 50000000/100000000 8/9 9000000;");
}

static void test_version_1(void **state)
{
	(void)state;
	put("cpu.cfs_quota_us", "-1\n");
	put("cpu.cfs_period_us", "100000\n");
	make("a");
	put("a/cpu.cfs_quota_us", "10000\n");
	put("a/cpu.cfs_period_us", "50000\n");
	put("a/cpu.stat", "nr_periods 7\nnr_throttled 3\nthrottled_time 1234\n");
	walk(false);
	assert_string_equal(told, "/a /a 10000000/50000000 3/7 1234;");
}

/* What the files should not say, what is missing, and what is no directory. */
static void test_odd(void **state)
{
	(void)state;
	make("a");
	put("a/cpu.max", "-5 100000\n");
	make("b");
	put("b/cpu.max", "5 0\n");
	make("c");
	put("c/cpu.max", "");
	make("d");
	put("d/cpu.max", "5 5\n");
	walk(true);
	assert_string_equal(told, "/d /d 5000/5000 0/0 0;");
	told[0] = '\0';
	cgroups__walk("/nowhere", true, tell, NULL);
	assert_string_equal(told, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_unified, begin, end),
		cmocka_unit_test_setup_teardown(test_version_1, begin, end),
		cmocka_unit_test_setup_teardown(test_odd, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
