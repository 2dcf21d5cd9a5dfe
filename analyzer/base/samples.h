/*
 * samples.h: differences of cumulative counters.
 */
#ifndef ANALYZER_SAMPLES_H
#define ANALYZER_SAMPLES_H

#include <linux/types.h>

/* A 64-bit counter that went back began anew. */
static inline __u64 delta64(__u64 before, __u64 now)
{
	return now >= before ? now - before : now;
}

/* A 32-bit one may also have wrapped: then it was near its end and is near its beginning. */
static inline __u64 delta32(__u32 before, __u32 now)
{
	if (now >= before || (before > 0xc0000000 && now < 0x40000000))
		return (__u32)(now - before);
	return now;
}

#endif
