/* monitor_file.c: opens a monitor's file and finds out what it is (monitor_file.h). */
#include "analyzer/monitor/monitor_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "analyzer/monitor/ping_capture.h"
#include "analyzer/monitor/ping_text.h"
#include "analyzer/monitor/pings.h"

/* As a capture begins: pcap of either byte order, in micro- or nanoseconds, and pcapng. */
static bool is_capture(const unsigned char head[4])
{
	static const unsigned char magics[][4] = {
		{ 0xa1, 0xb2, 0xc3, 0xd4 }, { 0xd4, 0xc3, 0xb2, 0xa1 }, { 0xa1, 0xb2, 0x3c, 0x4d },
		{ 0x4d, 0x3c, 0xb2, 0xa1 }, { 0x0a, 0x0d, 0x0d, 0x0a },
	};

	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++)
		if (memcmp(head, magics[i], 4) == 0)
			return true;
	return false;
}

static int read_file(FILE *f, const char *path, struct pings *p, struct trace_error *err)
{
	unsigned char head[4] = { 0 };
	size_t n = fread(head, 1, sizeof(head), f);

	if (ferror(f) || fseek(f, 0, SEEK_SET))
		return trace_error__set(err, -EIO, "cannot read %s: %s", path, strerror(errno));
	if (!n)
		return trace_error__set(err, -EBADMSG, "%s is empty", path);
	return n == sizeof(head) && is_capture(head) ? ping_capture__read(f, path, p, err)
						     : ping_text__read(f, path, p, err);
}

static int load(FILE *f, const char *path, struct store *s, struct trace_error *err)
{
	struct pings *p = pings__new(s);
	int code;

	if (!p)
		return trace_error__set(err, -ENOMEM, "out of memory");
	code = read_file(f, path, p, err);
	if (!code)
		code = pings__store(p, path, err);
	pings__free(p);
	return code;
}

int monitor_file__load(const char *path, struct sqlite3 *db, struct trace_error *err)
{
	FILE *f = fopen(path, "rbe");
	struct store *s;
	int code, stored;

	if (!f)
		return trace_error__set(err, -errno, "cannot read %s: %s", path, strerror(errno));
	code = store__begin(&s, db, err);
	if (!code) {
		code = load(f, path, s, err);
		stored = store__finish(s, code ? NULL : err);
		code = code ? code : stored;
	}
	fclose(f);
	return code;
}
