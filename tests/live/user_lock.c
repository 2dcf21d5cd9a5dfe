/*
 * user_lock.c: a program with frame pointers whose main thread waits ROUNDS times 10 ms on a futex of its own.
 *
 *   user_lock ROUNDS
 *
 * Prints "WAITER WAKER ADDRESS": their thread ids and the address of the futex word.
 */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FRAMED __attribute__((noinline, optimize("no-omit-frame-pointer", "no-optimize-sibling-calls")))

static int lock_word;
static int rounds;
static long waker_tid;

static inline __attribute__((always_inline)) long call(int op, int value)
{
	long ret = -ENOSYS;

#ifdef __x86_64__
	register long timeout __asm__("r10") = 0;

	/* right here, so that the innermost frame is that of the caller and not one of libc, which keeps no frames;
	 * asking for the frame makes gcc keep one even in a function that calls nobody */
	__asm__ volatile("syscall" : "=a"(ret) : "a"(SYS_futex), "D"(&lock_word), "S"(op), "d"(value), "r"(timeout),
			 "r"(__builtin_frame_address(0)) : "rcx", "r11", "memory");
#else
	ret = syscall(SYS_futex, &lock_word, op, value, NULL);
#endif
	return ret;
}

FRAMED static void release_lock(void)
{
	__atomic_store_n(&lock_word, 0, __ATOMIC_SEQ_CST);
	call(FUTEX_WAKE_PRIVATE, 1);
}

FRAMED static void wait_for_lock(void)
{
	while (__atomic_load_n(&lock_word, __ATOMIC_SEQ_CST))
		call(FUTEX_WAIT_PRIVATE, 1);
}

FRAMED static void *hold(void *arg)
{
	waker_tid = syscall(SYS_gettid);
	for (int i = 0; i < rounds; i++) {
		while (!__atomic_load_n(&lock_word, __ATOMIC_SEQ_CST))
			usleep(100);
		usleep(10000);
		release_lock();
	}
	return arg;
}

FRAMED static void take_turns(void)
{
	for (int i = 0; i < rounds; i++) {
		__atomic_store_n(&lock_word, 1, __ATOMIC_SEQ_CST);
		wait_for_lock();
	}
}

int main(int argc, char **argv)
{
	pthread_t thread;

	rounds = argc > 1 ? atoi(argv[1]) : 0;
	if (rounds < 1 || pthread_create(&thread, NULL, hold, NULL)) {
		fputs("usage: user_lock ROUNDS\n", stderr);
		return 2;
	}
	take_turns();
	pthread_join(thread, NULL);
	printf("%ld %ld %lu\n", (long)getpid(), waker_tid, (unsigned long)&lock_word);
	return 0;
}
