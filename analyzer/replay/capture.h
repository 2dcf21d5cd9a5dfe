/*
 * capture.h: the packets of a recording as a capture file: each time one is at a stage or is dropped, with what is
 * recorded of it.
 *
 * What must hold: no byte is made up. What is not recorded and does not follow from what is, is 0; what is behind the
 * headers is not captured.
 */
#ifndef ANALYZER_CAPTURE_H
#define ANALYZER_CAPTURE_H

#include <stdbool.h>
#include <stdio.h>
#include "analyzer/base/timefmt.h"
#include "analyzer/replay/resolve.h"

struct capture;

/* Begins the file. All stays in use until capture__free(). Returns 0 or -ENOMEM. */
int capture__new(struct capture **c, FILE *out, const struct recording *recording, const struct timebase *base,
		 const struct resolver *resolver);

/* Each record has to be seen, in time order, for what later ones refer to; those that are wanted are written. */
void capture__see(struct capture *c, const struct rec *rec, bool wanted);

/* How many wanted records were left out, because no record has headers of their packet. */
__u64 capture__headless(const struct capture *c);
void capture__free(struct capture *c); /* NULL is allowed */

#endif
