/*
 * load.c: the decoding threads (load.h).
 *
 * A slot holds one decoded block and keeps its buffers when it goes back to the pool. There are never more
 * slots than were in use at once, and the budget limits that.
 */
#include "analyzer/read/load.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Beside the rows themselves: their time, place and item, and what was decompressed. */
enum { ROW_OVERHEAD = 44, SLOT_OVERHEAD = 4096 };

struct slot {
	struct loaded pub; /* first: loader__done() gets its address */
	struct trace_rows rows;
	struct item *items;
	size_t cap;
	struct slot *next_free;
};

/* A thread's room for sorting. */
struct scratch {
	struct item *items;
	size_t cap;
};

struct loader {
	const struct load_job *jobs;
	size_t n;
	size_t budget;
	size_t ahead; /* blocks decoded beyond the one the sweep takes next: few, so that buffers stay in cache */
	pthread_mutex_t lock;
	pthread_cond_t work, ready; /* for the threads; for the sweep */
	/* under lock: */
	size_t next_job;  /* to be decoded */
	size_t next_out;  /* the sweep wants */
	size_t bytes;     /* held by decoded blocks */
	bool waiting, stop, no_memory;
	struct slot **done; /* by job; NULL: not yet */
	struct slot *free;
	/* */
	unsigned n_threads;
	pthread_t threads[];
};

/* Headers are a guess until the rows are there. */
static size_t guess_bytes(const struct load_job *job)
{
	return (size_t)trace__block(job->trace, job->block)->rows * (100 + ROW_OVERHEAD) + SLOT_OVERHEAD;
}

static bool may_decode(const struct loader *l)
{
	if (l->next_job >= l->n)
		return false;
	if (l->waiting && l->next_job <= l->next_out)
		return true;
	return l->bytes < l->budget && l->next_job < l->next_out + l->ahead;
}

static int make_room(struct item **items, size_t *cap, size_t n)
{
	if (n <= *cap)
		return 0;
	free(*items);
	*items = malloc(n * sizeof(**items));
	*cap = *items ? n : 0;
	return *items ? 0 : -ENOMEM;
}

static bool is_event(const struct trace *t, const struct rec *rec)
{
	const struct record_desc *d = schema__record(rec->type);

	return (d ? d : trace__record(t, rec->schema, rec->type))->class == RECORD_EVENT;
}

/* Sorts here, in the decoding thread: the sweep then only merges. */
static int take_rows(const struct trace *t, struct slot *s, struct scratch *tmp)
{
	const struct trace_rows *rows = &s->rows;
	size_t n = 0, bytes = 0;

	TRY(make_room(&s->items, &s->cap, rows->n));
	TRY(make_room(&tmp->items, &tmp->cap, rows->n));
	for (size_t i = 0; i < rows->n; i++) {
		const struct rec *rec = trace_rows__at(rows, i);

		bytes = rows->at[i] > bytes ? rows->at[i] : bytes;
		if (is_event(t, rec))
			s->items[n++] = (struct item){ rec->ts, rec };
	}
	if (sort__by_time(s->items, tmp->items, n) != s->items)
		memcpy(s->items, tmp->items, n * sizeof(*s->items));
	s->pub.items = s->items;
	s->pub.n = n;
	s->pub.skipped = rows->skipped;
	s->pub.bytes = bytes + rows->n * ROW_OVERHEAD + SLOT_OVERHEAD;
	return 0;
}

static void decode(const struct load_job *job, struct slot *s, struct scratch *tmp)
{
	s->pub = (struct loaded){ 0 };
	s->pub.code = trace__decode(job->trace, job->block, &s->rows, &s->pub.err);
	if (!s->pub.code && take_rows(job->trace, s, tmp))
		s->pub.code = trace_error__set(&s->pub.err, -ENOMEM, "out of memory while decoding");
	if (s->pub.code)
		trace_rows__free(&s->rows); /* a damaged block may be as large as blocks can be, and nobody counts its bytes */
}

