/*
 * holdlock.c: LD_PRELOAD library for ovs-vswitchd. Its revalidator threads take read locks as write locks and,
 * every HOLDLOCK_EVERY_MS, sleep HOLDLOCK_MS while they hold one that handler threads take all the time: those then
 * wait on that lock's futex. With HOLDLOCK_SWEEP=N they compute instead of sleeping, N times in a row, and give the lock
 * away for a moment in between.
 * Each time it does so is written to the file HOLDLOCK_LOG, and each wait of a handler for a read lock of WAITED_NS or
 * longer, so that a test knows how often and how long it happened.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static int (*real_rdlock)(pthread_rwlock_t *);
static int (*real_wrlock)(pthread_rwlock_t *);
static uint64_t hold_ns, every_ns;
static unsigned sweep; /* 0: sleeps */
static _Atomic uint64_t next_ns;
static int log_fd = -1;

enum { WAITED_NS = 10000000, BETWEEN_NS = 20000000 };

static uint64_t env_ms(const char *name, uint64_t fallback)
{
	const char *value = getenv(name);

	return (value ? strtoull(value, NULL, 10) : fallback) * 1000000;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void __attribute__((constructor)) init(void)
{
	const char *path = getenv("HOLDLOCK_LOG");

	real_rdlock = dlsym(RTLD_NEXT, "pthread_rwlock_rdlock");
	real_wrlock = dlsym(RTLD_NEXT, "pthread_rwlock_wrlock");
	hold_ns = env_ms("HOLDLOCK_MS", 180);
	every_ns = env_ms("HOLDLOCK_EVERY_MS", 1000);
	if (getenv("HOLDLOCK_SWEEP"))
		sweep = strtoul(getenv("HOLDLOCK_SWEEP"), NULL, 10);
	if (path)
		log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

enum role { UNKNOWN, HANDLER, REVALIDATOR };

/* Threads are named after they began, so what is unknown may become known. */
static enum role role(void)
{
	static __thread enum role known;
	char name[16] = "";

	if (known)
		return known;
	prctl(PR_GET_NAME, name);
	if (!strncmp(name, "revalidator", 11))
		known = REVALIDATOR;
	else if (!strncmp(name, "handler", 7))
		known = HANDLER;
	return known;
}

/* Locks, and how often handlers took them. */
enum { N_PLACES = 1024 };
static struct place {
	_Atomic(pthread_rwlock_t *) lock;
	atomic_ulong taken;
} places[N_PLACES];
static atomic_ulong most_taken;

/* The lock's place, now if not before; NULL when all are others'. */
static struct place *place_of(pthread_rwlock_t *lock)
{
	for (unsigned i = 0; i < N_PLACES; i++) {
		struct place *p = &places[((uintptr_t)lock / 16 + i) % N_PLACES];
		pthread_rwlock_t *seen = NULL;

		if (atomic_compare_exchange_strong(&p->lock, &seen, lock) || seen == lock)
			return p;
	}
	return NULL;
}

static void note_taken(pthread_rwlock_t *lock)
{
	struct place *p = place_of(lock);
	unsigned long n = p ? atomic_fetch_add(&p->taken, 1) + 1 : 0;

	if (n > atomic_load(&most_taken)) /* by how little it may be wrong does not matter */
		atomic_store(&most_taken, n);
}

/* Others of their locks are taken once in a while: holding those, nobody may wait. */
static bool handlers_need(pthread_rwlock_t *lock)
{
	const struct place *p = place_of(lock);

	return p && atomic_load(&p->taken) > atomic_load(&most_taken) / 3;
}

static void write_down(const char *what, uint64_t began_ns, uint64_t ns)
{
	char line[64];
	int n = snprintf(line, sizeof(line), "%llu %s %llu\n", (unsigned long long)began_ns, what, (unsigned long long)ns);

	if (log_fd >= 0 && write(log_fd, line, n) != n)
		close(log_fd);
}

static void pause_for(uint64_t ns)
{
	struct timespec t = { ns / 1000000000, ns % 1000000000 };

	nanosleep(&t, NULL);
}

/* The lock is held before and after. */
static void hold(pthread_rwlock_t *lock)
{
	unsigned i = 0;

	do {
		uint64_t began;

		if (i) {
			pthread_rwlock_unlock(lock);
			pause_for(BETWEEN_NS);
			real_wrlock(lock);
		}
		began = now_ns();
		if (sweep)
			while (now_ns() - began < hold_ns) ;
		else
			pause_for(hold_ns);
		write_down("held", began, hold_ns);
	} while (++i < sweep);
}

/* As a handler takes it. */
static int take(pthread_rwlock_t *lock)
{
	uint64_t began = now_ns(), took;
	int err = real_rdlock(lock);

	took = now_ns() - began;
	if (took >= WAITED_NS)
		write_down("waited", began, took);
	return err;
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
	uint64_t now, due = atomic_load(&next_ns);
	enum role me = role();
	int err;

	if (me == HANDLER) {
		note_taken(lock);
		return take(lock);
	}
	if (me != REVALIDATOR)
		return real_rdlock(lock);
	err = real_wrlock(lock);
	if (err || !handlers_need(lock))
		return err;
	now = now_ns();
	if (now >= due && atomic_compare_exchange_strong(&next_ns, &due, now + every_ns) && due)
		hold(lock);
	return 0;
}
