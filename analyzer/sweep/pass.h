/*
 * pass.h: what a pass of the sweep is, and what all of them share.
 *
 * A pass sees the records it wants in time order, keeps what it needs in bounded memory, and stores its
 * results. No allocation per event. Time may step back by a little when a row came late: intervals are
 * taken with since() (base/interval.h).
 */
#ifndef ANALYZER_PASS_H
#define ANALYZER_PASS_H

#include "analyzer/sweep/opts.h"
#include "analyzer/base/interval.h"
#include "analyzer/filter/devices.h"
#include "analyzer/read/gaps.h"
#include "analyzer/read/names.h"
#include "analyzer/base/lru.h"
#include "analyzer/base/sort.h"
#include "analyzer/store/store.h"
#include "analyzer/sweep/tally.h"

enum { WINDOW_NS = 1000000000 };

/* Which packet the current packet, hop, free or drop record belongs to. Set by the journey pass. */
struct subject {
	bool matched;     /* the filter wants it; always when there is none */
	__u8 last_stage;  /* before this packet, free or drop record; 0: none was seen */
	__s64 packet;     /* id of the kept packet; 0: not kept */
	const struct rec_packet *head; /* of a packet or hop record: its headers, frame included; NULL: not known, or in a tunnel */
};

/* An interval that the current record ended and that took SLOW_NS or more. Set by the journey pass. */
enum { SLOW_NS = 5000000, INTERVAL_LATE_NS = 50000000 /* unless --late says otherwise */ };
struct slow_interval {
	__u64 from_ns, to_ns; /* to_ns 0: none */
	__u32 netns, ifindex; /* as in table stage_latency */
	__u16 cpu, queue;     /* at its end */
	__u8 from, to;        /* stages */
};

/* How such an interval can end besides at a stage. 64 to 66 in the database, too. */
enum {
	STAGE_CONSUMED = STAGE_MAX, /* freed: what it was sent for is done */
	STAGE_DROPPED,
	STAGE_ANSWERED,             /* a TCP request, by a segment the other way */
};

struct upcalls;

struct sweep {
	struct store *store;
	struct names *names;
	const struct gaps *gaps;
	struct analyze_opts opts; /* defaults filled in */
	const struct devices *devices; /* those of opts.ifaces; NULL: all */
	__u64 first_ns;  /* window 0 begins here */
	__u64 last_ns;   /* of the records up to now, as far as they were read */
	__u64 win;       /* of the current record; never decreases */
	__u64 win_end;
	__u32 n_cpus;
	struct subject subject;
	struct slow_interval slow;
	struct slow_interval answer; /* from a TCP request to the answer that this packet record is; set by the answer pass */
	__u32 holder;    /* who kept the current futex, lock or pthread record's thread waiting, set by pass lock; 0: not known */
	struct upcalls *upcalls; /* those that wait for an answer: ovs/upcalls.h; pass ovs keeps them */
	__u64 evicted;
	__u64 lost;      /* records, as the recorder says */
	__u64 rows_of[REC_TYPE_MAX];
	bool no_memory;  /* some pass ran out of it: the results are not complete */
};

/* A struct tally in the state of a pass, at this offset; and a struct lru *. Lists of them end with offset 0. */
struct pass_tally {
	size_t at;
	const struct tally_spec *spec;
};

struct pass_lru {
	size_t at;
	unsigned key_words;
	size_t value_size;
	__u32 limit;
	const char *what, *effect; /* of the row of the eviction table; NULL: what is forgotten is stored before */
};

#define PASS_TALLY(member, spec) { offsetof(struct state, member), &(spec) }
#define PASS_LRU(member, key_words, value, ...) { offsetof(struct state, member), key_words, sizeof(value), __VA_ARGS__ }

struct pass {
	const char *name;
	const __u8 *wants; /* record ids; ends with 0 */
	/* Of the state that is given to the others. It begins with struct sweep *sweep; what is not listed below is zero. */
	size_t state_size;
	const struct pass_tally *tallies; /* begun before init and written after finish; NULL: none */
	const struct pass_lru *lrus;      /* begun before init; what they forgot is reported after finish */
	/* Begins the rest. Returns 0 or -ENOMEM. NULL: there is none. */
	int (*init)(void *state);
	void (*on_event)(void *state, const struct rec *rec);
	/* Records are missing from gap->from on. What was being followed may have ended unseen. */
	void (*on_gap)(void *state, const struct gap *gap);
	/* Stores the results; called also when the sweep failed. NULL: the tallies are all. */
	void (*finish)(void *state);
	/* Frees what init began, also when that failed. NULL: nothing. */
	void (*release)(void *state);
};

/* on_gap where a gap bends nothing: each record stands for itself, or samples are cumulative. */
void pass__no_gap(void *state, const struct gap *gap);

/* Notes what was left out to stay within a limit: a row of the eviction table. */
void sweep__limit(struct sweep *s, const char *what, __u64 limit, __u64 left_out, const char *effect);

/* From how long on the answer to an echo request or a TCP connect is late, unless --late says otherwise. */
#define ANSWER_LATE_NS 200000000ULL

static inline __u64 sweep__answer_limit(const struct sweep *s)
{
	return s->opts.late_ns ? s->opts.late_ns : ANSWER_LATE_NS;
}

/* From how long on an interval between stages, or in the queue of a socket, is late at least. */
static inline __u64 sweep__interval_limit(const struct sweep *s)
{
	return s->opts.late_ns ? s->opts.late_ns : INTERVAL_LATE_NS;
}

/* Does the filter want a packet with these headers? `first`: its first bytes, as filter__match() wants them. */
static inline bool sweep__match(const struct sweep *s, const struct rec_packet *p, const struct first_bytes *first)
{
	return !s->opts.filter.match || s->opts.filter.match(s->opts.filter.arg, p, first);
}

/* Is it one of the devices that opts.ifaces asks for? */
static inline bool sweep__at_device(const struct sweep *s, __u32 netns, __u32 ifindex)
{
	return !s->devices || devices__has(s->devices, netns, ifindex);
}

static inline __u64 pair(__u32 high, __u32 low)
{
	return (__u64)high << 32 | low;
}

#endif
