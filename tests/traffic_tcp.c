/*
 * traffic_tcp.c: TCP: requests and answers, streams, connections that are begun, and one who never accepts.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tests/traffic.h"

static int read_all(int fd, long n)
{
	for (long got = 0, r; got < n; got += r) {
		r = recv(fd, traffic_buffer, n - got, 0);
		if (r <= 0)
			return -1;
	}
	return 0;
}

/* Requests that were answered, and how long that took. */
struct answers {
	long done;
	uint64_t mean, worst;
	uint64_t beside; /* what others had of the mean */
};

static struct answers ask(int fd, long count, long size)
{
	struct answers a = { 0 };
	uint64_t sum = 0, beside = traffic__beside_ns();

	for (; a.done < count && !traffic_stop; a.done++) {
		uint64_t start = traffic__now_ns(), took;

		if (send(fd, traffic_buffer, size, MSG_NOSIGNAL) != size || read_all(fd, size))
			break;
		took = traffic__now_ns() - start;
		sum += took;
		a.worst = took > a.worst ? took : a.worst;
	}
	a.mean = a.done ? sum / a.done : 0;
	a.beside = a.done ? (traffic__beside_ns() - beside) / a.done : 0;
	return a;
}

void traffic__rr(const char *host, const char *port, long count, long size)
{
	int fd = traffic__connected(host, port, SOCK_STREAM), one = 1;
	struct answers best = { 0 };

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	ask(fd, traffic__number("warm", 0), size);
	for (long i = 0; i < traffic__number("rounds", 1) && !traffic_stop; i++) {
		struct answers a = ask(fd, count, size);

		if (!i || (a.done == count && a.mean < best.mean))
			best = a;
	}
	printf("rr done %ld mean_ns %llu max_ns %llu beside_ns %llu\n", best.done, (unsigned long long)best.mean,
	       (unsigned long long)best.worst, (unsigned long long)best.beside);
}

void traffic__rr_server(const char *port)
{
	int fd = traffic__bound(port, SOCK_STREAM), one = 1;
	long answered = 0;

	if (listen(fd, 16))
		traffic__fail("listen on port %s", port);
	while (!traffic_stop) {
		int c = accept(fd, NULL, NULL);
		long n;

		if (c < 0)
			continue;
		setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		while ((n = recv(c, traffic_buffer, sizeof(traffic_buffer), 0)) > 0) {
			traffic__burn(traffic__number("burn_us", 0));
			if (send(c, traffic_buffer, n, MSG_NOSIGNAL) != n)
				break;
			answered++;
		}
		close(c);
	}
	printf("rr answered %ld\n", answered);
}

void traffic__bulk(const char *host, const char *port, long bytes)
{
	int fd = traffic__connected(host, port, SOCK_STREAM);
	uint64_t start = traffic__now_ns();
	long sent = 0;
	char end;

	while (sent < bytes && !traffic_stop) {
		long n = bytes - sent < (long)sizeof(traffic_buffer) ? bytes - sent : (long)sizeof(traffic_buffer);

		n = send(fd, traffic_buffer, n, MSG_NOSIGNAL);
		if (n <= 0)
			break;
		sent += n;
	}
	shutdown(fd, SHUT_WR);
	if (!traffic_stop && recv(fd, &end, 1, 0) < 0 && !traffic_stop) /* the server closes when it has read everything */
		traffic__fail("bulk to %s port %s", host, port);
	printf("bulk sent %ld ns %llu\n", sent, (unsigned long long)(traffic__now_ns() - start));
}

void traffic__bulk_server(const char *port)
{
	int fd = traffic__bound(port, SOCK_STREAM), size = traffic__number("rcvbuf", 8 << 20);
	long received = 0, n, chunk = traffic__number("chunk", sizeof(traffic_buffer)), pause_us = traffic__number("pause_us", 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (listen(fd, 16))
		traffic__fail("listen on port %s", port);
	while (!traffic_stop) {
		int c = accept(fd, NULL, NULL);

		if (c < 0)
			continue;
		while ((n = recv(c, traffic_buffer, chunk, 0)) > 0) {
			received += n;
			if (pause_us)
				usleep(pause_us);
		}
		close(c);
	}
	printf("bulk received %ld\n", received);
}

void traffic__connect(const char *host, const char *port, long count, long ms)
{
	struct pollfd *fds = calloc(count, sizeof(*fds));
	long established = 0, failed = 0;
	struct sockaddr_storage addr;
	socklen_t len;

	if (!fds)
		traffic__fail("connect");
	traffic__resolve(host, port, &addr, &len);
	for (long i = 0; i < count; i++) {
		fds[i] = (struct pollfd){ .fd = socket(addr.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0), .events = POLLOUT };
		if (fds[i].fd < 0 || (connect(fds[i].fd, (void *)&addr, len) && errno != EINPROGRESS))
			traffic__fail("connect to %s port %s", host, port);
	}
	usleep(ms * 1000);
	poll(fds, count, 0);
	for (long i = 0; i < count; i++) {
		established += fds[i].revents == POLLOUT;
		failed += !!(fds[i].revents & (POLLERR | POLLHUP));
	}
	printf("connect begun %ld established %ld failed %ld\n", count, established, failed);
}

void traffic__listen(const char *port, int backlog)
{
	if (listen(traffic__bound(port, SOCK_STREAM), backlog))
		traffic__fail("listen on port %s", port);
	while (!traffic_stop)
		pause();
}
