/*
 * monitor_file.h: what a monitor saw of its echo requests (ping): the file of --monitor.
 *
 * It is ping's text output, of iputils, busybox or BSD, or a capture that libpcap reads. The recording is put beside it
 * when it is judged (schema/judge/monitor.sql). Hostile input is fine: memory is bounded.
 */
#ifndef ANALYZER_MONITOR_FILE_H
#define ANALYZER_MONITOR_FILE_H

#include "format/error.h"

struct sqlite3;

/*
 * Reads `path` into tables monitor and monitor_echo of db, fresh from store__create(). -ENOENT and the like when it
 * cannot be read, -EBADMSG when it is neither, and *err names the line or packet.
 */
int monitor_file__load(const char *path, struct sqlite3 *db, struct trace_error *err);

#endif
