/*
 * locks.c: two threads, one waiting for the other, ROUNDS times 10 ms.
 *
 *   locks ROUNDS
 *
 * Prints "WAITER WAKER", their thread ids.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER, taken = PTHREAD_COND_INITIALIZER;
static bool ready;
static int rounds;
static long waker_tid;

static void *wake(void *arg)
{
	(void)arg;
	waker_tid = syscall(SYS_gettid);
	for (int i = 0; i < rounds; i++) {
		pthread_mutex_lock(&mutex);
		while (ready) /* the waiter is late: no round may be lost */
			pthread_cond_wait(&taken, &mutex);
		pthread_mutex_unlock(&mutex);
		usleep(10000);
		pthread_mutex_lock(&mutex);
		ready = true;
		pthread_mutex_unlock(&mutex);
		pthread_cond_signal(&cond);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	rounds = argc > 1 ? atoi(argv[1]) : 0;
	if (rounds < 1 || pthread_create(&thread, NULL, wake, NULL)) {
		fputs("usage: locks ROUNDS\n", stderr);
		return 2;
	}
	for (int i = 0; i < rounds; i++) {
		pthread_mutex_lock(&mutex);
		while (!ready)
			pthread_cond_wait(&cond, &mutex);
		ready = false;
		pthread_mutex_unlock(&mutex);
		pthread_cond_signal(&taken);
	}
	pthread_join(thread, NULL);
	printf("%ld %ld\n", (long)getpid(), waker_tid);
	return 0;
}
