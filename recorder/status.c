/* status.c: what netrec record says about itself on standard error (status.h). */
#include "status.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "units.h"

static __u64 cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

void status__begin(struct status *st)
{
	memset(st, 0, sizeof(*st));
	st->began = st->last = now_ns();
	st->last_cpu = cpu_ns();
}

static double percent(__u64 part, __u64 of)
{
	return of ? 100.0 * part / of : 0;
}

void status__tick(struct status *st, struct sink *s)
{
	__u64 now = now_ns(), cpu = cpu_ns(), rows, bytes, lost;
	char size[32];

	if (now - st->last < 1000000000 || !isatty(STDERR_FILENO))
		return;
	sink__lock(s);
	rows = trace_writer__stats(s->writer)->rows;
	bytes = trace_writer__stats(s->writer)->bytes;
	lost = s->lost;
	sink__unlock(s);
	fprintf(stderr, "\r\033[K%3llu s  %.0f events/s  %llu lost  %s  %.1f %% of a CPU", (now - st->began) / 1000000000,
		(rows - st->last_rows) * 1e9 / (now - st->last), lost, units__bytes(size, sizeof(size), bytes),
		percent(cpu - st->last_cpu, now - st->last));
	st->line = true;
	st->last = now;
	st->last_rows = rows;
	st->last_cpu = cpu;
}

void status__clear(struct status *st)
{
	if (st->line)
		fputs("\r\033[K", stderr);
	st->line = false;
}

void status__summary(const struct status *st, const char *path, const struct trace_writer_stats *w, __u64 lost)
{
	__u64 took = now_ns() - st->began;
	char size[32];

	fprintf(stderr, "%s: %llu events in %.1f s, %llu lost, %s (%.1f bytes/event), %u segment%s, %.1f %% of a CPU\n",
		path, w->rows, took / 1e9, lost, units__bytes(size, sizeof(size), w->bytes),
		w->rows ? (double)w->bytes / w->rows : 0, w->segments - w->removed, w->segments - w->removed == 1 ? "" : "s",
		percent(cpu_ns(), took));
}
