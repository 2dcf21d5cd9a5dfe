/* detach.c: see detach.h. */
#include "detach.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "turns.h"
#include "units.h"

#define DETACH_NS 200000000ULL /* shorter than who stops netrec notices */
#define FOREVER UINT64_MAX

/* False when there is nothing left. */
static bool detach_one(struct bpf_link **links[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (*links[i]) {
			bpf_link__destroy(*links[i]);
			*links[i] = NULL;
			return true;
		}
	return false;
}

/* How many are left. */
static unsigned detach_until(struct bpf_link **links[], size_t n, __u64 deadline)
{
	unsigned left = 0;

	while (now_ns() < deadline && detach_one(links, n))
		;
	for (size_t i = 0; i < n; i++)
		left += *links[i] != NULL;
	return left;
}

void detach__all(struct bpf_link **links[], size_t n)
{
	detach_until(links, n, FOREVER);
}

/*
 * The child's only work, once its parent has closed what they share: the last to close something waits for the kernel.
 * The parent's terminal, pipes and session go on without it.
 */
static void detach_rest(struct bpf_link **links[], size_t n, const int closed[2])
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	char c;

	prctl(PR_SET_NAME, "netrec-detach");
	setsid();
	close(closed[1]);
	while (read(closed[0], &c, 1) < 0 && errno == EINTR)
		;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	for (bool more = true; more;) {
		int turn = turn__detach(TURN_DETACH_MS);

		more = detach_one(links, n);
		turn__end(turn);
	}
	_exit(0);
}

pid_t detach__begin(struct bpf_link **links[], size_t n, unsigned *left)
{
	int closed[2];
	pid_t child;

	*left = detach_until(links, n, now_ns() + DETACH_NS);
	if (!*left)
		return 0;
	if (pipe2(closed, O_CLOEXEC) < 0) {
		detach__all(links, n);
		return 0;
	}
	child = fork();
	if (!child)
		detach_rest(links, n, closed);
	detach__all(links, n); /* at once where the child has them, too */
	close(closed[0]);
	close(closed[1]);
	return child > 0 ? child : 0;
}
