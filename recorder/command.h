/*
 * command.h: the program that is run while recording.
 *
 * It is forked early, with all of the caller's rights, and held until the probes are enabled.
 */
#ifndef RECORDER_COMMAND_H
#define RECORDER_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>
#include "format/error.h"

struct command {
	pid_t pid;  /* 0: none, or it has ended and was waited for */
	int go;     /* closing it without a byte makes the child give up */
	int status; /* of wait(2), once it has ended */
};

/* Can argv[0] be found? -EINVAL with the reason in *err when it cannot. */
int command__find(char **argv, struct trace_error *err);

int command__fork(struct command *c, char **argv, struct trace_error *err);
void command__go(struct command *c);

/* Has it ended? Then status is set. */
bool command__ended(struct command *c);

/* Ends it if it still runs, and waits two seconds for that. */
void command__stop(struct command *c);

#endif
