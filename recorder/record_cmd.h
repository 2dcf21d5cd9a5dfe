/* record_cmd.h: the commands of netrec. Each gets argv with its own name first, and returns the exit status. */
#ifndef RECORDER_RECORD_CMD_H
#define RECORDER_RECORD_CMD_H

enum exit_status { EXIT_DONE = 0, EXIT_USAGE = 2, EXIT_DATA = 3, EXIT_UNSUPPORTED = 4 };

int record__main(int argc, char **argv);
int probes__main(int argc, char **argv);
int check__main(int argc, char **argv);

#endif
