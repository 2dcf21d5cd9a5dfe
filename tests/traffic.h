/*
 * traffic.h: what the roles of the test traffic share. traffic.c has the ordinary ones, traffic_odd.c the others.
 */
#ifndef TESTS_TRAFFIC_H
#define TESTS_TRAFFIC_H

#include <signal.h>
#include <sys/socket.h>

extern volatile sig_atomic_t traffic_stop; /* SIGTERM or SIGINT came: print the counts and end */
extern char traffic_buffer[65536];

/* Ends the program with the text and errno's. */
void __attribute__((noreturn, format(printf, 1, 2))) traffic__fail(const char *fmt, ...);

/* A numeric address, and a port or NULL; ends the program when it is none. */
void traffic__resolve(const char *host, const char *port, struct sockaddr_storage *addr, socklen_t *len);

/* A connected socket of SOCK_STREAM or SOCK_DGRAM; ends the program when it cannot be had. */
int traffic__connected(const char *host, const char *port, int type);

/* Roles, as traffic.c describes them. */
void traffic__race(const char *host, const char *port, long count, long size);
void traffic__frames(const char *device, const char *ethertype, long count);
void traffic__bad_tcp(const char *host, const char *port, long count);
void traffic__ask(const char *host, const char *port, long count);
void traffic__answer(const char *port, const char *from);
void traffic__stray_rst(const char *host, const char *port, long count);

#endif
