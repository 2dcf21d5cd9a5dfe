/* test_month.c: a month of containers, fast forward: what a segment repeats, and what is remembered, stays small. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "format/reader.h"
#include "recorder/gone.h"
#include "recorder/procfs.h"

#define MINUTE 60000000000ULL

enum { NEW = 6, LIVES = 5, ALIVE = NEW * LIVES }; /* six come each minute, for five minutes */

static char dir[] = "/tmp/test_month_XXXXXX";
static char trace_path[64];

static int make_dir(void **state)
{
	(void)state;
	snprintf(trace_path, sizeof(trace_path), "%s/t.nrec", mkdtemp(dir));
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static int remove_trace(void **state)
{
	(void)state;
	return nftw(trace_path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static int remove_dir(void **state)
{
	(void)state;
	return remove(dir);
}

static void open_sink(struct sink *s, __u64 max_bytes)
{
	struct trace_writer_opts opts = { .n_cpus = 1, .max_bytes = max_bytes };

	assert_int_equal(sink__open(s, trace_path, &opts, NULL), 0);
}

/* Rows of each type in a trace, or in one of its segments, which may have none. */
static void count(const char *path, unsigned of[REC_TYPE_MAX])
{
	struct trace_rows rows = { 0 };
	struct trace *t;
	int ret = trace__open(&t, path, NULL);

	memset(of, 0, sizeof(unsigned) * REC_TYPE_MAX);
	if (ret == -ENODATA)
		return;
	assert_int_equal(ret, 0);
	for (size_t b = 0; b < trace__n_blocks(t); b++) {
		assert_int_equal(trace__decode(t, b, &rows, NULL), 0);
		for (size_t i = 0; i < rows.n; i++)
			of[trace_rows__at(&rows, i)->type]++;
	}
	trace_rows__free(&rows);
	trace__close(t);
}

static void last_segment(char *path, size_t size)
{
	DIR *d = opendir(trace_path);
	char last[NAME_MAX + 1] = "";
	struct dirent *e;

	assert_non_null(d);
	while ((e = readdir(d)))
		if (strcmp(e->d_name, last) > 0)
			strcpy(last, e->d_name);
	closedir(d);
	snprintf(path, size, "%s/%s", trace_path, last);
}

static struct rec_text text_of(const char *s)
{
	return (struct rec_text){ .s = s, .len = strlen(s) };
}

/* A container has a namespace, two devices and a path in the host to its process. */
static void see_container(struct sink *s, __u64 now, __u32 number)
{
	struct rec_netns n = { .rec = { .ts = now, .type = REC_netns }, .inum = 4026532000U + number };
	char name[32];

	snprintf(name, sizeof(name), "pid:%u", number);
	n.name = text_of(name);
	sink__define(s, &n.rec);
	for (__u32 i = 1; i <= 2; i++) {
		struct rec_interface r = { .rec = { .ts = now, .type = REC_interface }, .netns = n.inum, .ifindex = i,
					   .name = text_of(i == 1 ? "lo" : "eth0"), .kind = text_of("") };
		struct rec_channels c = { .rec = { .ts = now, .type = REC_channels }, .netns = n.inum, .ifindex = i,
					  .driver = text_of("veth") };

		sink__define(s, &r.rec);
		sink__define(s, &c.rec);
	}
	snprintf(name, sizeof(name), "ovs.br%u.hit", number);
	sink__append(s, STREAM_RECORDER, &(struct rec_counter){ .rec = { .ts = now, .type = REC_counter },
							  .name = sink__string(s, name) }.rec);
	sink__append(s, 0, &(struct rec_offcpu){ .rec = { .ts = now, .type = REC_offcpu },
						 .stack = sink__stack(s, &(__u64){ number }, 1) }.rec);
}

/* A look at the host each minute, a segment each ten: the last one is about the containers of the last minutes. */
static void churn(__u32 minutes)
{
	unsigned of[REC_TYPE_MAX];
	__u64 begin = now_ns();
	struct gone gone = { 0 };
	struct sink s;
	char path[512];

	open_sink(&s, 4 << 20);
	for (__u32 minute = 0; minute < minutes; minute++) {
		__u64 now = begin + (minute + 1) * MINUTE;

		gone__look(&gone, &s, now);
		sink__lock(&s);
		for (__u32 i = 0; i < ALIVE; i++)
			see_container(&s, now + i, minute * NEW + i);
		if (minute % 10 == 0)
			(void)trace_writer__flush(s.writer, now, 0); /* a new segment */
		sink__unlock(&s);
	}
	assert_int_equal(sink__close(&s, NULL), 0);
	last_segment(path, sizeof(path));
	count(path, of);
	printf("the last segment has %u namespaces, %u devices, %u channels, %u strings, %u frames\n", of[REC_netns],
	       of[REC_interface], of[REC_channels], of[REC_string], of[REC_stack]);
	assert_in_range(of[REC_netns], ALIVE, ALIVE + 13 * NEW);
	assert_in_range(of[REC_interface], 2 * ALIVE, 2 * (ALIVE + 13 * NEW));
	assert_in_range(of[REC_channels], 2 * ALIVE, 2 * (ALIVE + 13 * NEW));
	assert_in_range(of[REC_string], ALIVE, ALIVE + 10 * NEW);
	assert_in_range(of[REC_stack], ALIVE, ALIVE + 10 * NEW);
}

static void two_hours(void **state)
{
	(void)state;
	churn(120);
}

static void a_month(void **state)
{
	(void)state;
	churn(30 * 24 * 60);
}

static unsigned namespaces_in_last_segment(void)
{
	unsigned of[REC_TYPE_MAX];
	char path[512];

	last_segment(path, sizeof(path));
	count(path, of);
	return of[REC_netns];
}

/* A new segment, the definitions it begins with written out. */
static void next_segment(struct sink *s)
{
	static __u64 later;

	sink__lock(s);
	later += now_ns() + 3600 * 1000000000ULL;
	(void)trace_writer__flush(s->writer, later, 0);
	(void)trace_writer__flush(s->writer, later, 0);
	sink__unlock(s);
}

/* What was seen in the last complete look but one is still in force, and everything is for GONE_NS. */
static void not_too_early(void **state)
{
	__u64 seen = 60 * MINUTE;
	struct gone gone = { 0 };
	struct sink s;

	(void)state;
	open_sink(&s, 0);
	gone__look(&gone, &s, seen);
	sink__lock(&s);
	see_container(&s, seen, 1);
	sink__unlock(&s);
	for (int i = 1; i < 100; i++) /* looks that follow each other fast */
		gone__look(&gone, &s, seen + i * (GONE_NS / 100));
	next_segment(&s);
	assert_int_equal(namespaces_in_last_segment(), 1);
	gone = (struct gone){ 0 };
	gone__look(&gone, &s, seen);
	gone__look(&gone, &s, seen + MINUTE);
	gone__look(&gone, &s, seen + 2 * MINUTE);
	next_segment(&s);
	assert_int_equal(namespaces_in_last_segment(), 1);
	gone__look(&gone, &s, seen + 3 * MINUTE);
	next_segment(&s);
	assert_int_equal(namespaces_in_last_segment(), 0);
	assert_int_equal(sink__close(&s, NULL), 0);
}

static void use(struct sink *s, __u64 frame)
{
	struct rec_offcpu o = { .rec = { .ts = now_ns(), .type = REC_offcpu } };
	struct rec_futex f = { .rec = { .ts = now_ns(), .type = REC_futex } };
	struct rec_counter c = { .rec = { .ts = now_ns(), .type = REC_counter } };
	__u64 here = (uintptr_t)use;

	o.stack = sink__stack(s, &frame, 1);
	sink__append(s, 0, &o.rec);
	f.ustack = ustacks__id(s->ustacks, sink__segment(s), getpid(), &here, 1);
	sink__append(s, 0, &f.rec);
	c.name = sink__string(s, frame == 1 ? "one" : "two");
	sink__append(s, STREAM_RECORDER, &c.rec);
}

/* Strings, stacks and files are in each segment whose rows need them, once, and in no other one. */
static void what_is_needed(void **state)
{
	unsigned of[REC_TYPE_MAX];
	struct sink s;
	char path[512];

	(void)state;
	open_sink(&s, 0);
	for (int i = 0; i < 3; i++) {
		sink__lock(&s);
		use(&s, 1);
		use(&s, 1);
		if (i == 0)
			use(&s, 2);
		sink__unlock(&s);
		if (i < 2)
			next_segment(&s);
	}
	assert_int_equal(sink__close(&s, NULL), 0);
	last_segment(path, sizeof(path));
	count(path, of);
	assert_int_equal(of[REC_string], 1);
	assert_int_equal(of[REC_stack], 1);
	assert_int_equal(of[REC_ustack], 1);
	assert_int_equal(of[REC_module], 1);
	assert_int_equal(of[REC_offcpu], 2);
	count(trace_path, of);
	assert_int_equal(of[REC_string], 4);
	assert_int_equal(of[REC_stack], 4);
	assert_int_equal(of[REC_ustack], 3);
	assert_int_equal(of[REC_module], 3);
}

/* A namespace that got the number of one that is gone begins anew: its counters are written, even if they are equal. */
static void number_given_again(void **state)
{
	struct procfs *p = procfs__new();
	unsigned of[REC_TYPE_MAX];
	struct sink s;

	(void)state;
	open_sink(&s, 0);
	sink__lock(&s);
	for (int round = 0; round < 6; round++) {
		procfs__begin_round(p);
		procfs__counter(p, &s, 1, "ip.InReceives", 5, false);
		if (round != 3) /* then there was none of that number */
			procfs__counter(p, &s, 2, "ip.InReceives", 5, false);
	}
	sink__unlock(&s);
	assert_int_equal(sink__close(&s, NULL), 0);
	procfs__free(p);
	count(trace_path, of);
	assert_int_equal(of[REC_counter], 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(two_hours, remove_trace),
		cmocka_unit_test_teardown(a_month, remove_trace),
		cmocka_unit_test_teardown(what_is_needed, remove_trace),
		cmocka_unit_test_teardown(not_too_early, remove_trace),
		cmocka_unit_test_teardown(number_given_again, remove_trace),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
