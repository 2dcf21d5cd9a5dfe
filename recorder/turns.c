/* turns.c: see turns.h. */
#include "turns.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

enum { POLL_MS = 10 };

static int take(int how, unsigned wait_ms)
{
	int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);

	for (unsigned waited = 0; fd >= 0 && flock(fd, how | LOCK_NB) && waited < wait_ms; waited += POLL_MS)
		usleep(POLL_MS * 1000);
	return fd;
}

int turn__attach(unsigned wait_ms)
{
	return take(LOCK_SH, wait_ms);
}

int turn__detach(unsigned wait_ms)
{
	return take(LOCK_EX, wait_ms);
}

/* Who waits looks every POLL_MS: the next turn is not to be taken before that. */
void turn__end(int turn)
{
	if (turn < 0)
		return;
	close(turn);
	usleep(2 * POLL_MS * 1000);
}
