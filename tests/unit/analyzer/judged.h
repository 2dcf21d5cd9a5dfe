/*
 * judged.h: a recording for a test of rules, and their judgement of it.
 */
#ifndef TESTS_JUDGED_H
#define TESTS_JUDGED_H

#include "journey.h"
#include "analyzer/print/sqlfn.h"
#include "analyzer/rules/rules.h"

#define FINDINGS "SELECT cause, site, who, packets FROM finding ORDER BY rank"

#define OBSERVED "INSERT INTO record_count(type, name, rows, lost) VALUES (5, 'offcpu', 1, 0), (6, 'futex', 1, 0), " \
		 "(4, 'drop', 1, 0), (7, 'thread', 1, 0), (17, 'cputime', 1, 0), (18, 'counter', 1, 0)"

/* A recording that observed much and saw nothing, these rows, and the judgement of them. */
static void judge(const char *rows)
{
	static const struct sqlfn_context context;

	add_packet(&f, 1000, 0, 0x100, RX, 2, 7);
	fixture__analyze(&f);
	if (sqlite3_exec(f.db, OBSERVED, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_exec(f.db, rows, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(f.db));
	if (sqlfn__add(f.db, &context, &f.err) || rules__judge(f.db, &f.err))
		fail_msg("%s", f.err.text);
}

static int end(void **state)
{
	sqlfn__remove(f.db);
	return teardown(state);
}

#undef TEST
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, end)

#define THREADS "INSERT INTO thread(tid, tgid, comm, reused) VALUES (400, 400, 'server', 0), " \
		"(401, 400, 'server', 0), (402, 400, 'server', 0);"
#define BLAME_OF "INSERT INTO blame(from_stage, to_stage, netns, ifindex, tid, deed, addr, by, by_deed, n, mainly, " \
		 "late, sum_ns, late_ns, max_ns, first_win, last_win) VALUES "

#endif
