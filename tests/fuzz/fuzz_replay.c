/*
 * fuzz_replay.c: rows that no kernel would write, and records that this program does not know, through netanalyze replay and
 * export. Whatever they say, a line is text without a character that a terminal obeys.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "analyzer/read/scan.h"
#include "analyzer/replay/replay.h"
#include "format/reader.h"
#include "tests/fuzz/traces.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	size_t n = seed % 4 ? traces__mutate_rows(data, size, max, seed) : traces__mutate_blocks(data, size, max, seed);

	return n ? n : LLVMFuzzerMutate(data, size, max);
}

/* Valid UTF-8 is not looked for: C1 controls in two bytes and what is below a space are. */
static void check_inert(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i], next = i + 1 < size ? (unsigned char)text[i + 1] : 0;

		if ((c < 0x20 && c != '\n' && !(c == '\r' && next == '\n')) || c == 0x7f || (c == 0xc2 && next >= 0x80 && next < 0xa0)) {
			fprintf(stderr, "byte %zu is %02x: %.80s\n", i, c, text + (i > 40 ? i - 40 : 0));
			abort();
		}
	}
}

static void replay(const struct trace *t, struct replay_opts opts)
{
	struct replay_stats stats;
	struct trace_error err = { 0 };
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int code;

	if (!out)
		abort();
	scan__timebase(t, &opts.base);
	opts.base.utc = true;
	code = replay__run(t, &opts, out, &stats, &err);
	fclose(out);
	if (code != 0 && code != -ENODATA) {
		fprintf(stderr, "replay fails: %d, %s\n", code, err.text);
		abort();
	}
	if (opts.format != REPLAY_PCAPNG && opts.format != REPLAY_PERFETTO)
		check_inert(text, size);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = traces__file(data, size);
	const struct trace_wanted wanted = { .paths = &path, .n_paths = 1, .unknown = true };
	struct trace_error err;
	struct filter *filter;
	struct trace *t;
	bool types[REC_TYPE_MAX];

	if (!path || trace__open_set(&t, &wanted, &err))
		return 0;
	if (filter__compile(&filter, "tcp or arp or host 10.0.0.2", &err))
		abort();
	memset(types, true, sizeof(types));
	replay(t, (struct replay_opts){ .format = REPLAY_TEXT });
	replay(t, (struct replay_opts){ .format = REPLAY_JSON, .filter = filter });
	replay(t, (struct replay_opts){ .format = REPLAY_PCAPNG });
	replay(t, (struct replay_opts){ .format = REPLAY_PERFETTO });
	replay(t, (struct replay_opts){ .format = REPLAY_CSV, .types = types });
	replay(t, (struct replay_opts){ .format = REPLAY_FOLDED, .weight = size % 2 ? WEIGHT_NS : WEIGHT_COUNT });
	filter__free(filter);
	trace__close(t);
	return 0;
}
