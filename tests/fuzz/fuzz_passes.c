/*
 * fuzz_passes.c: rows that no kernel would write, through the whole analysis. Checksums and columns are sound, so that
 * nearly every run reaches the passes; what the rows say is not, now and then the blocks, too (traces.h).
 *
 * An analysis may find nothing to analyze. That a row cannot be stored would cost its user all the others: it is a
 * fault.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sqlite3.h>
#include "analyzer/store/store.h"
#include "analyzer/sweep/analyze.h"
#include "format/reader.h"
#include "tests/fuzz/traces.h"

/* A database with all tables; making the schema anew takes longer than an analysis. */
static struct sqlite3 *fresh(void)
{
	static struct sqlite3 *empty;
	struct sqlite3 *db = NULL;
	struct trace_error err;
	sqlite3_backup *copy;

	if (!empty && store__create(&empty, NULL, false, &err))
		abort();
	if (sqlite3_open(":memory:", &db) != SQLITE_OK)
		abort();
	copy = sqlite3_backup_init(db, "main", empty, "main");
	if (sqlite3_backup_step(copy, -1) != SQLITE_DONE || sqlite3_backup_finish(copy) != SQLITE_OK)
		abort();
	return db;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	size_t n = seed % 8 ? traces__mutate_rows(data, size, max, seed) : traces__mutate_blocks(data, size, max, seed);

	return n ? n : LLVMFuzzerMutate(data, size, max);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct analyze_opts opts = { .threads = 1, .keep_first = 50, .keep_slowest = 50, .keep_dropped = 50,
				     .keep_drops = 50 };
	const char *path = traces__file(data, size);
	struct trace_error err = { 0 };
	struct sqlite3 *db = fresh();
	struct trace *t = NULL;
	int code = trace__open(&t, path, &err);

	if (!code)
		code = analyze__run(t, db, &opts, NULL, &err);
	trace__close(t);

	if (code != 0 && code != -ENODATA && code != -EBADMSG && code != -EPROTONOSUPPORT) {
		fprintf(stderr, "the analysis fails: %d, %s\n", code, err.text);
		abort();
	}
	sqlite3_close(db);
	return 0;
}
