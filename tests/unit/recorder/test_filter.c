/* test_filter.c: capture filters: what is refused and why, and that nothing else in an object changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/shared.h"
#include "recorder/objects.h"
#include "recorder/capture_filter.h"
#include "recorder/translate.h"

enum { ROOM = 200 };

static struct bpf_insn out[ROOM];
static struct trace_error err;

static int translate_into(const struct classic_insn *prog, size_t n, size_t room)
{
	memset(&err, 0, sizeof(err));
	memset(out, 0xee, sizeof(out));
	return translate__classic(prog, n, 2, 64, out, room, &err);
}

#define TRANSLATE(...)                                                      \
	translate_into((const struct classic_insn[]){ __VA_ARGS__ },        \
		       sizeof((const struct classic_insn[]){ __VA_ARGS__ }) / sizeof(struct classic_insn), ROOM)

static void refused(int ret, const char *because)
{
	assert_int_equal(ret, -EINVAL);
	if (!strstr(err.text, because))
		fail_msg("\"%s\" is not in: %s", because, err.text);
}

/* What follows the program is never run, but the room is filled and ends in an exit. */
static void fills_the_room(void **state)
{
	(void)state;
	assert_int_equal(TRANSLATE({ BPF_RET | BPF_K, 0, 0, 1 }), 0);
	assert_int_equal(out[0].code, BPF_ALU | BPF_MOV | BPF_K);
	assert_int_equal(out[1].code, BPF_JMP | BPF_JNE | BPF_K);
	assert_int_equal(out[2 + out[1].off].code, BPF_JMP | BPF_JA);
	assert_int_equal(out[ROOM - 2].code, BPF_JMP | BPF_JA);
	assert_int_equal(out[ROOM - 2].off, 0);
	assert_int_equal(out[ROOM - 1].code, BPF_JMP | BPF_EXIT);
}

/* Every jump stays inside, and nothing is left that no path leads to. */
static void all_is_reached(void **state)
{
	bool reached[ROOM] = { true };

	(void)state;
	assert_int_equal(TRANSLATE({ BPF_LD | BPF_H | BPF_ABS, 0, 0, 12 }, { BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 0x800 },
				   { BPF_JMP | BPF_JA, 0, 0, 2 }, { BPF_ALU | BPF_DIV | BPF_X, 0, 0, 0 },
				   { BPF_RET | BPF_A, 0, 0, 0 }, { BPF_RET | BPF_K, 0, 0, 9 }), 0);
	for (int i = 0; i < ROOM; i++) {
		int class = BPF_CLASS(out[i].code), op = BPF_OP(out[i].code);

		assert_true(reached[i]);
		if ((class == BPF_JMP || class == BPF_JMP32) && op != BPF_EXIT && op != BPF_CALL) {
			assert_in_range(i + 1 + out[i].off, 0, ROOM - 1);
			reached[i + 1 + out[i].off] = true;
			if (op == BPF_JA)
				continue;
		}
		if ((class != BPF_JMP || op != BPF_EXIT) && i + 1 < ROOM)
			reached[i + 1] = true;
	}
}

static void wrong_programs(void **state)
{
	struct classic_insn many[ROOM];

	(void)state;
	refused(translate_into(NULL, 0, ROOM), "no instructions");
	refused(TRANSLATE({ BPF_LD | BPF_W | BPF_ABS, 0, 0, 0 }), "jumps out of the program");
	refused(TRANSLATE({ BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0 }, { BPF_RET | BPF_K, 0, 0, 0 }), "jumps out");
	refused(TRANSLATE({ BPF_LD | BPF_B | BPF_ABS, 0, 0, 6 }, { BPF_JMP | BPF_JA, 0, 0, -2 }), "protochain");
	refused(TRANSLATE({ BPF_LD | BPF_W | BPF_ABS, 0, 0, SKF_AD_OFF + SKF_AD_VLAN_TAG }, { BPF_RET | BPF_A, 0, 0, 0 }),
		"only headers can be asked for");
	refused(TRANSLATE({ BPF_LD | BPF_MEM, 0, 0, 16 }, { BPF_RET | BPF_A, 0, 0, 0 }), "instruction 0 of the compiled");
	refused(TRANSLATE({ BPF_ST, 0, 0, 99 }, { BPF_RET | BPF_A, 0, 0, 0 }), "unknown");
	refused(TRANSLATE({ BPF_ALU | BPF_DIV | BPF_K, 0, 0, 0 }, { BPF_RET | BPF_A, 0, 0, 0 }), "unknown");
	refused(TRANSLATE({ BPF_ALU | 0xf0, 0, 0, 0 }, { BPF_RET | BPF_A, 0, 0, 0 }), "unknown");
	refused(TRANSLATE({ BPF_JMP | 0x50, 0, 0, 0 }, { BPF_RET | BPF_A, 0, 0, 0 }), "unknown");
	refused(TRANSLATE({ BPF_LDX | BPF_H | BPF_ABS, 0, 0, 0 }, { BPF_RET | BPF_A, 0, 0, 0 }), "unknown");
	refused(TRANSLATE({ BPF_LD | BPF_DW | BPF_ABS, 0, 0, 0 }, { BPF_RET | BPF_A, 0, 0, 0 }), "unknown");
	refused(TRANSLATE({ BPF_MISC | 0x40, 0, 0, 0 }, { BPF_RET | BPF_A, 0, 0, 0 }), "unknown");
	refused(TRANSLATE({ BPF_RET | BPF_X, 0, 0, 0 }), "unknown");

	for (int i = 0; i < ROOM; i++)
		many[i] = (struct classic_insn){ BPF_MISC | BPF_TAX, 0, 0, 0 };
	many[ROOM - 1] = (struct classic_insn){ BPF_RET | BPF_A, 0, 0, 0 };
	assert_int_equal(translate_into(many, ROOM, ROOM), -E2BIG);
	if (!strstr(err.text, "too long: 214 instructions where there is room for 200; shorten it"))
		fail_msg("%s", err.text);
	assert_int_equal(translate_into(many, ROOM, 0), -E2BIG);
}

