/*
 * rwlock.c: three threads and a read-write lock: the main thread holds it for writing for 20 ms, ROUNDS times; a reader
 * and a thread that wants a mutex wait meanwhile.
 *
 *   rwlock ROUNDS
 *
 * Prints "HOLDER READER LOCKER RWLOCK MUTEX": thread ids and addresses; waits for a line on standard input before it begins.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t begin, held;
static int rounds;
static long reader_tid, locker_tid;

static void *reader(void *arg)
{
	reader_tid = syscall(SYS_gettid);
	pthread_barrier_wait(&begin);
	for (int i = 0; i < rounds; i++) {
		pthread_barrier_wait(&held);
		pthread_rwlock_rdlock(&rwlock);
		pthread_rwlock_unlock(&rwlock);
		pthread_barrier_wait(&held);
	}
	return arg;
}

static void *locker(void *arg)
{
	locker_tid = syscall(SYS_gettid);
	pthread_barrier_wait(&begin);
	for (int i = 0; i < rounds; i++) {
		pthread_barrier_wait(&held);
		pthread_mutex_lock(&mutex);
		pthread_mutex_unlock(&mutex);
		pthread_barrier_wait(&held);
	}
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t a, b;

	rounds = argc > 1 ? atoi(argv[1]) : 0;
	pthread_barrier_init(&begin, NULL, 3);
	pthread_barrier_init(&held, NULL, 3);
	if (rounds < 1 || pthread_create(&a, NULL, reader, NULL) || pthread_create(&b, NULL, locker, NULL)) {
		fputs("usage: rwlock ROUNDS\n", stderr);
		return 2;
	}
	pthread_barrier_wait(&begin);
	printf("%ld %ld %ld %lu %lu\n", (long)getpid(), reader_tid, locker_tid, (unsigned long)&rwlock, (unsigned long)&mutex);
	fflush(stdout);
	getchar();
	for (int i = 0; i < rounds; i++) {
		pthread_rwlock_wrlock(&rwlock);
		pthread_mutex_lock(&mutex);
		pthread_barrier_wait(&held);
		usleep(20000);
		pthread_mutex_unlock(&mutex);
		pthread_rwlock_unlock(&rwlock);
		pthread_barrier_wait(&held);
	}
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	return 0;
}
