/*
 * traffic.c: test traffic with exact bookkeeping. Each role prints one line of what it did.
 *
 *   traffic udp ADDR PORT COUNT RATE SIZE   sends COUNT datagrams of SIZE bytes, RATE a second (0: flat out)
 *   traffic sink PORT                       counts datagrams until SIGTERM
 *   traffic rr ADDR PORT COUNT SIZE         COUNT TCP requests of SIZE bytes, each answered by as many
 *   traffic rr-server PORT                  answers until SIGTERM
 *   traffic loop COUNT SIZE                 sends COUNT datagrams to itself over 127.0.0.1, ns for each
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t stop;
static char buffer[65536];

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void __attribute__((noreturn, format(printf, 1, 2))) fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, ": %s\n", strerror(errno));
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void sleep_until(uint64_t ns)
{
	struct timespec t = { ns / 1000000000, ns % 1000000000 };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static int connected(const char *host, const char *port, int type)
{
	struct addrinfo hints = { .ai_socktype = type }, *a;
	int fd;

	if (getaddrinfo(host, port, &hints, &a)) {
		errno = EINVAL;
		fail("%s port %s", host, port);
	}
	fd = socket(a->ai_family, type, 0);
	if (fd < 0 || connect(fd, a->ai_addr, a->ai_addrlen))
		fail("connect to %s port %s", host, port);
	freeaddrinfo(a);
	return fd;
}

static int bound(const char *port, int type)
{
	struct sockaddr_in6 addr = { .sin6_family = AF_INET6, .sin6_port = htons(atoi(port)) };
	int fd = socket(AF_INET6, type, 0), one = 1, zero = 0, size = 8 << 20;

	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (fd < 0 || bind(fd, (void *)&addr, sizeof(addr)))
		fail("bind to port %s", port);
	return fd;
}

static void udp(const char *host, const char *port, long count, long rate, long size)
{
	int fd = connected(host, port, SOCK_DGRAM);
	uint64_t start = now_ns();
	long sent = 0, refused = 0;

	for (long i = 0; i < count && !stop; i++) {
		if (rate)
			sleep_until(start + i * 1000000000ull / rate);
		memcpy(buffer, &i, sizeof(i));
		if (send(fd, buffer, size, 0) == size)
			sent++;
		else
			refused++;
	}
	printf("udp sent %ld refused %ld\n", sent, refused);
}

static void sink(const char *port)
{
	int fd = bound(port, SOCK_DGRAM);
	long got = 0;

	while (!stop)
		if (recv(fd, buffer, sizeof(buffer), 0) > 0)
			got++;
	printf("udp received %ld\n", got);
}

static int read_all(int fd, long n)
{
	for (long got = 0, r; got < n; got += r) {
		r = recv(fd, buffer, n - got, 0);
		if (r <= 0)
			return -1;
	}
	return 0;
}

static void rr(const char *host, const char *port, long count, long size)
{
	int fd = connected(host, port, SOCK_STREAM), one = 1;
	uint64_t worst = 0, sum = 0;
	long done = 0;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	for (; done < count && !stop; done++) {
		uint64_t start = now_ns(), took;

		if (send(fd, buffer, size, MSG_NOSIGNAL) != size || read_all(fd, size))
			break;
		took = now_ns() - start;
		sum += took;
		worst = took > worst ? took : worst;
	}
	printf("rr done %ld mean_ns %llu max_ns %llu\n", done, (unsigned long long)(done ? sum / done : 0),
	       (unsigned long long)worst);
}

static void rr_server(const char *port)
{
	int fd = bound(port, SOCK_STREAM), one = 1;
	long answered = 0;

	if (listen(fd, 16))
		fail("listen on port %s", port);
	while (!stop) {
		int c = accept(fd, NULL, NULL);
		long n;

		if (c < 0)
			continue;
		setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		while ((n = recv(c, buffer, sizeof(buffer), 0)) > 0 && send(c, buffer, n, MSG_NOSIGNAL) == n)
			answered++;
		close(c);
	}
	printf("rr answered %ld\n", answered);
}

static void loop(long count, long size)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(addr);
	int in = socket(AF_INET, SOCK_DGRAM, 0), out = socket(AF_INET, SOCK_DGRAM, 0);
	uint64_t start;

	if (bind(in, (void *)&addr, len) || getsockname(in, (void *)&addr, &len) || connect(out, (void *)&addr, len))
		fail("loopback socket");
	start = now_ns();
	for (long i = 0; i < count; i++)
		if (send(out, buffer, size, 0) != size || recv(in, buffer, size, 0) != size)
			fail("loopback datagram");
	printf("loop count %ld ns_each %.1f\n", count, (double)(now_ns() - start) / count);
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal }; /* no SA_RESTART: recv and accept return */
	const char *role = argc > 1 ? argv[1] : "";

	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	if (!strcmp(role, "udp") && argc == 7)
		udp(argv[2], argv[3], atol(argv[4]), atol(argv[5]), atol(argv[6]));
	else if (!strcmp(role, "sink") && argc == 3)
		sink(argv[2]);
	else if (!strcmp(role, "rr") && argc == 6)
		rr(argv[2], argv[3], atol(argv[4]), atol(argv[5]));
	else if (!strcmp(role, "rr-server") && argc == 3)
		rr_server(argv[2]);
	else if (!strcmp(role, "loop") && argc == 4)
		loop(atol(argv[2]), atol(argv[3]));
	else {
		fprintf(stderr, "usage: traffic udp|sink|rr|rr-server|loop …, see tests/traffic.c\n");
		return 2;
	}
	return 0;
}
