/*
 * fuzz_rows.c: any bytes as a schema and as columns. Checksums keep most mutations of a file from ever
 * reaching the decoder; here they reach it directly.
 *
 * Input: u16 length of the schema payload (0: this program's own), schema, u8 rows, columns.
 */
#include <stdint.h>

#include "format/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int layout_of(struct layout **l, const uint8_t **data, size_t *size)
{
	struct buf own = { 0 };
	size_t n = (*data)[0] | (*data)[1] << 8;
	int err;

	*data += 2;
	*size -= 2;
	if (n > *size)
		return -1;
	if (n) {
		err = layout__parse(l, *data, n);
	} else {
		err = schema__encode(&own);
		if (!err)
			err = layout__parse(l, own.p, own.len);
		buf__free(&own);
	}
	*data += n;
	*size -= n;
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct decoder d = { 0 };
	struct layout *l;
	const char *what;

	if (size < 2 || layout_of(&l, &data, &size))
		return 0;
	if (size > 1)
		decoder__run(&d, l, 0, data[0], data + 1, size - 1, &what);
	decoder__free(&d);
	layout__free(l);
	return 0;
}
