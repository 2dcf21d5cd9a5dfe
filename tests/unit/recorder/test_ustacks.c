/* test_ustacks.c: this very program's stack, file and functions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "format/reader.h"
#include "recorder/sink.h"
#include "recorder/ustacks.h"
#include "format/host/elf_file.h"

#define SELF "/proc/self/exe"

int a_function_of_the_test(void);
__attribute__((noinline)) int a_function_of_the_test(void)
{
	return getpid();
}

static char names[4][256];
static int n_names;

static void keep(void *ctx, const struct elf_function *sym)
{
	(void)ctx;
	assert_true(n_names < 4);
	strcpy(names[n_names++], sym->name);
}

/* Where an address of ours is in our file, from our own mappings. */
static __u64 offset_in_file(const void *address)
{
	unsigned long long start, end, offset, at = (uintptr_t)address;
	char line[512], perms[8];
	FILE *f = fopen("/proc/self/maps", "re");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx-%llx %7s %llx", &start, &end, perms, &offset) == 4 && at >= start && at < end) {
			fclose(f);
			return at - start + offset;
		}
	fclose(f);
	return 0;
}

static void functions(void **state)
{
	struct elf_file *f = elf_file__open(open(SELF, O_RDONLY));
	__u64 offset = offset_in_file(a_function_of_the_test), addrs[4];

	(void)state;
	assert_non_null(f);
	assert_int_equal(elf_file__function(f, "a_function_of_the_test"), offset);
	assert_int_equal(elf_file__function(f, "no_such_function"), 0);
	addrs[0] = elf_file__address(f, offset) + 1;
	addrs[1] = elf_file__address(f, offset_in_file(offset_in_file));
	addrs[2] = addrs[0] + 1;
	addrs[3] = 1;
	n_names = 0;
	elf_file__each(f, addrs, 4, keep, NULL);
	assert_int_equal(n_names, 2); /* each once; what is no function has none */
	assert_true(!strcmp(names[0], "a_function_of_the_test") || !strcmp(names[1], "a_function_of_the_test"));
	elf_file__close(f);
	assert_null(elf_file__open(open("/proc/self/status", O_RDONLY))); /* no ELF file */
}

static unsigned count_rows(const char *path, __u16 type, const char *text)
{
	struct trace_rows rows = { 0 };
	struct trace *t;
	unsigned n = 0;

	assert_int_equal(trace__open(&t, path, NULL), 0);
	for (size_t b = 0; b < trace__n_blocks(t); b++) {
		assert_int_equal(trace__decode(t, b, &rows, NULL), 0);
		for (size_t i = 0; i < rows.n; i++) {
			const struct rec *rec = trace_rows__at(&rows, i);
			const struct rec_usymbol *s = (const void *)rec;

			n += rec->type == type && (!text || (s->name.len == strlen(text) && !memcmp(s->name.s, text, s->name.len)));
		}
	}
	trace_rows__free(&rows);
	trace__close(t);
	return n;
}

static void stacks(void **state)
{
	char dir[] = "/tmp/test_ustacks_XXXXXX", path[64], remove[96];
	struct trace_writer_opts opts = { .n_cpus = 1 };
	__u64 here = (uintptr_t)a_function_of_the_test + 1;
	__u64 frames[] = { here, here + 1, 0x800000000000beefULL, here }, odd = 0x1234567;
	struct sink s;
	__u32 id;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/t.nrec", dir);
	assert_int_equal(sink__open(&s, path, &opts, NULL), 0);
	id = ustacks__id(s.ustacks, 1, getpid(), frames, 4);
	assert_int_equal(id, 1);
	assert_int_equal(ustacks__id(s.ustacks, 1, getpid(), frames, 2), id); /* it ends where the walk went astray */
	assert_int_equal(ustacks__id(s.ustacks, 1, getpid(), &odd, 1), 2);    /* in no file */
	assert_int_equal(ustacks__id(s.ustacks, 1, getpid(), frames + 2, 1), 0);
	assert_int_equal(ustacks__id(s.ustacks, 1, getpid(), frames, 0), 0);
	ustacks__forget(s.ustacks, getpid());
	assert_int_equal(ustacks__id(s.ustacks, 1, getpid(), frames, 1), 3);
	ustacks__name(s.ustacks);
	assert_int_equal(sink__close(&s, NULL), 0);
	assert_int_equal(count_rows(path, REC_ustack, NULL), 4);
	assert_int_equal(count_rows(path, REC_module, NULL), 1);
	assert_int_equal(count_rows(path, REC_usymbol, "a_function_of_the_test"), 1);
	snprintf(remove, sizeof(remove), "rm -rf %s", dir);
	assert_int_equal(system(remove), 0);
}

static void ignore(void *arg, const struct rec *rec)
{
	(void)arg;
	(void)rec;
}

/* Containers by the hundred: the mappings of each process are read once, not for each of its stacks. */
static void many_processes(void **state)
{
	struct ustacks *u = ustacks__new(ignore, NULL);
	__u64 frame = 0x1234567;

	(void)state;
	for (int round = 0; round < 3; round++)
		for (__u32 tgid = 1; tgid <= 1500; tgid++)
			ustacks__id(u, 1, (1u << 22) + tgid, &frame, 1); /* numbers that no process has */
	assert_int_equal(ustacks__reads(u), 1500);
	for (__u32 tgid = 1; tgid <= 30000; tgid++) { /* one that is asked for all the time makes room for none that comes */
		ustacks__id(u, 1, (1u << 22) + 1, &frame, 1);
		ustacks__id(u, 1, (1u << 23) + tgid, &frame, 1);
	}
	assert_int_equal(ustacks__reads(u), 31500);
	ustacks__free(u);
}

/* Addresses in data belong to the symbol before them, up to the next one; those of code and of the heap to none. */
static char data_names[4][64];
static int n_data;

static void keep_data(void *ctx, const struct ksym *sym)
{
	(void)ctx;
	snprintf(data_names[n_data++], 64, "%s@%llx+%llx[%s]", sym->name, sym->addr, sym->size, sym->module);
}

static void kernel_data(void **state)
{
	static const char text[] = "ffffffff81000000 T _text\nffffffff82000000 D rtnl_mutex\nffffffff82000040 b other\n"
				   "ffffffff82000080 T code\nffffffffc0001000 d lock\t[sch_tbf]\nffffffffc0001020 b __end\t[sch_tbf]\n";
	__u64 addrs[] = { 0xffffffff82000010, 0xffff888100000000, 0xffffffffc0001000, 0xffffffff81000010, 0xffffffffc0002000,
			  0xffffffff82000000 };
	FILE *f = fmemopen((void *)text, strlen(text), "r");

	(void)state;
	n_data = 0;
	ksyms__each_data(f, addrs, 6, keep_data, NULL);
	fclose(f);
	assert_int_equal(n_data, 2);
	assert_string_equal(data_names[0], "rtnl_mutex@ffffffff82000000+40[]");
	assert_string_equal(data_names[1], "lock@ffffffffc0001000+20[sch_tbf]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions),
		cmocka_unit_test(stacks),
		cmocka_unit_test(many_processes),
		cmocka_unit_test(kernel_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
