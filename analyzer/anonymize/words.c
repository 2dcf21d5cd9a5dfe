/* words.c: names, paths and words (words.h). Texts of several words are in words_text.c. */
#include "analyzer/anonymize/words.h"

#include <ctype.h>
#include <string.h>
#include "analyzer/anonymize/words_known.h"
#include "format/error.h"

/* ---- what is known ------------------------------------------------------------------------------ */

static const char *const known[N_KNOWN] = {
#define THREADS(words)
#define DEVICES(words)
#define PATHS(words)
#define WORDS(words)
#define COUNTERS(words)
#undef THREADS
#define THREADS(words) words " "
	[KNOWN_THREADS] =
#include "analyzer/anonymize/known.def"
	,
#undef THREADS
#define THREADS(words)
#undef DEVICES
#define DEVICES(words) words " "
	[KNOWN_DEVICES] =
#include "analyzer/anonymize/known.def"
	,
#undef DEVICES
#define DEVICES(words)
#undef PATHS
#define PATHS(words) words " "
	[KNOWN_PATHS] =
#include "analyzer/anonymize/known.def"
	,
#undef PATHS
#define PATHS(words)
#undef COUNTERS
#define COUNTERS(words) words " "
	[KNOWN_COUNTERS] =
#include "analyzer/anonymize/known.def"
	,
#undef COUNTERS
#define COUNTERS(words)
#undef WORDS
#define WORDS(words) words " "
	[KNOWN_WORDS] =
#include "analyzer/anonymize/known.def"
	,
#undef THREADS
#undef DEVICES
#undef PATHS
#undef WORDS
#undef COUNTERS
};

bool words__match(const char *pattern, size_t pattern_len, const char *s, size_t n)
{
	const char *end = pattern + pattern_len, *s_end = s + n;

	for (; pattern < end; pattern++) {
		if (s == s_end)
			return false;
		if (*pattern == '#') {
			if (!isdigit((unsigned char)*s))
				return false;
			while (s < s_end && isdigit((unsigned char)*s))
				s++;
		} else if (*pattern == *s || (*pattern == '_' && *s == ' ')) {
			s++;
		} else {
			return false;
		}
	}
	return s == s_end;
}

bool words__known(enum words_known kind, const char *s, size_t n)
{
	for (const char *p = known[kind]; *p;) {
		size_t len = strcspn(p, " ");

		if (len && words__match(p, len, s, n))
			return true;
		p += len + strspn(p + len, " ");
	}
	return false;
}

/* ---- names -------------------------------------------------------------------------------------- */

int words__put(struct buf *out, const char *s, size_t n)
{
	TRY(buf__reserve(out, n));
	buf__put(out, s, n);
	return 0;
}

int words__rename(const struct disguise *d, const char *prefix, const char *s, size_t n, struct buf *out)
{
	char name[DISGUISE_NAME];

	if (!n)
		return 0;
	disguise__name(d, prefix, s, n, name);
	return words__put(out, name, strlen(name));
}

static bool begins(const char *s, size_t n, const char *with)
{
	return n >= strlen(with) && !memcmp(s, with, strlen(with));
}

static size_t digits(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && isdigit((unsigned char)s[i]))
		i++;
	return i;
}

int words__device(struct disguise *d, const char *s, size_t n, struct buf *out)
{
	return words__known(KNOWN_DEVICES, s, n) ? words__put(out, s, n) : words__rename(d, "if", s, n, out);
}

int words__netns(struct disguise *d, const char *s, size_t n, struct buf *out)
{
	return words__match("pid:#", 5, s, n) ? words__put(out, s, n) : words__rename(d, "ns", s, n, out);
}

int words__machine(struct disguise *d, const char *s, size_t n, struct buf *out)
{
	return words__rename(d, "vm", s, n, out);
}

int words__host(struct disguise *d, const char *s, size_t n, struct buf *out)
{
	bool none = (n == 6 && !memcmp(s, "(none)", 6)) || (n == 9 && !memcmp(s, "localhost", 9));

	return none ? words__put(out, s, n) : words__rename(d, "host", s, n, out);
}

/* Of a thread that is named for a device or an interrupt's user: what comes before stays. */
static int rename_rest(const struct disguise *d, const char *s, size_t kept, size_t n, struct buf *out)
{
	char name[DISGUISE_NAME];
	size_t len;

	disguise__name(d, "", s + kept, n - kept, name);
	len = kept < 15 ? strlen(name + 1) : 0;
	len = kept + len > 15 ? 15 - kept : len;
	TRY(words__put(out, s, kept));
	return words__put(out, name + 1, len);
}

int words__thread(struct disguise *d, const char *s, size_t n, struct buf *out)
{
	static const char *const kinds[] = { "irq/#-", "kworker/#:#", "kworker/#:#H", "kworker/u#:#", "kworker/u#:#H" };

	if (words__known(KNOWN_THREADS, s, n))
		return words__put(out, s, n);
	if (begins(s, n, "napi/"))
		return rename_rest(d, s, 5, n, out);
	if (begins(s, n, "kworker/R-"))
		return rename_rest(d, s, 10, n, out);
	for (size_t kept = n < 15 ? n : 15; kept-- > 4;)
		for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
			if (words__match(kinds[i], strlen(kinds[i]), s, kept) && !digits(s + kept, n - kept))
				return rename_rest(d, s, kept, n, out);
	return words__rename(d, "task", s, n, out);
}

/* ---- paths -------------------------------------------------------------------------------------- */

static const char deleted[] = " (deleted)";

