/* block.c: block headers and compressed payloads (block.h). */
#include "block.h"

#include <endian.h>
#include <zlib.h>
#include <zstd.h>

#include "error.h"

_Static_assert(__BYTE_ORDER == __LITTLE_ENDIAN, "records are stored as they are in memory: little-endian");

static __u8 *put32(__u8 *p, __u32 v)
{
	memcpy(p, &v, 4);
	return p + 4;
}

static __u8 *put64(__u8 *p, __u64 v)
{
	memcpy(p, &v, 8);
	return p + 8;
}

static const __u8 *get32(const __u8 *p, __u32 *v)
{
	memcpy(v, p, 4);
	return p + 4;
}

static const __u8 *get64(const __u8 *p, __u64 *v)
{
	memcpy(v, p, 8);
	return p + 8;
}

/* The 52 bytes between magic and checksum. */
static void pack_body(const struct block_header *h, __u8 *p)
{
	*p++ = h->kind;
	*p++ = h->codec;
	*p++ = h->flags;
	*p++ = h->major;
	p = put32(p, h->stored_len);
	p = put32(p, h->raw_len);
	p = put32(p, h->rows);
	p = put32(p, h->stream);
	p = put32(p, h->seq);
	p = put64(p, h->ts_min);
	p = put64(p, h->ts_max);
	p = put64(p, h->lost);
	put32(p, h->schema);
}

static void unpack_body(struct block_header *h, const __u8 *p)
{
	h->kind = *p++;
	h->codec = *p++;
	h->flags = *p++;
	h->major = *p++;
	p = get32(p, &h->stored_len);
	p = get32(p, &h->raw_len);
	p = get32(p, &h->rows);
	p = get32(p, &h->stream);
	p = get32(p, &h->seq);
	p = get64(p, &h->ts_min);
	p = get64(p, &h->ts_max);
	p = get64(p, &h->lost);
	get32(p, &h->schema);
}

void block_header__pack(const struct block_header *h, __u8 out[BLOCK_HEADER])
{
	memcpy(out, BLOCK_MAGIC, 8);
	pack_body(h, out + 8);
	put32(out + 60, crc32(0, out, 60));
}

bool block_header__unpack(struct block_header *h, const __u8 in[BLOCK_HEADER])
{
	__u32 crc;

	get32(in + 60, &crc);
	if (memcmp(in, BLOCK_MAGIC, 8) || crc != crc32(0, in, 60))
		return false;
	unpack_body(h, in + 8);
	return true;
}

void block_header__pack_entry(const struct block_header *h, __u64 offset, __u8 out[INDEX_ENTRY])
{
	pack_body(h, out);
	put64(out + 52, offset);
}

void block_header__unpack_entry(struct block_header *h, __u64 *offset, const __u8 in[INDEX_ENTRY])
{
	unpack_body(h, in);
	get64(in + 52, offset);
}

int block__pack(struct block_header *h, const __u8 *payload, void *cctx, struct buf *out)
{
	size_t bound = h->raw_len ? ZSTD_compressBound(h->raw_len) : 0, n = 0;

	h->major = FORMAT_MAJOR;
	h->codec = h->raw_len ? BLOCK_ZSTD : BLOCK_RAW;
	TRY(buf__reserve(out, BLOCK_HEADER + bound));
	if (h->raw_len) {
		n = ZSTD_compress2(cctx, out->p + out->len + BLOCK_HEADER, bound, payload, h->raw_len);
		if (ZSTD_isError(n))
			return -ENOMEM; /* the only way it fails with room for the worst case */
	}
	h->stored_len = n;
	block_header__pack(h, out->p + out->len);
	out->len += BLOCK_HEADER + n;
	return 0;
}

int block__unpack(const struct block_header *h, const __u8 *stored, void *dctx, struct buf *raw, const char **what)
{
	size_t n;

	*what = "payload is larger than the format allows";
	if (h->raw_len > BLOCK_LIMIT_RAW)
		return -EBADMSG;
	raw->len = 0;
	TRY(buf__reserve(raw, h->raw_len + 1));
	*what = "the codec of its payload is unknown";
	if (h->codec != BLOCK_ZSTD)
		return h->raw_len || h->stored_len ? -EBADMSG : 0;
	*what = "payload is damaged";
	n = ZSTD_decompressDCtx(dctx, raw->p, h->raw_len, stored, h->stored_len);
	if (ZSTD_isError(n) || n != h->raw_len)
		return -EBADMSG;
	raw->len = n;
	return 0;
}
