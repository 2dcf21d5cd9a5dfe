/*
 * traffic.h: what the roles of the test traffic share. traffic.c has those of datagrams and of load, traffic_tcp.c those of
 * TCP, traffic_odd.c what no ordinary socket sends.
 */
#ifndef TESTS_TRAFFIC_H
#define TESTS_TRAFFIC_H

#include <signal.h>
#include <stdint.h>
#include <sys/socket.h>

extern volatile sig_atomic_t traffic_stop; /* SIGTERM or SIGINT came: print the counts and end */
extern char traffic_buffer[65536];

/* Ends the program with the text and errno's. */
void __attribute__((noreturn, format(printf, 1, 2))) traffic__fail(const char *fmt, ...);

/* A numeric address, and a port or NULL; ends the program when it is none. */
void traffic__resolve(const char *host, const char *port, struct sockaddr_storage *addr, socklen_t *len);

/* A connected socket of SOCK_STREAM or SOCK_DGRAM; ends the program when it cannot be had. */
int traffic__connected(const char *host, const char *port, int type);

/* The value of the argument name=value behind a role's own; NULL, or fallback: there is none. */
const char *traffic__option(const char *name);
long traffic__number(const char *name, long fallback);

uint64_t traffic__now_ns(void); /* CLOCK_MONOTONIC */

/* CPU time until now of the threads that the option beside names by their schedstat files; 0 without it. */
uint64_t traffic__beside_ns(void);

/* Uses so much CPU time. */
void traffic__burn(long us);

/* A socket of SOCK_STREAM or SOCK_DGRAM at that port of any address; ends the program when it cannot be had. */
int traffic__bound(const char *port, int type);

/* Roles, as traffic.c describes them. */
void traffic__rr(const char *host, const char *port, long count, long size);
void traffic__rr_server(const char *port);
void traffic__bulk(const char *host, const char *port, long bytes);
void traffic__bulk_server(const char *port);
void traffic__connect(const char *host, const char *port, long count, long ms);
void traffic__listen(const char *port, int backlog);
void traffic__race(const char *host, const char *port, long count, long size);
void traffic__frames(const char *device, const char *ethertype, long count);
void traffic__bad_tcp(const char *host, const char *port, long count);
void traffic__ask(const char *host, const char *port, long count);
void traffic__answer(const char *port, const char *from);
void traffic__stray_rst(const char *host, const char *port, long count);

#endif
