/*
 * fuzz_blobs.c: any bytes as the headers of a drop and as a stored histogram.
 * Input: u8 l3_off, u16 ethertype, u16 vlan, bytes.
 */
#include <stdint.h>

#include "analyzer/filter/frame.h"
#include "analyzer/filter/headers.h"
#include "analyzer/base/hist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rec_packet packet = { .rec = { .type = REC_packet } };
	struct frame frame;
	struct hist h;

	if (size < 5)
		return 0;
	if (!headers__parse(data + 5, size - 5, data[0], data[1] << 8 | data[2], data[3] << 8 | data[4], &packet)) {
		struct first_bytes first = { data + 5, size - 5 < 96 ? size - 5 : 96, 96 };

		packet.l2 = data[3];
		frame__build(&frame, &packet, &first, data[4] & 1);
		if (frame.len > FRAME_MAX)
			__builtin_trap();
	}
	hist__init(&h);
	if (!hist__decode(&h, data + 5, size - 5) && hist__percentile(&h, 99) > h.max)
		__builtin_trap();
	hist__free(&h);
	return 0;
}
