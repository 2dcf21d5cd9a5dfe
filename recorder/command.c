/* command.c: the program that is run while recording (command.h). */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "privilege.h"

enum { EXIT_CANNOT_RUN = 127, STOP_TRIES = 100, STOP_PAUSE_US = 20000 };

static bool is_program(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

static bool in_path(const char *name)
{
	const char *path = getenv("PATH");
	char full[4096];

	for (const char *p = path ? path : "/usr/bin:/bin", *end; *p; p = *end ? end + 1 : end) {
		end = strchrnul(p, ':');
		if (snprintf(full, sizeof(full), "%.*s/%s", (int)(end - p), p, name) < (int)sizeof(full) &&
		    is_program(full))
			return true;
	}
	return false;
}

int command__find(char **argv, struct trace_error *err)
{
	if (strchr(argv[0], '/') ? is_program(argv[0]) : in_path(argv[0]))
		return 0;
	return trace_error__set(err, -EINVAL, "cannot run \"%s\": no such program; nothing was recorded", argv[0]);
}

int command__fork(struct command *c, char **argv, struct trace_error *err)
{
	int pipe_fd[2];
	char go;

	if (pipe2(pipe_fd, O_CLOEXEC))
		return trace_error__set(err, -errno, "cannot start %s: %s", argv[0], strerror(errno));
	c->pid = fork();
	if (c->pid < 0) {
		c->pid = 0;
		close(pipe_fd[0]);
		close(pipe_fd[1]);
		return trace_error__set(err, -errno, "cannot start %s: %s", argv[0], strerror(errno));
	}
	if (!c->pid) {
		close(pipe_fd[1]);
		if (read(pipe_fd[0], &go, 1) != 1)
			_exit(0); /* nothing will be recorded */
		privilege__restore_files();
		execvp(argv[0], argv);
		fprintf(stderr, "netrec: cannot run %s: %s\n", argv[0], strerror(errno));
		_exit(EXIT_CANNOT_RUN);
	}
	close(pipe_fd[0]);
	c->go = pipe_fd[1];
	return 0;
}

void command__go(struct command *c)
{
	if (!c->pid)
		return;
	(void)!write(c->go, "g", 1); /* a child that is gone is noticed by command__ended() */
	close(c->go);
	c->go = -1;
}

bool command__ended(struct command *c)
{
	if (c->pid && waitpid(c->pid, &c->status, WNOHANG) == c->pid)
		c->pid = 0;
	return !c->pid;
}

/* One that does not care to end is left alone: it is the user's, and holds up nobody but itself. */
static void wait_a_while(struct command *c)
{
	for (int i = 0; i < STOP_TRIES && !command__ended(c); i++)
		usleep(STOP_PAUSE_US);
	if (c->pid)
		fprintf(stderr, "netrec: process %d does not end; it is left running\n", c->pid);
	c->pid = 0;
}

void command__stop(struct command *c)
{
	if (!c->pid)
		return;
	if (c->go >= 0)
		close(c->go); /* it never got to run, and ends by itself */
	else
		kill(c->pid, SIGTERM);
	wait_a_while(c);
}
