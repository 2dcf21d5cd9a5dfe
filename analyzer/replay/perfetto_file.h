/*
 * perfetto_file.h: writes trace files of Perfetto: tracks and what is on them, with times of CLOCK_MONOTONIC.
 */
#ifndef ANALYZER_PERFETTO_FILE_H
#define ANALYZER_PERFETTO_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Texts are UTF-8. */
struct perfetto_track {
	uint64_t id, parent; /* from 1; parent 0: none */
	const char *name;
	enum { TRACK_PLAIN, TRACK_PROCESS, TRACK_THREAD, TRACK_COUNT, TRACK_BYTES } kind;
	uint32_t pid, tid; /* of a process or thread */
};

struct perfetto_note {
	const char *name, *text;
};

enum { PERFETTO_MAX_NOTES = 16 };

struct perfetto_event {
	uint64_t track, ns;
	enum { EVENT_BEGIN = 1, EVENT_END, EVENT_INSTANT, EVENT_VALUE } type;
	const char *name, *category; /* NULL: none */
	uint64_t flow;               /* 0: none */
	bool ends;                   /* the flow does, here */
	int64_t value;               /* of EVENT_VALUE */
	struct perfetto_note notes[PERFETTO_MAX_NOTES];
	size_t n_notes;
};

/* First: both clocks, read together. real 0: not known. Errors of writing are left to ferror(). */
void perfetto_file__clocks(FILE *out, uint64_t mono, uint64_t real);

/* Before the first event on it. */
void perfetto_file__track(FILE *out, const struct perfetto_track *t);

/* In any order of time. Of equal times on one track the order of writing counts. */
void perfetto_file__event(FILE *out, const struct perfetto_event *e);

#endif