static void snapshots(void **state)
{
	struct classic_insn fixed = { BPF_LD | BPF_H | BPF_ABS, 0, 0, 36 }, far = { BPF_LD | BPF_W | BPF_ABS, 0, 0, 400 };
	struct classic_insn computed = { BPF_LD | BPF_H | BPF_IND, 0, 0, 14 }, none = { BPF_RET | BPF_K, 0, 0, 1 };
	struct classic_insn huge = { BPF_LD | BPF_W | BPF_ABS, 0, 0, 0xfffffffe };

	(void)state;
	assert_int_equal(translate__snapshot(&none, 1), 16);
	assert_int_equal(translate__snapshot(&fixed, 1), 40);
	assert_int_equal(translate__snapshot(&computed, 1), 64);
	assert_int_equal(translate__snapshot(&far, 1), 16); /* read from the packet itself */
	assert_int_equal(translate__snapshot(&huge, 1), 16);
}

static void compiles(const char *expression, bool l3)
{
	struct capture_filter *f = NULL;

	memset(&err, 0, sizeof(err));
	if (capture_filter__compile(&f, expression, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(capture_filter__knows_l3(f), l3);
	assert_in_range(capture_filter__bytes(f), 16, TRANSLATE_SNAPSHOT_MAX);
	capture_filter__free(f);
}

static void asks_for_tags(const char *expression, bool does)
{
	struct capture_filter *f = NULL;

	assert_int_equal(capture_filter__compile(&f, expression, &err), 0);
	assert_int_equal(capture_filter__asks_for_tags(f), does);
	capture_filter__free(f);
}

static void does_not_compile(const char *expression, const char *because)
{
	struct capture_filter *f = NULL;

	memset(&err, 0, sizeof(err));
	refused(capture_filter__compile(&f, expression, &err), because);
	assert_null(f);
	if (!strstr(err.text, "capture filter \"") || !strstr(err.text, expression))
		fail_msg("the filter is not named in: %s", err.text);
}

static void expressions(void **state)
{
	(void)state;
	compiles("", true);
	compiles("udp port 7000", true);
	compiles("icmp and host 10.0.0.1", true);
	compiles("vlan 42 and tcp", false);
	compiles("ether host 02:00:00:00:00:01", false);
	asks_for_tags("vlan 42 and udp", true);
	asks_for_tags("udp or(vlan)", true);
	asks_for_tags("udp port 53", false);
	asks_for_tags("ether[12:2] = 0x8100", false);
	does_not_compile("udp prot 7000", "syntax error");
	does_not_compile("udp prot 7000", "pcap-filter(7)");
	does_not_compile("host 10.0.0.300", "10.0.0.300");
	does_not_compile("ip and arp", "rejects all packets");
	does_not_compile("ip broadcast", "netmask");
	does_not_compile("inbound", "inbound");
	does_not_compile("ip6 protochain 17", "protochain");
}

static void too_long(void **state)
{
	char text[40000] = "host 10.0.0.1";
	struct capture_filter *f = NULL;
	size_t used = strlen(text);

	(void)state;
	for (int i = 2; i < 600; i++)
		used += snprintf(text + used, sizeof(text) - used, " or host 10.%d.%d.1", i / 256 + 1, i % 256);
	memset(&err, 0, sizeof(err));
	assert_int_equal(capture_filter__compile(&f, text, &err), -E2BIG);
}

/* In every object that asks for packets both functions are replaced, and nothing outside them is. */
static void installs(void **state)
{
	struct capture_filter *f = NULL;
	const struct object *object;
	size_t size, changed;
	int with = 0;

	(void)state;
	assert_int_equal(capture_filter__compile(&f, "udp port 7000", &err), 0);
	for (size_t i = 0; (object = objects__get(i)); i++) {
		const char *name = object->name;
		const void *elf = object->elf(&size);
		unsigned char *copy = malloc(size);

		memcpy(copy, elf, size);
		if (capture_filter__install(f, copy, size, &err) < 0)
			fail_msg("%s: %s", name, err.text);
		changed = 0;
		for (size_t b = 0; b < size; b++)
			changed += copy[b] != ((const unsigned char *)elf)[b];
		with += changed > 0;
		if (!strcmp(name, "skb") || !strcmp(name, "drop"))
			assert_true(changed > 0);
		assert_in_range(changed, 0, 2 * 8 * 100);
		free(copy);
	}
	assert_in_range(with, 2, 20);
	assert_int_equal(capture_filter__install(f, (char[]){ "not an object" }, 13, &err), -EINVAL);
	capture_filter__free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_the_room), cmocka_unit_test(all_is_reached), cmocka_unit_test(wrong_programs),
		cmocka_unit_test(snapshots),      cmocka_unit_test(expressions),    cmocka_unit_test(too_long),
		cmocka_unit_test(installs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
