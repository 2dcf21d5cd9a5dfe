/*
 * ping_text.c: what ping printed, line by line (ping_text.h).
 *
 * Ping says little of a request that is not answered: it is one whose number is missing between others, or before the
 * total that ping ends with. So a file that lacks lines of answers would make losses: its totals are compared.
 */
#include "analyzer/monitor/ping_text.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include "analyzer/monitor/ping_line.h"

enum { MAX_LINE = 1000 };

struct text {
	FILE *f;
	const char *path;
	struct pings *pings;
	unsigned long line;
	char buf[MAX_LINE + 1];
	bool headed; /* the current ping's first line was seen */
	bool from_0;
	__u64 answered; /* of the current ping */
};

static int garbled(struct text *t, const char *what, struct trace_error *err)
{
	for (char *c = t->buf; *c; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
	return trace_error__set(err, -EBADMSG, "%s, line %lu: %s: '%.60s'", t->path, t->line, what, t->buf);
}

/* The next line, without its end; 0: the file is over. */
static int read_line(struct text *t, struct trace_error *err)
{
	size_t n = 0;
	int c;

	t->line++;
	while ((c = getc_unlocked(t->f)) != EOF && c != '\n') {
		t->buf[n] = c ? (char)c : '?';
		t->buf[++n] = '\0';
		if (n == MAX_LINE)
			return garbled(t, "no line of ping is that long", err);
	}
	if (ferror(t->f))
		return trace_error__set(err, -EIO, "cannot read %s: %s", t->path, strerror(errno));
	while (n && (t->buf[n - 1] == '\r' || t->buf[n - 1] == ' '))
		n--;
	t->buf[n] = '\0';
	return n || c != EOF;
}

static int begin(struct text *t, const struct ping_line *l, struct trace_error *err)
{
	struct ping ping = { .line = t->line, .id = -1, .has_daddr = l->has_addr, .has_saddr = l->has_saddr };

	memcpy(ping.daddr, l->addr, sizeof(ping.daddr));
	memcpy(ping.saddr, l->saddr, sizeof(ping.saddr));
	t->headed = l->said == PING_BEGINS;
	t->from_0 = l->from_0;
	t->answered = 0;
	return pings__add(t->pings, &ping, err) ? 0 : err->code;
}

/* The ping that a line is about; one whose first line is not in the file begins with the first that is. */
static int current(struct text *t, const struct ping_line *l, struct ping **ping, struct trace_error *err)
{
	if (!pings__last(t->pings))
		TRY(begin(t, &(struct ping_line){ .said = PING_NOTHING }, err));
	*ping = pings__last(t->pings);
	if (!(*ping)->has_daddr && l->said == PING_ANSWERED) {
		memcpy((*ping)->daddr, l->addr, sizeof(l->addr));
		(*ping)->has_daddr = true;
	}
	return 0;
}

static int say(struct text *t, const struct ping_line *l, struct trace_error *err)
{
	struct ping_echo echo = { .rtt_ns = l->rtt_ns,
				 .said = l->said == PING_ANSWERED ? "answered"
					 : l->said == PING_ERROR  ? l->error
								  : "no answer" };
	struct ping *ping;

	TRY(current(t, l, &ping, err));
	/* -D says when the line was printed: of an answer, when it came */
	if (l->said == PING_ANSWERED && l->rtt_ns >= 0 && l->at_ns > (__u64)l->rtt_ns)
		echo.sent_ns = l->at_ns - (__u64)l->rtt_ns;
	t->answered += l->said == PING_ANSWERED;
	if (t->headed && !ping->begun)
		TRY(pings__reach(t->pings, ping, l->seq ? !t->from_0 : 0, err));
	return pings__say(t->pings, ping, pings__number(ping, l->seq), &echo, err);
}

/* All requests up to the last one were sent. */
static int total(struct text *t, const struct ping_line *l, struct trace_error *err)
{
	struct ping *ping = pings__last(t->pings);
	__u16 last = (__u16)(l->sent - l->from_0);

	if (!ping || !l->sent)
		return 0;
	if (t->headed && t->answered < l->received)
		return garbled(t, "that many answers have no line above it, so which were lost is not told (ping -q?)",
			       err);
	if (!ping->begun && t->headed)
		TRY(pings__reach(t->pings, ping, !l->from_0, err));
	ping->whole = t->headed;
	if (!ping->begun || pings__number(ping, last) <= ping->last)
		return 0;
	return pings__reach(t->pings, ping, pings__number(ping, last), err);
}

static int take(struct text *t, struct trace_error *err)
{
	struct ping_line l;

	ping_line__parse(t->buf, &l);
	switch (l.said) {
	case PING_GARBLED:
		return garbled(t, "ping prints no such line", err);
	case PING_NOTHING:
		return 0;
	case PING_BEGINS:
		return begin(t, &l, err);
	case PING_TOTALS:
		return total(t, &l, err);
	default:
		return say(t, &l, err);
	}
}

/* Names the line at which there was too much of it. */
static int at_line(struct text *t, int code, struct trace_error *err)
{
	char what[sizeof(err->text)];

	if (code != -E2BIG)
		return code;
	snprintf(what, sizeof(what), "%s", err->text);
	return trace_error__set(err, code, "%s, line %lu: %.200s", t->path, t->line, what);
}

int ping_text__read(FILE *f, const char *path, struct pings *p, struct trace_error *err)
{
	struct text t = { .f = f, .path = path, .pings = p };
	int more, code = 0;

	while (!code && (more = read_line(&t, err)) > 0)
		code = at_line(&t, take(&t, err), err);
	return code ? code : more;
}