static struct slot *take_slot(struct loader *l)
{
	struct slot *s = l->free;

	if (!s)
		return calloc(1, sizeof(*s));
	l->free = s->next_free;
	return s;
}

static void *run(void *arg)
{
	struct loader *l = arg;
	struct scratch tmp = { 0 };

	pthread_mutex_lock(&l->lock);
	while (!l->stop) {
		struct slot *s;
		size_t job, guess;

		if (!may_decode(l)) {
			pthread_cond_wait(&l->work, &l->lock);
			continue;
		}
		s = take_slot(l);
		if (!s) {
			l->no_memory = true;
			pthread_cond_signal(&l->ready);
			break;
		}
		job = l->next_job++;
		guess = guess_bytes(&l->jobs[job]);
		l->bytes += guess;
		pthread_mutex_unlock(&l->lock);
		decode(&l->jobs[job], s, &tmp);
		pthread_mutex_lock(&l->lock);
		l->bytes += s->pub.bytes - guess;
		l->done[job] = s;
		pthread_cond_signal(&l->ready);
	}
	pthread_mutex_unlock(&l->lock);
	free(tmp.items);
	return NULL;
}

int loader__start(struct loader **out, const struct load_job *jobs, size_t n, unsigned threads, size_t budget)
{
	struct loader *l = calloc(1, sizeof(*l) + threads * sizeof(l->threads[0]));
	int code;

	*out = l;
	if (!l)
		return -ENOMEM;
	l->jobs = jobs;
	l->n = n;
	l->budget = budget;
	l->ahead = 4 * threads + 2;
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->work, NULL);
	pthread_cond_init(&l->ready, NULL);
	l->done = calloc(n + 1, sizeof(*l->done));
	while (l->done && l->n_threads < threads && !pthread_create(&l->threads[l->n_threads], NULL, run, l))
		l->n_threads++;
	if (l->n_threads)
		return 0;
	code = l->done ? -EAGAIN : -ENOMEM;
	loader__free(l);
	*out = NULL;
	return code;
}

struct loaded *loader__next(struct loader *l)
{
	struct slot *s;

	pthread_mutex_lock(&l->lock);
	while (!(s = l->done[l->next_out])) {
		if (l->no_memory)
			break;
		l->waiting = true;
		pthread_cond_broadcast(&l->work);
		pthread_cond_wait(&l->ready, &l->lock);
	}
	l->waiting = false;
	if (s)
		l->done[l->next_out++] = NULL;
	pthread_cond_signal(&l->work);
	pthread_mutex_unlock(&l->lock);
	return s ? &s->pub : NULL;
}

void loader__done(struct loader *l, struct loaded *block)
{
	struct slot *s = (struct slot *)block;

	pthread_mutex_lock(&l->lock);
	l->bytes -= s->pub.bytes;
	s->next_free = l->free;
	l->free = s;
	pthread_cond_signal(&l->work);
	pthread_mutex_unlock(&l->lock);
}

static void free_slot(struct slot *s)
{
	trace_rows__free(&s->rows);
	free(s->items);
	free(s);
}

void loader__free(struct loader *l)
{
	if (!l)
		return;
	pthread_mutex_lock(&l->lock);
	l->stop = true;
	pthread_cond_broadcast(&l->work);
	pthread_mutex_unlock(&l->lock);
	for (unsigned i = 0; i < l->n_threads; i++)
		pthread_join(l->threads[i], NULL);
	for (size_t i = 0; l->done && i < l->n; i++)
		if (l->done[i])
			free_slot(l->done[i]);
	while (l->free) {
		struct slot *s = l->free;

		l->free = s->next_free;
		free_slot(s);
	}
	pthread_cond_destroy(&l->work);
	pthread_cond_destroy(&l->ready);
	pthread_mutex_destroy(&l->lock);
	free(l->done);
	free(l);
}
