/*
 * resolve.h: what the numbers in records stand for: threads, devices, functions, values of enums.
 *
 * It goes by the unit that events.def gives a field: a new record, or one that only a newer netrec knows, needs nothing
 * here.
 */
#ifndef ANALYZER_RESOLVE_H
#define ANALYZER_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include "analyzer/read/recording.h"
#include "format/schema.h"

struct resolver;

enum { RESOLVE_MAX = 1 << 15 }; /* room for a name: a stack with all its functions */

/* A field of a row. */
struct asked {
	const struct record_desc *desc;
	const struct field_desc *field; /* of kind UINT */
	const struct rec *rec;
	__u64 value;
};

/* All stays in use until resolver__free(). Returns 0 or -ENOMEM. */
int resolver__new(struct resolver **r, const struct recording *recording);
void resolver__free(struct resolver *r); /* NULL is allowed */

/* A record comes: later ones may refer to what it tells. Before it is asked about. */
void resolver__see(struct resolver *r, const struct rec *rec);

/* A field's value in a row; 0: the record has no such field, or its value is no number. */
__u64 resolve__value(const struct record_desc *d, const struct rec *rec, const char *field);

/* Has this unit values with names? */
bool resolve__has_names(const char *unit);

/*
 * The name of what a value stands for, which is cleaned (names__clean()) and cut where `out` ends. False: it has none,
 * or the recording does not tell.
 */
bool resolver__name(const struct resolver *r, const struct asked *a, char *out, size_t size);

/* The same for a field of a row that has it; false also when it has not. */
bool resolver__field(const struct resolver *r, const struct record_desc *d, const struct rec *rec, const char *field,
		     char *out, size_t size);

/*
 * Calls fn with the function of each frame of a stack, the outermost first: of REC_stack or REC_ustack. Of one without a
 * name it is the file in brackets, or [unknown]. Texts are cleaned. Returns how many there are.
 */
size_t resolver__frames(const struct resolver *r, enum rec_type type, __u32 id,
			void (*fn)(void *arg, const char *function), void *arg);

#endif
