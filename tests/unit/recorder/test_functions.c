/* test_functions.c: which of a kernel's symbols stands for a function. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "recorder/functions.h"

static char path[] = "/tmp/test_functions_XXXXXX";

static const char SYMBOLS[] = "0000000000000000 T ip_rcv\n"
			      "0000000000000000 t ip_rcv_core\n"
			      "0000000000000000 t split.part.0\n"
			      "0000000000000000 t split.constprop.0\n"
			      "0000000000000000 t split.isra.0\n"
			      "0000000000000000 t cold_only.cold\n"
			      "0000000000000000 t cold_only.isra.0.cold\n"
			      "0000000000000000 t both.isra.3\n"
			      "0000000000000000 t both\n"
			      "0000000000000000 d not_code\n"
			      "0000000000000000 t ovs_dp_upcall\t[openvswitch]\n"
			      "0000000000000000 t of_bpf\t[bpf]\n"
			      "garbage\n"
			      "0000000000000000 t\n";

static const char *const NAMES[] = { "split", "ip_rcv",   "cold_only",     "both",   "not_code",
				     "absent", "ip_rcv", "ovs_dp_upcall", "of_bpf" };

static void prefers_the_whole_function(void **state)
{
	struct kernel_btf *btf;
	struct functions *f;
	struct trace_error err;

	(void)state;
	if (kernel_btf__open(&btf, NULL) < 0)
		skip(); /* no type information on this machine */
	assert_int_equal(functions__open(&f, path, NAMES, sizeof(NAMES) / sizeof(NAMES[0]), btf, &err), 0);
	assert_string_equal(functions__find(f, "ip_rcv")->symbol, "ip_rcv");
	assert_string_equal(functions__find(f, "ip_rcv")->module, "");
	assert_true(functions__find(f, "ip_rcv")->type > 0);
	assert_string_equal(functions__find(f, "split")->symbol, "split.isra.0");
	assert_int_equal(functions__find(f, "split")->type, -ENOENT);
	assert_string_equal(functions__find(f, "both")->symbol, "both");
	assert_string_equal(functions__find(f, "ovs_dp_upcall")->module, "openvswitch");
	assert_null(functions__find(f, "cold_only"));
	assert_null(functions__find(f, "not_code"));
	assert_null(functions__find(f, "absent"));
	assert_null(functions__find(f, "never asked for"));
	assert_null(functions__find(NULL, "ip_rcv"));
	functions__close(f);
	assert_int_equal(functions__open(&f, "/nonexistent", NAMES, 1, btf, &err), -2);
	assert_non_null(strstr(err.text, "/nonexistent"));
	kernel_btf__close(btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(prefers_the_whole_function) };
	int fd = mkstemp(path), ret;

	if (fd < 0 || write(fd, SYMBOLS, sizeof(SYMBOLS) - 1) < 0)
		return 1;
	close(fd);
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return ret;
}
