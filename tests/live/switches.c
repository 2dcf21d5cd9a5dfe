/*
 * switches.c: threads that leave CPUs often, and what the kernel says of them.
 *
 *   switches pairs ROUNDS    two threads that send a byte to and fro, beside one that burns the CPU now and then;
 *                            in every tenth round the second answers only after 2 ms
 *   switches bomb CHILDREN   processes that end at once
 *
 * pairs prints "TID NAME RAN WAITED SWITCHES" of each of its threads: the kernel's account of its time on CPUs and in
 * the run queue, in ns, and how often it left a CPU. What it waited until it ran for the first time is not in WAITED: it
 * had left no CPU. bomb prints "PID RAN CHILDREN": the CPU time of all of them and of itself, in ns. Their threads'
 * names are "switches".
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SLOW_EVERY = 10, SLOW_US = 2000, AT_ONCE = 20 };

static int there[2], back[2], rounds;
static bool over;

static long long clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* In the run queue, so far. */
static long long waited_ns(void)
{
	long long waited = -1;
	FILE *f = fopen("/proc/thread-self/schedstat", "re");

	if (f && fscanf(f, "%*d %lld", &waited) != 1)
		waited = -1;
	if (f)
		fclose(f);
	return waited;
}

/* The last thing a thread does; `born`: what it had waited when it began. */
static void report(const char *name, long long born)
{
	struct rusage u;
	long long waited = waited_ns();

	getrusage(RUSAGE_THREAD, &u);
	printf("%ld %s %lld %lld %ld\n", syscall(SYS_gettid), name, clock_ns(CLOCK_THREAD_CPUTIME_ID),
	       waited - born, u.ru_nvcsw + u.ru_nivcsw);
}

static void *answer(void *arg)
{
	long long born = waited_ns();
	char c;

	for (int i = 0; i < rounds && read(there[0], &c, 1) == 1; i++) {
		if (i % SLOW_EVERY == 0)
			usleep(SLOW_US);
		if (write(back[1], &c, 1) != 1)
			break;
	}
	report("answers", born);
	return arg;
}

static void *ask(void *arg)
{
	long long born = waited_ns();
	char c = 0;

	for (int i = 0; i < rounds; i++)
		if (write(there[1], &c, 1) != 1 || read(back[0], &c, 1) != 1)
			break;
	report("asks", born);
	return arg;
}

static void *burn(void *arg)
{
	long long born = waited_ns();

	while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
		long long end = clock_ns(CLOCK_THREAD_CPUTIME_ID) + 8000000;

		while (clock_ns(CLOCK_THREAD_CPUTIME_ID) < end)
			;
		usleep(8000);
	}
	report("burns", born);
	return arg;
}

static int pairs(void)
{
	void *(*const DO[])(void *) = { burn, answer, ask };
	pthread_t threads[3];

	if (pipe(there) || pipe(back))
		return 1;
	for (int i = 0; i < 3; i++)
		if (pthread_create(&threads[i], NULL, DO[i], NULL))
			return 1;
	pthread_join(threads[2], NULL);
	pthread_join(threads[1], NULL);
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	pthread_join(threads[0], NULL);
	return 0;
}

static long long used(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000000LL + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000LL;
}

static int bomb(void)
{
	int children = 0;

	for (int i = 0; i < rounds; i++) {
		pid_t child = fork();

		if (!child)
			_exit(0);
		children += child > 0;
		while (i % AT_ONCE == AT_ONCE - 1 && wait(NULL) > 0)
			;
	}
	while (wait(NULL) > 0)
		;
	usleep(300000); /* one that was waited for has yet to leave its CPU */
	printf("%d %lld %d\n", getpid(), used(RUSAGE_CHILDREN) + used(RUSAGE_SELF), children);
	return 0;
}

int main(int argc, char **argv)
{
	rounds = argc > 2 ? atoi(argv[2]) : 0;
	if (rounds > 0 && !strcmp(argv[1], "pairs"))
		return pairs();
	if (rounds > 0 && !strcmp(argv[1], "bomb"))
		return bomb();
	fputs("usage: switches pairs ROUNDS | bomb CHILDREN\n", stderr);
	return 2;
}
