/* schema.c: events.def and stages.def as tables. */
#include "schema.h"

#define KIND_U8 FIELD_UINT
#define KIND_U16 FIELD_UINT
#define KIND_U32 FIELD_UINT
#define KIND_U64 FIELD_UINT
#define KIND_B16 FIELD_BYTES
#define KIND_B96 FIELD_BYTES
#define KIND_B192 FIELD_BYTES
#define KIND_TEXT FIELD_TEXT
#define SIZE_U8 1
#define SIZE_U16 2
#define SIZE_U32 4
#define SIZE_U64 8
#define SIZE_B16 16
#define SIZE_B96 96
#define SIZE_B192 192
#define SIZE_TEXT 0
#define IS_KEY true
#define IS_VAL false

#define RECORD(id, name, class, doc) static const struct field_desc fields_##name[] = {
#define FIELD(record, type, name, key, unit, doc) \
	{ #name, #unit, doc, offsetof(struct rec_##record, name), KIND_##type, SIZE_##type, IS_##key },
#define END(name) };
#include "events.def"
#undef RECORD
#undef FIELD
#undef END

#define RECORD(id, name, class, doc)                                                                    \
	_Static_assert(id > 0 && id < REC_TYPE_MAX, "record id out of range");                          \
	_Static_assert(sizeof(fields_##name) / sizeof(fields_##name[0]) <= SCHEMA_MAX_FIELDS, "too many fields");
#define FIELD(record, type, name, key, unit, doc)
#define END(name)
#include "events.def"
#undef RECORD
#undef FIELD
#undef END

static const struct record_desc records[REC_TYPE_MAX] = {
#define RECORD(id, name, class, doc)                                                              \
	[id] = { #name, doc, fields_##name, sizeof(fields_##name) / sizeof(fields_##name[0]),     \
		 sizeof(struct rec_##name), id, RECORD_##class },
#define FIELD(record, type, name, key, unit, doc)
#define END(name)
#include "events.def"
#undef RECORD
#undef FIELD
#undef END
};

enum place {
	PLACE_none,
#define STAGE(id, name, role, mover, aux, doc) PLACE_##name,
#include "stages.def"
#undef STAGE
};

/* Where the call began that returns at a stage. */
#define STAGE(id, name, role, mover, aux, doc)
#define RETURN(name, call) enum { CALL_##name = STAGE_##call };
#include "stages.def"
#undef STAGE

/* A stage that is ASIDE without its call does not compile. */
enum { CALL_none = STAGE_none };
#define CALL_ENTRY(name) CALL_none
#define CALL_STEP(name) CALL_none
#define CALL_ORIGIN(name) CALL_none
#define CALL_ASIDE(name) CALL_##name

static const struct stage_desc stages[STAGE_MAX] = {
#define STAGE(id, name, role, mover, aux, doc) \
	[id] = { #name, aux, doc, STAGE_ROLE_##role, PLACE_##name, MOVER_##mover, CALL_##role(name) },
#include "stages.def"
#undef STAGE
};

static const bool is_call[STAGE_MAX] = {
#define STAGE(id, name, role, mover, aux, doc)
#define RETURN(name, call) [STAGE_##call] = true,
#include "stages.def"
#undef STAGE
};

const struct record_desc *schema__record(unsigned id)
{
	return id < REC_TYPE_MAX && records[id].name ? &records[id] : NULL;
}

const struct stage_desc *schema__stage(unsigned id)
{
	static const struct stage_desc none = { "", "", "", STAGE_ROLE_none, 0, MOVER_none, STAGE_none };

	return id < STAGE_MAX && stages[id].name ? &stages[id] : &none;
}

bool schema__is_call(unsigned stage)
{
	return stage < STAGE_MAX && is_call[stage];
}