static bool is_deleted(const char *s, size_t n)
{
	return n > sizeof(deleted) - 1 && !memcmp(s + n - (sizeof(deleted) - 1), deleted, sizeof(deleted) - 1);
}

/* The length up to the next slash. */
static size_t part_of(const char *s, size_t n)
{
	const char *slash = n ? memchr(s, '/', n) : NULL;

	return slash ? (size_t)(slash - s) : n;
}

int words__path(struct disguise *d, const char *s, size_t n, struct buf *out)
{
	bool gone = is_deleted(s, n);
	size_t end = gone ? n - (sizeof(deleted) - 1) : n;

	for (size_t at = 0; at <= end;) {
		size_t len = part_of(s + at, end - at);

		if (words__known(KNOWN_PATHS, s + at, len) || (len < 10 && digits(s + at, len) == len))
			TRY(words__put(out, s + at, len));
		else
			TRY(words__rename(d, "p", s + at, len, out));
		at += len;
		if (at < end)
			TRY(words__put(out, "/", 1));
		at++;
	}
	return gone ? words__put(out, deleted, sizeof(deleted) - 1) : 0;
}

bool words__public(const char *path, size_t n)
{
	size_t at = 0, len;

	n = is_deleted(path, n) ? n - (sizeof(deleted) - 1) : n;
	if (!n || path[0] != '/')
		return n && path[0] == '['; /* of the kernel: [vdso] */
	for (;;) {
		len = part_of(path + at, n - at);
		if (len && !words__known(KNOWN_PATHS, path + at, len))
			return false;
		if (at + len == n)
			return len > 0;
		at += len + 1;
	}
}

int words__function(struct disguise *d, const char *s, size_t n, struct buf *out)
{
	return words__rename(d, "fn", s, n, out);
}

/* ---- words of the kernel ------------------------------------------------------------------------ */

static bool made_of(const char *s, size_t n, const char *others)
{
	for (size_t i = 0; i < n; i++)
		if (!isascii(s[i]) || (!isalnum((unsigned char)s[i]) && !strchr(others, s[i])))
			return false;
	return !memchr(s, 0, n);
}

int words__word(struct disguise *d, const char *s, size_t n, struct buf *out)
{
	bool plain = n < 128 && (!n || made_of(s, n, "_-.+$/:"));

	return plain ? words__put(out, s, n) : words__rename(d, "word", s, n, out);
}

int words__listed(struct disguise *d, const char *s, size_t n, struct buf *out)
{
	bool plain = n < 1024 && (!n || made_of(s, n, "_-., #()@:+~"));

	return plain ? words__put(out, s, n) : words__rename(d, "word", s, n, out);
}

/* bpf_prog_TAG_NAME: the name is whoever wrote it. */
int words__symbol(struct disguise *d, const char *s, size_t n, struct buf *out)
{
	static const char bpf[] = "bpf_prog_";
	const size_t kept = sizeof(bpf) - 1 + 16;

	if (!begins(s, n, bpf) || n <= kept)
		return words__word(d, s, n, out);
	TRY(words__put(out, s, kept));
	TRY(words__put(out, "_", 1));
	return words__rename(d, "prog", s + kept, n - kept, out);
}

/* Numbers with commas, dashes or one dot: no address. */
int words__list(struct disguise *d, const char *s, size_t n, struct buf *out)
{
	size_t dots = 0;

	for (size_t i = 0; i < n; i++) {
		dots += s[i] == '.';
		if (!isdigit((unsigned char)s[i]) && !strchr(",-. ", s[i] ? s[i] : 'x'))
			return words__rename(d, "list", s, n, out);
	}
	return dots < 2 ? words__put(out, s, n) : words__rename(d, "list", s, n, out);
}

/* Another one of as many digits in hex. */
int words__id(struct disguise *d, const char *s, size_t n, struct buf *out)
{
	static const char hex[] = "0123456789abcdef";
	char text[64];
	__u8 bytes[sizeof(text)];

	if (!n || n > sizeof(text))
		return words__rename(d, "id", s, n, out);
	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes, s, n);
	disguise__bytes(d, bytes, 32);
	disguise__bytes(d, bytes + 32, 32);
	for (size_t i = 0; i < n; i++)
		text[i] = hex[bytes[i] % 16];
	return words__put(out, text, n);
}

/* ---- counters ----------------------------------------------------------------------------------- */

/* ovs.DATAPATH.WHAT: a datapath may have dots in its name. */
static int datapath_counter(struct disguise *d, const char *s, size_t n, struct buf *out)
{
	size_t last = n;

	while (last > 4 && s[last - 1] != '.')
		last--;
	if (last <= 5 || !words__known(KNOWN_COUNTERS, s + last, n - last))
		return words__rename(d, "count", s, n, out);
	TRY(words__put(out, s, 4));
	TRY(words__device(d, s + 4, last - 5, out));
	return words__put(out, s + last - 1, n - last + 1);
}

int words__counter(struct disguise *d, const char *s, size_t n, struct buf *out)
{
	static const char coverage[] = "ovs.coverage.";
	const char *dot = n ? memchr(s, '.', n) : NULL;
	bool known_kind = begins(s, n, coverage) || (dot && words__known(KNOWN_COUNTERS, s, dot - s));

	if (known_kind && n < 128) {
		size_t kept = begins(s, n, coverage) ? sizeof(coverage) - 1 : (size_t)(dot - s) + 1;

		if (made_of(s + kept, n - kept, "_"))
			return words__put(out, s, n);
	}
	if (begins(s, n, "ovs."))
		return datapath_counter(d, s, n, out);
	return words__rename(d, "count", s, n, out);
}
