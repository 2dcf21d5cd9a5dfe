/* test_namespaces.c: a namespace is opened by its path only as long as the path leads to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recorder/namespaces.h"

static __u32 inode(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_ino;
}

/* As when the process of /proc/PID/ns/net ended after the scan, and one elsewhere got its number. */
static void path_leads_elsewhere(void **state)
{
	char name[] = "/tmp/test_namespaces_XXXXXX", path[64];
	struct namespace ns = { .inum = inode("/proc/self/ns/net") };
	int fd;

	(void)state;
	assert_non_null(mkdtemp(name));
	snprintf(path, sizeof(path), "%s/net", name);
	snprintf(ns.path, sizeof(ns.path), "%s", path);
	assert_int_equal(namespaces__file(&ns), -ENOENT);
	assert_int_equal(symlink("/proc/self/ns/net", path), 0);
	fd = namespaces__file(&ns);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/proc/self/ns/uts", path), 0);
	assert_int_equal(namespaces__file(&ns), -ENOENT);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(name), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(path_leads_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
