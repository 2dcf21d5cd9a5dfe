/*
 * hows.c: the tables of hide.def and facts.def (hows.h).
 *
 * A field that hide.def leaves out has no IS_…: this file does not compile then.
 */
#include "analyzer/anonymize/hows.h"

#include <string.h>
#include "analyzer/anonymize/words.h"
#include "format/record.h"

enum {
#define HIDE(record, field, how) IS_##record##_##field = HOW_##how,
#include "format/hide.def"
#undef HIDE
};

#define RECORD(id, name, class, doc) static const __u8 of_##name[] = {
#define FIELD(record, type, name, key, unit, doc) IS_##record##_##name,
#define END(name) };
#include "format/events.def"
#undef RECORD
#undef FIELD
#undef END

static const struct {
	const __u8 *fields;
	size_t n;
} records[REC_TYPE_MAX] = {
#define RECORD(id, name, class, doc) [id] = { of_##name, sizeof(of_##name) },
#define FIELD(record, type, name, key, unit, doc)
#define END(name)
#include "format/events.def"
#undef RECORD
#undef FIELD
#undef END
};

static const struct {
	const char *key;
	__u8 how;
} facts[] = {
#define FACT(key, how) { key, HOW_##how },
#include "analyzer/anonymize/facts.def"
#undef FACT
};

enum how hows__of(unsigned type, unsigned field)
{
	return type < REC_TYPE_MAX && field < records[type].n ? records[type].fields[field] : HOW_NONE;
}

enum how hows__of_fact(const char *key, size_t n)
{
	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		if (words__match(facts[i].key, strlen(facts[i].key), key, n))
			return facts[i].how;
	return HOW_NONE;
}
