/*
 * expression.c: the words of a capture filter (expression.h).
 *
 * libpcap compiles from left to right: a keyword such as vlan moves the place where everything behind it is looked for,
 * whatever the parentheses say. Only an operator that lies in parentheses opened behind the keyword is meant to be
 * moved.
 */
#include "expression.h"

#include <nss.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>

enum { SHOWN = 80 }; /* characters of an expression in a message */

static const char IN_WORD[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/\\";

/* The next word, operator or bracketed offset; 0: the end. */
static size_t next_token(const char **at)
{
	size_t len;

	*at += strspn(*at, " \t\n\r");
	if (**at == '[') {
		len = strcspn(*at, "]");
		return (*at)[len] ? len + 1 : len;
	}
	len = strspn(*at, IN_WORD);
	if (len || !**at)
		return len;
	return !strncmp(*at, "&&", 2) || !strncmp(*at, "||", 2) ? 2 : 1;
}

static bool is(const char *token, size_t len, const char *word)
{
	return strlen(word) == len && !memcmp(token, word, len);
}

static bool is_any(const char *token, size_t len, const char *const *words)
{
	for (; *words; words++)
		if (is(token, len, *words))
			return true;
	return false;
}

bool expression__asks_for_tags(const char *expression)
{
	size_t len;

	for (; (len = next_token(&expression)); expression += len)
		if (is(expression, len, "vlan"))
			return true;
	return false;
}

struct scan {
	const char *moved;  /* by this keyword */
	int depth, moved_at; /* parentheses that are open, now and at the keyword */
	bool begins;        /* the next word begins a test */
	bool negated;       /* 'not' precedes it */
	bool moved_negated;
	bool other;         /* there was a test that is none of these keywords, or an 'or' */
};

static const char *const OR[] = { "or", "||", NULL };
static const char *const AND[] = { "and", "&&", NULL };
static const char *const NOT[] = { "not", "!", NULL };

/* Tests of the Ethernet header and of the length are where they are, whatever the tags. */
static const char *const UNMOVED[] = { "ether", "less", "greater", "len", "wlan", "inbound", "outbound", NULL };

static const char *keyword(const char *token, size_t len)
{
	static const char *const MOVING[] = { "vlan", "mpls", "pppoes" };

	for (size_t i = 0; i < sizeof(MOVING) / sizeof(*MOVING); i++)
		if (is(token, len, MOVING[i]))
			return MOVING[i];
	return NULL;
}

/* A word that begins a test. True: the trap. */
static bool begin_test(struct scan *s, const char *token, size_t len)
{
	const char *moves = keyword(token, len);
	bool trap = s->moved_negated || (moves && s->other);

	if (trap)
		s->moved = moves && s->other ? moves : s->moved;
	else if (moves)
		*s = (struct scan){ .moved = moves, .depth = s->depth, .moved_at = s->depth,
				    .moved_negated = s->negated };
	else
		s->other |= !is_any(token, len, UNMOVED);
	s->begins = s->negated = false;
	return trap;
}

/* True: the trap. */
static bool take(struct scan *s, const char *token, size_t len)
{
	bool is_or = is_any(token, len, OR);

	if (is(token, len, "(") || is(token, len, ")")) {
		s->depth += *token == '(' ? 1 : -1;
		return false;
	}
	if (is_or && s->moved && s->depth <= s->moved_at)
		return true;
	if (is_or || is_any(token, len, AND)) {
		s->other |= is_or;
		s->begins = true;
		s->negated = false;
		return false;
	}
	if (s->begins && is_any(token, len, NOT)) {
		s->negated = true;
		return false;
	}
	return s->begins && begin_test(s, token, len);
}

const char *expression__trap(const char *expression)
{
	struct scan s = { .begins = true };
	size_t len;

	for (; (len = next_token(&expression)); expression += len)
		if (take(&s, expression, len))
			return s.moved;
	return NULL;
}

bool expression__warning(const char *expression, char *text, size_t size)
{
	const char *word = expression__trap(expression);
	bool is_long = strlen(expression) > SHOWN;

	if (!word)
		return false;
	snprintf(text, size,
		 "filter \"%.*s%s\": all that stands to the right of '%s', also behind 'or' and 'not', is looked for "
		 "further inside the packet, and nothing to the left is; see pcap-filter(7)",
		 SHOWN, expression, is_long ? "…" : "", word);
	return true;
}

/* Without a dynamic loader the kernel has no address of one (AT_BASE). */
void expression__keep_lookups_inside(void)
{
	static const char *const FILES[] = { "networks", "services", "protocols", "ethers" };

	if (getauxval(AT_BASE))
		return;
	__nss_configure_lookup("hosts", "files dns");
	for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++)
		__nss_configure_lookup(FILES[i], "files");
}
