/*
 * record.h: the records of events.def as C structs.
 *
 * The same structs travel the rings from BPF to netrec and come out of the reader in netanalyze.
 * Included by BPF programs: no libc here.
 */
#ifndef FORMAT_RECORD_H
#define FORMAT_RECORD_H

#include <linux/types.h>

/*
 * struct rec: what every record starts with.
 * On the wire from BPF, the record's own struct may be followed by `frames` kernel return addresses
 * (__u64, innermost first) of the stack that its STACK field stands for, and by `user_frames` addresses of
 * the program for its USTACK field. Where there are kernel frames, those begin behind room for as many of
 * them as there can be (STACK_FRAMES).
 */
struct rec {
	__u64 ts;     /* ns, CLOCK_MONOTONIC */
	__u16 type;   /* enum rec_type */
	__u16 cpu;    /* CPU it happened on; set by whoever drains or decodes */
	union {
		__u16 frames; /* on the wire: stack frames behind the struct */
		__u16 schema; /* decoded: number of the trace's schema that describes the row, see trace__record() */
	};
	__u16 user_frames; /* wire only: frames of the program behind those */
};

/* A length and bytes; not NUL-terminated. Owned by whoever made the record. */
struct rec_text {
	const char *s;
	__u32 len;
	__u32 pad;
};

#define REC_U8(name)   __u8 name;
#define REC_U16(name)  __u16 name;
#define REC_U32(name)  __u32 name;
#define REC_U64(name)  __u64 name;
#define REC_B16(name)  __u8 name[16];
#define REC_B96(name)  __u8 name[96];
#define REC_B192(name) __u8 name[192];
#define REC_TEXT(name) struct rec_text name;

#define RECORD(id, name, class, doc) struct rec_##name { struct rec rec;
#define FIELD(record, type, name, key, unit, doc) REC_##type(name)
#define END(name) };
#include "events.def"
#undef RECORD
#undef FIELD
#undef END

enum rec_type {
#define RECORD(id, name, class, doc) REC_##name = id,
#define FIELD(record, type, name, key, unit, doc)
#define END(name)
#include "events.def"
#undef RECORD
#undef FIELD
#undef END
};

enum { REC_TYPE_MAX = 128 }; /* record ids are below this */

enum stage {
	STAGE_none = 0,
#define STAGE(id, name, role, mover, aux, doc) STAGE_##name = id,
#include "stages.def"
#undef STAGE
	STAGE_MAX = 64 /* stage ids are below this */
};

enum stage_mover { MOVER_none, MOVER_CALLER, MOVER_SOFTIRQ, MOVER_QDISC, MOVER_DRIVER, MOVER_VHOST, MOVER_GUEST, MOVER_HANDLER,
		   MOVER_READER, MOVER_NOBODY, N_MOVERS };
enum stage_role { STAGE_ROLE_none, STAGE_ROLE_ENTRY, STAGE_ROLE_STEP, STAGE_ROLE_ASIDE, STAGE_ROLE_ORIGIN };

/* The stream a row belongs to: a CPU number, or one of these. */
enum {
	STREAM_CPUS = 0xfff0,        /* CPU numbers are below this */
	STREAM_DEFINITIONS = 0xfffe, /* definitions */
	STREAM_RECORDER = 0xffff     /* rows that belong to no CPU's ring; their rec.cpu is this too */
};

enum gap_why { GAP_RING_FULL = 1, GAP_REENTERED = 2, GAP_TABLE_FULL = 3,
	       GAP_LEFT_OUT = 4 /* of a left_out definition, not of a gap record */, GAP_BLOCK_MISSING = 5 };
enum link_what { LINK_FOUND, LINK_APPEARED, LINK_CHANGED, LINK_GONE, LINK_MOVED };
enum probe_status { PROBE_NOT_WANTED = 0, PROBE_ATTACHED = 1, PROBE_FAILED = 2 };
enum task_what { TASK_FOUND = 0, TASK_EXEC = 1, TASK_EXIT = 2 };
enum frame_bits { FRAME_KNOWN = 1, FRAME_ETHERNET = 2, FRAME_TAG_BESIDE = 4, FRAME_HEAD = 8 }; /* packet.l2, drop.l2 */
enum link_how { LINK_CLONE = 1, LINK_COPY, LINK_SEGMENT, LINK_MERGE };

#endif
