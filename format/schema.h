/*
 * schema.h: the record table of events.def and stages.def, for code that handles any record.
 */
#ifndef FORMAT_SCHEMA_H
#define FORMAT_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include "record.h"

enum field_kind { FIELD_UINT, FIELD_BYTES, FIELD_TEXT };
enum record_class { RECORD_EVENT, RECORD_DEFINITION };

enum { SCHEMA_MAX_FIELDS = 63 }; /* a row's changed-field mask is one 64-bit word */

struct field_desc {
	const char *name;
	const char *unit; /* as in events.def: NS, BYTES, PTR, … */
	const char *doc;
	__u16 offset;     /* in the record's struct */
	__u8 kind;        /* enum field_kind */
	__u8 size;        /* bytes: 1 2 4 8 for UINT, array length for BYTES, 0 for TEXT */
	bool key;
};

struct record_desc {
	const char *name;
	const char *doc;
	const struct field_desc *fields;
	__u16 n_fields;
	__u16 size; /* of the struct, struct rec included */
	__u16 id;
	__u8 class; /* enum record_class */
};

struct stage_desc {
	const char *name;
	const char *aux; /* meaning of hop.aux */
	const char *doc;
	__u8 role;       /* enum stage_role */
	__u8 place;      /* in the order of the packet path, from 1 */
	__u8 mover;      /* enum stage_mover */
	__u8 call;       /* ASIDE: the stage at which the call began that returns here; else STAGE_none */
};

/* The record with this id, or NULL. Never freed. */
const struct record_desc *schema__record(unsigned id);

/* Does a call begin at this stage whose return is a stage, too? */
bool schema__is_call(unsigned stage);

/* The stage with this id; a nameless one with role none when there is no such stage. */
const struct stage_desc *schema__stage(unsigned id);

#endif
