/*
 * bytes.h: growing output buffers and bounds-checked input, with the format's integers.
 *
 * struct cursor is the only code that takes integers out of file bytes. A read past the end sets
 * `bad`, returns 0 and leaves the cursor at the end, so a caller may check once after several reads.
 */
#ifndef FORMAT_BYTES_H
#define FORMAT_BYTES_H

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <linux/types.h>

enum { VARINT_MAX = 10 }; /* bytes of the longest varint */

struct buf {
	__u8 *p;
	size_t len, cap;
};

/* As buf__reserve(), where there is too little. */
static __attribute__((noinline, cold, unused)) int buf__grow(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 1024;
	__u8 *p;

	while (cap - b->len < n)
		cap *= 2;
	p = realloc(b->p, cap);
	if (!p)
		return -ENOMEM;
	b->p = p;
	b->cap = cap;
	return 0;
}

/* Makes room for n more bytes. Returns 0 or -ENOMEM. */
static inline int buf__reserve(struct buf *b, size_t n)
{
	return b->cap - b->len >= n ? 0 : buf__grow(b, n);
}

/* The put functions need room reserved. */
static inline void buf__put(struct buf *b, const void *src, size_t n)
{
	if (n)
		memcpy(b->p + b->len, src, n);
	b->len += n;
}

static inline void buf__put_u8(struct buf *b, __u8 v)
{
	b->p[b->len++] = v;
}

/* LEB128: seven bits a byte, low first, high bit: more follows. */
static inline void buf__put_varint(struct buf *b, __u64 v)
{
	__u8 *p = b->p + b->len; /* of its own: a byte that is written may be anything, as far as the compiler knows */

	for (; v >= 0x80; v >>= 7)
		*p++ = (__u8)v | 0x80;
	*p++ = (__u8)v;
	b->len = p - b->p;
}

static inline void buf__free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ 0 };
}

/* Signed numbers with small magnitude as small unsigned ones. */
static inline __u64 zigzag(__s64 v)
{
	return ((__u64)v << 1) ^ (__u64)(v >> 63);
}

static inline __s64 unzigzag(__u64 v)
{
	return (__s64)(v >> 1) ^ -(__s64)(v & 1);
}

struct cursor {
	const __u8 *p, *end;
	bool bad;
};

static inline size_t cursor__left(const struct cursor *c)
{
	return (size_t)(c->end - c->p);
}

/* n bytes, or NULL (and bad) when fewer are left. */
static inline const __u8 *cursor__bytes(struct cursor *c, size_t n)
{
	const __u8 *p = c->p;

	if (cursor__left(c) < n) {
		c->p = c->end;
		c->bad = true;
		return NULL;
	}
	if (n) /* a cursor over nothing may point nowhere */
		c->p += n;
	return p;
}

static inline __u8 cursor__u8(struct cursor *c)
{
	const __u8 *p = cursor__bytes(c, 1);

	return p ? *p : 0;
}

static inline __u64 cursor__varint(struct cursor *c)
{
	__u64 v = 0;

	if (c->p != c->end && *c->p < 0x80) /* most differences are small */
		return *c->p++;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		__u8 b;

		if (c->p == c->end)
			break;
		b = *c->p++;
		v |= (__u64)(b & 0x7f) << shift;
		if (!(b & 0x80))
			return v;
	}
	c->p = c->end;
	c->bad = true;
	return 0;
}

#endif
