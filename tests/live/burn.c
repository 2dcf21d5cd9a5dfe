/*
 * burn.c: uses the CPU for 30 ms and sleeps for 70 ms, ROUNDS times, in two threads.
 *
 *   burn ROUNDS
 *
 * Prints "PID NS": its process id and the CPU time that the kernel says it used.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int rounds;

static long long clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void *burn(void *arg)
{
	for (int i = 0; i < rounds; i++) {
		long long end = clock_ns(CLOCK_THREAD_CPUTIME_ID) + 30000000;

		while (clock_ns(CLOCK_THREAD_CPUTIME_ID) < end)
			;
		usleep(70000);
	}
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	rounds = argc > 1 ? atoi(argv[1]) : 0;
	if (rounds < 1 || pthread_create(&thread, NULL, burn, NULL)) {
		fputs("usage: burn ROUNDS\n", stderr);
		return 2;
	}
	burn(NULL);
	pthread_join(thread, NULL);
	printf("%d %lld\n", getpid(), clock_ns(CLOCK_PROCESS_CPUTIME_ID));
	return 0;
}
