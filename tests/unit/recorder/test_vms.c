/*
 * test_vms.c: what is taken from the command line of a virtual machine, and what is not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "recorder/vms.h"

#define COMMAND(text) text, sizeof(text) - 1

static char name[128], args[VMS_ARGS];

static void test_qemu(void **state)
{
	(void)state;
	vms__read_command(COMMAND("qemu-system-x86_64\0-name\0guest=web,debug-threads=on\0-smp\0" "4\0-object\0secret,data=x\0"
				  "-netdev\0tap,id=n,vhost=on,queues=4\0-device\0virtio-net-pci,netdev=n,mq=on\0-device\0virtio-blk-pci,drive=d\0"),
			  name, args);
	assert_string_equal(name, "web");
	assert_string_equal(args, "-smp 4 -netdev tap,id=n,vhost=on,queues=4 -device virtio-net-pci,netdev=n,mq=on");
}

/* As libvirt writes it. */
static void test_json(void **state)
{
	(void)state;
	vms__read_command(COMMAND("/usr/bin/qemu-kvm\0-name\0db\0-netdev\0{\"type\":\"tap\",\"fds\":\"31:33\"}\0"
				  "-device\0{\"driver\":\"virtio-net-pci\",\"mq\":true}\0-vnc\0" "127.0.0.1:0,password=on\0"),
			  name, args);
	assert_string_equal(name, "db");
	assert_string_equal(args, "-netdev {\"type\":\"tap\",\"fds\":\"31:33\"} -device {\"driver\":\"virtio-net-pci\",\"mq\":true}");
}

static void test_odd(void **state)
{
	static char many[20000];
	size_t len = 0;

	(void)state;
	vms__read_command(COMMAND(""), name, args);
	assert_string_equal(name, "");
	assert_string_equal(args, "");
	vms__read_command(COMMAND("qemu\0-netdev\0"), name, args); /* without its value */
	assert_string_equal(args, "");
	while (len < sizeof(many) - 32) {
		memcpy(many + len, "-netdev\0tap,id=nnnnn", 21);
		len += 21;
	}
	vms__read_command(many, len, name, args); /* more than there is room for */
	assert_int_equal(strlen(args), VMS_ARGS - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_qemu),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_odd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
