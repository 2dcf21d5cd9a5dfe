/* spool.c: what can be read only once, as a file (spool.h). */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "block.h"
#include "codec.h"
#include "spool.h"

enum { CHUNK = 1 << 20 };

static int make_file(struct trace_error *err)
{
	const char *dirs[] = { getenv("TMPDIR"), "/var/tmp", "/tmp" };
	int fd = -1;

	for (size_t i = 0; fd < 0 && i < sizeof(dirs) / sizeof(*dirs); i++)
		if (dirs[i] && *dirs[i])
			fd = open(dirs[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	for (size_t i = 0; fd < 0 && i < sizeof(dirs) / sizeof(*dirs); i++) { /* a file system that has no O_TMPFILE */
		char name[4096];

		if (!dirs[i] || !*dirs[i] ||
		    snprintf(name, sizeof(name), "%s/netanalyze-XXXXXX", dirs[i]) >= (int)sizeof(name))
			continue;
		fd = mkostemp(name, O_CLOEXEC);
		if (fd >= 0)
			unlink(name);
	}
	return fd >= 0 ? fd : trace_error__set(err, -errno, "cannot make a temporary file in $TMPDIR, /var/tmp or /tmp: %s",
					       strerror(errno));
}

static int write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done < 0 ? -errno : -ENOSPC;
		p += done;
		n -= done;
	}
	return 0;
}

/* Is there the header of a block? `p` begins with the last bytes of what came before. */
static bool has_block(const char *p, size_t n)
{
	const char *hit = p;

	while ((hit = memmem(hit, p + n - hit, BLOCK_MAGIC, 8)) && hit + BLOCK_HEADER <= p + n) {
		struct block_header h;

		if (block_header__unpack(&h, (const __u8 *)hit))
			return true;
		hit++;
	}
	return false;
}

static int copy(int from, int to, const char *name, char *p, struct trace_error *err)
{
	size_t kept = 0; /* bytes before p + BLOCK_HEADER that a header may begin in */
	__u64 since = 0; /* the last block */

	for (;;) {
		ssize_t n = read(from, p + BLOCK_HEADER, CHUNK);
		int code;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return trace_error__set(err, -errno, "cannot read %s: %s", name, strerror(errno));
		if (!n)
			return 0;
		code = write_all(to, p + BLOCK_HEADER, n);
		if (code)
			return trace_error__set(err, code, "cannot keep %s in a temporary file: %s; name a directory with more room "
						"in TMPDIR, or give files", name, strerror(-code));
		since = has_block(p + BLOCK_HEADER - kept, kept + n) ? 0 : since + n;
		if (since > 2 * (__u64)ZSTD_compressBound(BLOCK_LIMIT_RAW))
			return trace_error__set(err, -EBADMSG, "%s is not a netrec trace: no block in %llu MiB", name, since >> 20);
		memmove(p, p + n, BLOCK_HEADER);
		kept = kept + n < BLOCK_HEADER ? kept + n : BLOCK_HEADER - 1;
	}
}

int spool__read(int from, const char *name, struct trace_error *err)
{
	char *p = calloc(1, BLOCK_HEADER + CHUNK);
	int to = p ? make_file(err) : trace_error__set(err, -ENOMEM, "out of memory");
	int code = to < 0 ? to : copy(from, to, name, p, err);

	free(p);
	if (code < 0 && to >= 0)
		close(to);
	return code < 0 ? code : to;
}
