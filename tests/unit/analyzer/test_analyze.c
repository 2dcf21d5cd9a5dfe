/*
 * test_analyze.c: whole analyses: the same result however many threads decode, damaged, cut and mixed recordings,
 * limits of time, bounded memory.
 */
#include "fixture.h"
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include "format/reader.h"

static struct fixture f;

static int setup(void **state)
{
	(void)state;
	fixture__begin(&f, 4);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture__end(&f);
	return 0;
}

static __u64 random64(void)
{
	static __u64 x = 88172645463325252ull;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

/* `n` packets, 10 us apart, on four CPUs, 600 ns each, with some drops and sleeping threads. */
static void write_traffic(struct fixture *to, unsigned n, __u64 flush_every)
{
	for (unsigned i = 0; i < n; i++) {
		__u64 at = i * 10000ull, skb = 0xffff888000000000ull + i % 64 * 256;
		unsigned cpu = i % 4;

		add_packet(to, at, cpu, skb, STAGE_net_dev_queue, 2 + i % 3, i + 1);
		add_hop(to, at + 100 + random64() % 50, cpu, skb, STAGE_qdisc_enqueue, 2 + i % 3, 0);
		add_hop(to, at + 300, cpu, skb, STAGE_qdisc_dequeue, 2 + i % 3, 0);
		add_hop(to, at + 200, (cpu + 1) % 4, skb + 16, STAGE_net_dev_start_xmit, 2, 0);
		if (i % 10)
			add_free(to, at + 600, cpu, skb);
		else
			add_drop(to, at + 600, (cpu + 1) % 4, skb, 2 + i % 3, i % 5);
		ADD(to, offcpu, at + 50, cpu, .tid = i % 30, .state = i % 3, .waker = 7, .blocked = random64() % 100000,
		    .runnable = random64() % 1000);
		if (flush_every && i % flush_every == 0)
			assert_int_equal(trace_writer__flush(to->w, T0 + at, 0), 0);
	}
}

/* Everything in the database, as one checksum per table. */
static void fingerprint(struct fixture *from, char *out, size_t size)
{
	char tables[4096], *rest = tables, *table;
	size_t at = 0;

	snprintf(tables, sizeof(tables), "%s",
		 fixture__rows(from, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1"));
	while ((table = strsep(&rest, ";"))) {
		char sql[256];
		sqlite3_stmt *stmt;
		__u64 sum = 0, rows = 0;

		snprintf(sql, sizeof(sql), "SELECT * FROM \"%s\"", table);
		stmt = fixture__query(from, sql);
		for (; sqlite3_step(stmt) == SQLITE_ROW; rows++)
			for (int i = 0; i < sqlite3_column_count(stmt); i++) {
				const unsigned char *p = sqlite3_column_blob(stmt, i);

				for (int k = 0; k < sqlite3_column_bytes(stmt, i); k++)
					sum = (sum ^ p[k]) * 1099511628211ull + i;
			}
		sqlite3_finalize(stmt);
		at += snprintf(out + at, size - at, "%s %llu %llx\n", table, rows, sum);
	}
}

static void test_threads_agree(void **state)
{
	static char one[8192], many[8192];

	(void)state;
	write_traffic(&f, 60000, 5000);
	f.opts.threads = 1;
	fixture__analyze(&f);
	fingerprint(&f, one, sizeof(one));
	assert_rows(&f, "SELECT fate, sum(n) FROM journey WHERE first_stage = 4 GROUP BY 1", "consumed|54000;dropped|6000");
	assert_int_equal(f.stats.events, 60000 * 6);
	for (unsigned threads = 2; threads <= 4; threads++) {
		f.opts.threads = threads;
		fixture__analyze(&f);
		fingerprint(&f, many, sizeof(many));
		assert_string_equal(one, many);
	}
	assert_rows(&f, "SELECT complete, n_cpus, events, unknown_rows, late_rows FROM trace", "1|4|360000|0|0");
}

static void test_limits_of_time(void **state)
{
	(void)state;
	write_traffic(&f, 1000, 100);
	f.opts.from = T0 + 2000000; /* packet 200 */
	f.opts.to = T0 + 2999999;   /* before packet 300 */
	fixture__analyze(&f);
	assert_rows(&f, "SELECT sum(n) FROM stage_count WHERE stage = 4", "100");
	assert_rows(&f, "SELECT first_ns - 5000000000, events FROM trace", "2000000|600");
	assert_rows(&f, "SELECT count(*) FROM config WHERE key IN ('analyze.from_ns', 'analyze.to_ns')", "2");
	f.opts.from = T0 + 1000000000000;
	f.opts.to = 0;
	assert_int_equal(fixture__try(&f), -ENODATA);
	assert_non_null(strstr(f.err.text, "no events in that time"));
}

/* A thread keeps its name in an analysis that begins after it was introduced. */
static void test_names_from_before(void **state)
{
	struct rec_task task = { .rec = { .ts = T0, .type = REC_task, .cpu = STREAM_RECORDER }, .tid = 77, .tgid = 70, .comm = "handler23" };
	struct rec_offcpu wait = { .rec = { .ts = T0 + 5000000, .type = REC_offcpu }, .tid = 77, .tgid = 70, .runnable = 9 };

	(void)state;
	fixture__row(&f, &task.rec);
	fixture__row(&f, &wait.rec);
	f.opts.from = T0 + 1000000;
	fixture__analyze(&f);
	assert_rows(&f, "SELECT tid, comm FROM thread WHERE tid = 77", "77|handler23");
	assert_rows(&f, "SELECT events FROM trace", "1");
}

/* ---- damage ------------------------------------------------------------------------------------- */

static void segment_path(char *path, size_t size)
{
	snprintf(path, size, "%s/000000.nrs", f.path);
}

/* Flips a byte in the middle of the n-th event block's payload; returns its rows. */
static unsigned damage_block(unsigned n)
{
	char path[128];
	struct trace *t;
	unsigned rows = 0;
	__u64 at = 0;
	__u8 byte;
	int fd;

	segment_path(path, sizeof(path));
	assert_int_equal(trace__open(&t, f.path, NULL), 0);
	for (size_t i = 0; i < trace__n_blocks(t) && !at; i++) {
		const struct trace_block *b = trace__block(t, i);

		if (b->flags & BLOCK_DEFINITIONS || n--)
			continue;
		at = b->offset + 64 + b->stored_len / 2;
		rows = b->rows;
	}
	trace__close(t);
	assert_true(at > 0);
	fd = open(path, O_RDWR);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 0x40;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
	return rows;
}

static void test_damaged_block(void **state)
{
	unsigned rows;

	(void)state;
	write_traffic(&f, 20000, 2000);
	fixture__close(&f);
	rows = damage_block(5);
	fixture__analyze(&f);
	assert_int_equal(f.stats.damaged, 1);
	assert_int_equal(f.stats.events, 20000 * 6 - rows);
	assert_int_equal(fixture__int(&f, "SELECT count(*) FROM damage"), 1);
	assert_int_equal(fixture__int(&f, "SELECT count(*) FROM damage WHERE length > 0 AND what LIKE '%block at offset%'"), 1);
	assert_int_equal(fixture__int(&f, "SELECT count(*) FROM gap WHERE why = 'block missing' AND to_ns > from_ns AND lost IS NULL"), 1);
	assert_true(fixture__int(&f, "SELECT sum(uncertain) FROM stage_latency") > 100);
	assert_rows(&f, "SELECT complete FROM trace", "0");
}

/* A driver at work on a CPU whose next records turn out to be unreadable: its end belongs to no start. */
static void test_damage_in_driver(void **state)
{
	(void)state;
	add_packet(&f, 1000, 0, 0x100, STAGE_net_dev_queue, 2, 1);
	add_hop(&f, 1100, 0, 0x100, STAGE_net_dev_start_xmit, 2, 0);
	trace_writer__flush(f.w, T0 + 1100, 0);
	for (unsigned i = 0; i < 500; i++)
		add_hop(&f, 2000 + i * random64() % 100, 0, 0x1000 + random64() % 10000, STAGE_qdisc_enqueue, 2, 0);
	trace_writer__flush(f.w, T0 + 600000, 0);
	add_hop(&f, 700000, 0, 0x100, STAGE_net_dev_xmit, 2, 0);
	fixture__close(&f);
	assert_int_equal(damage_block(1), 500);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT n FROM stage_count WHERE stage = 8", "1");
	assert_rows(&f, "SELECT count(*) FROM stage_latency WHERE to_stage = 8", "0");
}

/* Takes a whole block out of the file: only the numbers of its stream tell. */
static void test_missing_block(void **state)
{
	static char bytes[1 << 22];
	char path[128];
	const struct trace_block *b = NULL;
	struct trace *t;
	__u64 from, end;
	ssize_t n;
	int fd;

	(void)state;
	write_traffic(&f, 20000, 2000);
	fixture__close(&f);
	assert_int_equal(trace__open(&t, f.path, NULL), 0);
	for (size_t i = 12; !b || b->stream != 2 || b->flags & BLOCK_DEFINITIONS; i++)
		b = trace__block(t, i);
	segment_path(path, sizeof(path));
	fd = open(path, O_RDWR);
	n = read(fd, bytes, sizeof(bytes));
	assert_in_range(n, 10000, sizeof(bytes) - 1);
	from = b->offset;
	end = n;
	for (size_t i = 0; i < trace__n_blocks(t); i++) /* where the next one begins */
		if (trace__block(t, i)->offset > from && trace__block(t, i)->offset < end)
			end = trace__block(t, i)->offset;
	memmove(bytes + from, bytes + end, n - end);
	assert_int_equal(pwrite(fd, bytes, n - (end - from), 0), n - (end - from));
	assert_int_equal(ftruncate(fd, n - (end - from)), 0);
	close(fd);
	fixture__analyze(&f);
	assert_int_equal(f.stats.events, 20000 * 6 - b->rows);
	assert_rows(&f, "SELECT count(*), min(cpu), min(type), min(to_ns > from_ns) FROM gap WHERE why = 'block missing'", "1|2|NULL|1");
	assert_true(fixture__int(&f, "SELECT sum(uncertain) FROM stage_latency") > 10);
	trace__close(t);
}

/* Cuts a piece out of the middle of the file: blocks are missing altogether. */
static void test_missing_piece(void **state)
{
	static char bytes[1 << 22];
	char path[128];
	ssize_t n;
	int fd;

	(void)state;
	write_traffic(&f, 20000, 2000);
	fixture__close(&f);
	segment_path(path, sizeof(path));
	fd = open(path, O_RDWR);
	n = read(fd, bytes, sizeof(bytes));
	assert_in_range(n, 10000, sizeof(bytes) - 1);
	memmove(bytes + n / 2, bytes + n / 2 + 5000, n - n / 2 - 5000);
	assert_int_equal(pwrite(fd, bytes, n - 5000, 0), n - 5000);
	assert_int_equal(ftruncate(fd, n - 5000), 0);
	close(fd);
	fixture__analyze(&f);
	assert_true(f.stats.damaged >= 1);
	assert_in_range(f.stats.events, 20000, 20000 * 6 - 1);
	assert_true(fixture__int(&f, "SELECT count(*) FROM gap WHERE why = 'block missing'") >= 1);
	assert_true(fixture__int(&f, "SELECT sum(uncertain) FROM stage_latency") >= 1);
	assert_rows(&f, "SELECT complete FROM trace", "0");
}

/* Killed in mid-recording: no end, the rest is analyzed. */
static void test_cut_tail(void **state)
{
	char path[128];
	struct stat st;

	(void)state;
	write_traffic(&f, 20000, 2000);
	fixture__close(&f);
	segment_path(path, sizeof(path));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(truncate(path, st.st_size * 2 / 3), 0);
	fixture__analyze(&f);
	assert_int_equal(f.stats.unfinished, 1);
	assert_in_range(f.stats.events, 20000, 20000 * 6 - 1);
	assert_rows(&f, "SELECT complete, (SELECT closed FROM segment) FROM trace", "0|0");
	assert_rows(&f, "SELECT min(written IS NULL) FROM record_count", "1");
}

static void test_nothing_there(void **state)
{
	const char *paths[] = { f.path };

	(void)state;
	DEFINE(&f, config, .key = TEXT("host.kernel"), .value = TEXT("6.1.0"));
	assert_int_equal(fixture__try(&f), -ENODATA);
	assert_non_null(strstr(f.err.text, "no events"));
	remove_tree(f.path);
	assert_int_equal(analyze_paths(paths, 1, f.db, NULL, NULL, &f.err), -ENOENT);
}

/* ---- parts -------------------------------------------------------------------------------------- */

static void test_mixed_recordings(void **state)
{
	struct fixture other;
	const char *paths[2];
	struct trace_error err;

	(void)state;
	write_traffic(&f, 100, 0);
	fixture__close(&f);
	fixture__begin(&other, 4);
	write_traffic(&other, 100, 0);
	fixture__close(&other);
	paths[0] = f.path;
	paths[1] = other.path;
	assert_int_equal(store__create(&f.db, NULL, false, &err), 0);
	assert_int_equal(analyze_paths(paths, 2, f.db, NULL, NULL, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "different recordings"));
	fixture__end(&other);
}

/* Segments given one by one are the recording again. */
static void test_parts(void **state)
{
	static char whole[8192], parts[8192];
	struct trace_writer_opts opts = { .n_cpus = 4, .segment_bytes = 20000 };
	char names[3][128];
	const char *paths[3] = { names[2], names[0], names[1] };

	(void)state;
	fixture__close(&f);
	remove_tree(f.path);
	assert_int_equal(trace_writer__open(&f.w, f.path, &opts, T0, &f.err), 0);
	write_traffic(&f, 9000, 500);
	fixture__analyze(&f);
	assert_int_equal(fixture__int(&f, "SELECT count(*) >= 3 FROM segment"), 1);
	assert_rows(&f, "SELECT count(*) FROM gap", "0");
	sqlite3_exec(f.db, "DELETE FROM file; DELETE FROM segment;", NULL, NULL, NULL);
	fingerprint(&f, whole, sizeof(whole));
	for (int i = 0; i < 3; i++)
		snprintf(names[i], sizeof(names[i]), "%s/%06d.nrs", f.path, i);
	snprintf(names[2], sizeof(names[2]), "%s.rest", f.path);
	mkdir(names[2], 0700);
	for (int i = 2; i < 1000; i++) {
		char from[160], to[160];

		snprintf(from, sizeof(from), "%s/%06d.nrs", f.path, i);
		snprintf(to, sizeof(to), "%s/%06d.nrs", names[2], i);
		if (rename(from, to))
			break;
	}
	sqlite3_close(f.db);
	assert_int_equal(store__create(&f.db, NULL, false, &f.err), 0);
	if (analyze_paths(paths, 3, f.db, &f.opts, NULL, &f.err))
		fail_msg("%s", f.err.text);
	sqlite3_exec(f.db, "DELETE FROM file; DELETE FROM segment;", NULL, NULL, NULL);
	fingerprint(&f, parts, sizeof(parts));
	assert_string_equal(whole, parts);
}

/* A segment that was removed from the middle: what spans the hole is uncertain. */
static void test_missing_segment(void **state)
{
	struct trace_writer_opts opts = { .n_cpus = 4, .segment_bytes = 20000 };
	char name[128], other[128];
	const char *paths[] = { other, name };

	(void)state;
	fixture__close(&f);
	remove_tree(f.path);
	assert_int_equal(trace_writer__open(&f.w, f.path, &opts, T0, &f.err), 0);
	write_traffic(&f, 9000, 500);
	fixture__close(&f);
	snprintf(name, sizeof(name), "%s/000001.nrs", f.path);
	assert_int_equal(unlink(name), 0);
	fixture__analyze(&f);
	assert_rows(&f, "SELECT count(*), max(to_ns > from_ns) FROM gap WHERE why = 'block missing' AND cpu IS NULL", "1|1");
	assert_rows(&f, "SELECT complete FROM trace", "0");
	snprintf(name, sizeof(name), "%s/000000.nrs", f.path); /* the same with its parts given one by one */
	snprintf(other, sizeof(other), "%s/000002.nrs", f.path);
	sqlite3_close(f.db);
	assert_int_equal(store__create(&f.db, NULL, false, &f.err), 0);
	assert_int_equal(analyze_paths(paths, 2, f.db, NULL, NULL, &f.err), 0);
	assert_rows(&f, "SELECT count(*), max(to_ns > from_ns) FROM gap WHERE why = 'block missing' AND cpu IS NULL", "1|1");
}

/* ---- hostile rows ------------------------------------------------------------------------------- */

static __u64 extreme(void)
{
	static const __u64 values[] = { 0, 1, 2, 7, 0xff, 0x100, 0xffff, 0x7fffffff, 0xffffffff, 1ull << 63, ~0ull };

	return random64() % 3 ? values[random64() % (sizeof(values) / sizeof(*values))] : random64();
}

/* Any values in any field, times included. */
static void fill(struct rec *rec, const struct record_desc *d, char text[64])
{
	memset(rec, 0, d->size);
	rec->type = d->id;
	rec->cpu = random64() % 4;
	rec->ts = random64() % 20 ? T0 + random64() % 5000000000ull : extreme();
	for (unsigned i = 0; i < 64; i++)
		text[i] = random64();
	for (unsigned i = 0; i < d->n_fields; i++) {
		const struct field_desc *field = &d->fields[i];
		char *p = (char *)rec + field->offset;
		__u64 value = extreme();

		if (field->kind == FIELD_UINT)
			memcpy(p, &value, field->size);
		else if (field->kind == FIELD_BYTES)
			for (unsigned k = 0; k < field->size; k++)
				p[k] = random64();
		else
			*(struct rec_text *)p = (struct rec_text){ text, random64() % 64, 0 };
	}
}

static void test_hostile_rows(void **state)
{
	union {
		struct rec rec;
		char bytes[1024];
	} row;
	char text[64];
	unsigned events = 0;

	(void)state;
	for (unsigned i = 0; i < 60000; i++) {
		const struct record_desc *d = schema__record(random64() % REC_TYPE_MAX);

		if (!d)
			continue;
		assert_true(d->size <= sizeof(row));
		fill(&row.rec, d, text);
		if (d->class == RECORD_DEFINITION)
			assert_int_equal(trace_writer__define(f.w, &row.rec), 0);
		else
			fixture__row(&f, &row.rec);
		events += d->class == RECORD_EVENT;
	}
	fixture__analyze(&f);
	assert_int_equal(f.stats.events, events);
	assert_rows(&f, "PRAGMA integrity_check", "ok");
	assert_true(fixture__int(&f, "SELECT count(*) FROM journey") > 10);
	/* What comes from the recording can be printed: no control characters. */
	assert_int_equal(fixture__int(&f, "SELECT count(*) FROM config WHERE instr(value, char(27))"), 0);
	assert_int_equal(fixture__int(&f, "SELECT count(*) FROM thread WHERE comm GLOB '*' || char(27) || '*'"), 0);
}

/* ---- memory ------------------------------------------------------------------------------------- */

static void test_memory(void **state)
{
	struct rusage usage;

	(void)state;
	for (unsigned i = 0; i < 1500000; i++) { /* every packet another skb, flow, thread, address */
		struct rec_packet p = packet_at(i * 100ull, i % 4, 0xffff888000000000ull + i * 256ull, STAGE_net_dev_queue, i % 5000, i + 1);

		p.sport = i % 10 ? i : 7; /* but for one busy flow */
		p.saddr[14] = i % 10 ? i >> 16 : 255;
		fixture__row(&f, &p.rec);
		if (i % 4)
			continue;
		ADD(&f, futex, i * 100ull, i % 4, .tid = i, .uaddr = i * 8ull, .duration = i);
		ADD(&f, task, i * 100ull, i % 4, .tid = i, .what = TASK_FOUND, .comm = "x");
	}
	fixture__analyze(&f);
	assert_int_equal(fixture__int(&f, "SELECT sum(n) FROM journey"), 1500000);
	assert_int_equal(fixture__int(&f, "SELECT sum(n) FROM stage_count"), 1500000);
	assert_int_equal(fixture__int(&f, "SELECT sum(n) FROM futex"), 375000);
	assert_in_range(fixture__int(&f, "SELECT count(*) FROM flow"), (1 << 14) - 100, 1 << 14);
	assert_rows(&f, "SELECT sport, packets FROM flow ORDER BY packets DESC LIMIT 1", "7|150000");
	assert_int_equal(fixture__int(&f, "SELECT n FROM eviction WHERE what = 'threads'"), 375000 - (1 << 18));
	assert_true(fixture__int(&f, "SELECT n FROM eviction WHERE what = 'packets of forgotten flows'") > 1000000);
	getrusage(RUSAGE_SELF, &usage);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* they need memory of their own */
	assert_true(usage.ru_maxrss < 512 * 1024);
#endif
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_threads_agree), TEST(test_limits_of_time), TEST(test_names_from_before),   TEST(test_damaged_block), TEST(test_missing_piece),
		TEST(test_cut_tail),	  TEST(test_nothing_there),    TEST(test_mixed_recordings), TEST(test_parts),
		TEST(test_missing_segment), TEST(test_memory),	       TEST(test_damage_in_driver), TEST(test_missing_block), TEST(test_hostile_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
