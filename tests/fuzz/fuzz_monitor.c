/*
 * fuzz_monitor.c: any bytes as the file of a monitor: ping's text, or a capture; and what can be said of it.
 */
#include <stdint.h>
#include <stdio.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <unistd.h>

#include "analyzer/monitor/monitor_file.h"
#include "analyzer/print/sqlfn.h"
#include "analyzer/rules/rules.h"
#include "analyzer/store/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sqlfn_context context;
	struct trace_error err = { .code = 0 };
	struct sqlite3 *db;
	char path[64];
	int fd = memfd_create("monitor", 0);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || store__create(&db, NULL, false, &err))
		__builtin_trap();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (monitor_file__load(path, db, &err)) {
		if (!*err.text)
			__builtin_trap();
	} else if (sqlfn__add(db, &context, &err) || rules__judge(db, &err)) {
		__builtin_trap();
	}
	sqlfn__remove(db);
	sqlite3_close(db);
	close(fd);
	return 0;
}
