/*
 * traffic.c: test traffic with exact bookkeeping. Each role prints one line of what it did.
 *
 *   traffic udp ADDR PORT COUNT RATE SIZE [ports=N [again=N]] [hosts=N] [flows=1] [seq=N] [src=ADDR] [badsum=1]
 *                                           sends COUNT datagrams of SIZE bytes, RATE a second (0: flat out);
 *                                           ports: to a random one of N ports from PORT; again: the same ones after N
 *                                           datagrams; hosts: to N addresses from ADDR in turn; flows: each from a
 *                                           socket of its own; seq: the first number; src: from that address; badsum:
 *                                           a wrong checksum (raw socket)
 *   traffic race ADDR PORT COUNT SIZE       COUNT pairs of datagrams, each pair from a socket of its own, which two
 *                                           threads send at the same time; a short rest after every 20
 *   traffic frames DEVICE ETHERTYPE COUNT   COUNT frames to everybody with that type (packet socket)
 *   traffic sink PORT [rcvbuf=BYTES] [pause_us=N] [burn_us=N] [every=N] [late_ms=N] [log=FILE] [group=ADDR on=ADDR]
 *                                           counts datagrams until SIGTERM; pause: after each one; burn: with so much
 *                                           CPU time; every: after every N-th only; late: those that took N ms longer
 *                                           than the fastest; log: a line `sequence ns` for each; group: a member of
 *                                           it where the address on is
 *   traffic rr ADDR PORT COUNT SIZE [warm=N] [rounds=N]
 *                                           COUNT TCP requests of SIZE bytes, each answered by as many; warm: so many
 *                                           more before; rounds: so often, the one with the least mean counts
 *   traffic rr-server PORT [burn_us=N]      answers until SIGTERM; burn: with so much CPU time each
 *   traffic bulk ADDR PORT BYTES            one TCP stream of BYTES, or until SIGTERM
 *   traffic bulk-server PORT [rcvbuf=BYTES] [chunk=BYTES] [pause_us=N]
 *                                           reads such streams until SIGTERM; chunk: so much at a time; pause: after
 *                                           each
 *   traffic connect ADDR PORT COUNT MS      begins COUNT TCP connections at once, looks at them MS later
 *   traffic bad-tcp ADDR PORT COUNT         COUNT TCP segments with a wrong checksum (raw socket, IPv4)
 *   traffic stray-rst ADDR PORT COUNT       COUNT TCP resets that belong to no connection (raw socket, IPv6)
 *   traffic ask ADDR PORT COUNT             COUNT UDP requests, one after the other, from a connected socket; waits
 *                                           100 ms for each answer
 *   traffic answer PORT ADDR                answers such requests until SIGTERM, from this address, whichever was asked
 *   traffic listen PORT BACKLOG             listens and never accepts, until SIGTERM
 *   traffic hog BUSY_MS IDLE_MS SECONDS     burns CPU in that rhythm, and ends by itself: nobody else may get the CPU to
 *                                           end it
 *   traffic loop COUNT SIZE                 sends COUNT datagrams to itself over 127.0.0.1, ns for each
 *   traffic pingpong COUNT                  COUNT times a byte to a child and back, over pipes, ns for each
 *
 * A datagram of 16 bytes or more begins with its sequence number and when it was sent (CLOCK_MONOTONIC).
 */
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "tests/traffic.h"

enum { MAX_SEQUENCE = 1 << 22 };

/* What a datagram begins with. */
struct stamp {
	uint64_t seq;
	uint64_t sent_ns;
};

volatile sig_atomic_t traffic_stop;
char traffic_buffer[65536];
static char **options; /* the key=value arguments behind a role's own, NULL-terminated */

static void on_signal(int sig)
{
	(void)sig;
	traffic_stop = 1;
}

void traffic__fail(const char *fmt, ...)
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

/* The value of option `name`, or NULL. */
static const char *option(const char *name)
{
	size_t n = strlen(name);

	for (char **o = options; o && *o; o++)
		if (!strncmp(*o, name, n) && (*o)[n] == '=')
			return *o + n + 1;
	return NULL;
}

static long option_number(const char *name, long fallback)
{
	const char *value = option(name);

	return value ? atol(value) : fallback;
}

void traffic__resolve(const char *host, const char *port, struct sockaddr_storage *addr, socklen_t *len)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST }, *a;

	if (getaddrinfo(host, port, &hints, &a)) {
		errno = EINVAL;
		traffic__fail("%s port %s", host, port ? port : "any");
	}
	memcpy(addr, a->ai_addr, a->ai_addrlen);
	*len = a->ai_addrlen;
	freeaddrinfo(a);
}

int traffic__connected(const char *host, const char *port, int type)
{
	struct sockaddr_storage addr;
	socklen_t len;
	int fd;

	traffic__resolve(host, port, &addr, &len);
	fd = socket(addr.ss_family, type, 0);
	if (fd < 0 || connect(fd, (void *)&addr, len))
		traffic__fail("connect to %s port %s", host, port);
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
		traffic__fail("bind to port %s", port);
	return fd;
}

/* The socket of role udp: raw when it makes its own, wrong, checksum. */
static int sender(bool raw)
{
	struct sockaddr_storage addr;
	socklen_t len;
	int fd, size = 8 << 20;

	fd = raw ? socket(AF_INET, SOCK_RAW, IPPROTO_UDP) : socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0)
		traffic__fail("socket");
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	if (option("src")) {
		traffic__resolve(option("src"), NULL, &addr, &len);
		if (bind(fd, (void *)&addr, len))
			traffic__fail("bind to %s", option("src"));
	}
	return fd;
}

/* Lays datagram i of `size` bytes out in traffic_buffer, behind a UDP header with a wrong checksum if raw; its length. */
static size_t compose(uint64_t i, size_t size, bool raw, uint16_t port)
{
	struct udphdr h = { .uh_sport = htons(4000), .uh_dport = htons(port), .uh_ulen = htons(size + sizeof(h)), .uh_sum = htons(0x1bad) };
	struct stamp stamp = { i, now_ns() };
	size_t at = raw ? sizeof(h) : 0;

	memcpy(traffic_buffer, &h, at);
	memcpy(traffic_buffer + at, &stamp, size < sizeof(stamp) ? size : sizeof(stamp));
	return at + size;
}

static void udp(const char *host, const char *port, long count, long rate, long size)
{
	long sent = 0, refused = 0, ports = option_number("ports", 1), hosts = option_number("hosts", 1);
	long again = option_number("again", LONG_MAX);
	uint64_t seq = option_number("seq", 0);
	bool raw = option_number("badsum", 0);
	int fd = sender(raw);
	struct sockaddr_storage addr;
	socklen_t addr_len;
	uint64_t start = now_ns();

	traffic__resolve(host, port, &addr, &addr_len);
	if (addr.ss_family == AF_INET6) { /* what only IPv4 needs is not offered */
		close(fd);
		fd = socket(AF_INET6, SOCK_DGRAM, 0);
	}
	struct sockaddr_in *in = (struct sockaddr_in *)&addr;
	uint32_t first_host = ntohl(in->sin_addr.s_addr);
	for (long i = 0; i < count && !traffic_stop; i++) {
		uint16_t to;
		ssize_t len;

		if (i % again == 0)
			srandom(1);
		to = atoi(port) + (ports > 1 ? random() % ports : 0);
		if (rate)
			sleep_until(start + i * 1000000000ull / rate);
		if (hosts > 1)
			in->sin_addr.s_addr = htonl(first_host + i % hosts);
		if (option_number("flows", 0) && i) {
			close(fd);
			fd = sender(raw);
		}
		len = compose(seq + i, size, raw, to);
		in->sin_port = raw ? 0 : htons(to); /* at the same place in struct sockaddr_in6 */
		if (sendto(fd, traffic_buffer, len, 0, (void *)&addr, addr_len) == len)
			sent++;
		else
			refused++;
	}
	printf("udp sent %ld refused %ld ns_each %.1f\n", sent, refused, (double)(now_ns() - start) / (count ? count : 1));
}

/* What a sink knows of the datagrams it got. */
struct tally {
	long got, distinct, reordered, late;
	uint64_t next_seq;
	int64_t *delays; /* by sequence number, 0: not seen; only of the first MAX_SEQUENCE */
};

static void tally__add(struct tally *t, const struct stamp *stamp, uint64_t now)
{
	int64_t delay = now - stamp->sent_ns;

	t->reordered += stamp->seq < t->next_seq;
	if (stamp->seq >= t->next_seq)
		t->next_seq = stamp->seq + 1;
	if (stamp->seq >= MAX_SEQUENCE || t->delays[stamp->seq])
		return;
	t->distinct++;
	t->delays[stamp->seq] = delay ? delay : 1;
}

/* Prints the counts. The clocks of two kernels differ, so lateness is what came on top of the shortest delay. */
static void tally__print(struct tally *t)
{
	uint64_t end = t->next_seq < MAX_SEQUENCE ? t->next_seq : MAX_SEQUENCE;
	int64_t least = INT64_MAX, worst = 0, limit = option_number("late_ms", 10) * 1000000;
	FILE *log = option("log") ? fopen(option("log"), "w") : NULL;

	for (uint64_t i = 0; i < end; i++)
		if (t->delays[i] && t->delays[i] < least)
			least = t->delays[i];
	for (uint64_t i = 0; i < end; i++) {
		int64_t over = t->delays[i] - least;

		if (!t->delays[i])
			continue;
		t->late += over >= limit;
		worst = over > worst ? over : worst;
		if (log)
			fprintf(log, "%llu %lld\n", (unsigned long long)i, (long long)over);
	}
	if (log && fclose(log))
		traffic__fail("%s", option("log"));
	printf("udp received %ld distinct %ld reordered %ld late %ld worst_ns %lld\n", t->got, t->distinct, t->reordered, t->late,
	       (long long)worst);
}

/* CPU time, however long that takes. */
static void burn(long us)
{
	struct timespec t;
	uint64_t end = 0, now;

	do {
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
		now = t.tv_sec * 1000000000ull + t.tv_nsec;
		end = end ? end : now + us * 1000;
	} while (now < end);
}

static void join_group(int fd)
{
	struct ip_mreq group = { 0 };

	if (!option("group"))
		return;
	if (!inet_aton(option("group"), &group.imr_multiaddr) || !inet_aton(option("on"), &group.imr_interface) ||
	    setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group)))
		traffic__fail("group %s", option("group"));
}

static void sink(const char *port)
{
	int fd = bound(port, SOCK_DGRAM), size = option_number("rcvbuf", 8 << 20);
	struct tally t = { .delays = calloc(MAX_SEQUENCE, sizeof(*t.delays)) };
	long pause_us = option_number("pause_us", 0), burn_us = option_number("burn_us", 0), every = option_number("every", 1);

	if (!t.delays)
		traffic__fail("sink");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	join_group(fd);
	while (!traffic_stop) {
		ssize_t n = recv(fd, traffic_buffer, sizeof(traffic_buffer), 0);
		struct stamp stamp;

		if (n <= 0)
			continue;
		t.got++;
		if (n >= (ssize_t)sizeof(stamp)) {
			memcpy(&stamp, traffic_buffer, sizeof(stamp));
			tally__add(&t, &stamp, now_ns());
		}
		if (t.got % every)
			continue;
		burn(burn_us);
		if (pause_us)
			usleep(pause_us);
	}
	tally__print(&t);
}

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
};

static struct answers ask(int fd, long count, long size)
{
	struct answers a = { 0 };
	uint64_t sum = 0;

	for (; a.done < count && !traffic_stop; a.done++) {
		uint64_t start = now_ns(), took;

		if (send(fd, traffic_buffer, size, MSG_NOSIGNAL) != size || read_all(fd, size))
			break;
		took = now_ns() - start;
		sum += took;
		a.worst = took > a.worst ? took : a.worst;
	}
	a.mean = a.done ? sum / a.done : 0;
	return a;
}

static void rr(const char *host, const char *port, long count, long size)
{
	int fd = traffic__connected(host, port, SOCK_STREAM), one = 1;
	struct answers best = { 0 };

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	ask(fd, option_number("warm", 0), size);
	for (long i = 0; i < option_number("rounds", 1) && !traffic_stop; i++) {
		struct answers a = ask(fd, count, size);

		if (!i || (a.done == count && a.mean < best.mean))
			best = a;
	}
	printf("rr done %ld mean_ns %llu max_ns %llu\n", best.done, (unsigned long long)best.mean,
	       (unsigned long long)best.worst);
}

static void rr_server(const char *port)
{
	int fd = bound(port, SOCK_STREAM), one = 1;
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
			burn(option_number("burn_us", 0));
			if (send(c, traffic_buffer, n, MSG_NOSIGNAL) != n)
				break;
			answered++;
		}
		close(c);
	}
	printf("rr answered %ld\n", answered);
}

static void bulk(const char *host, const char *port, long bytes)
{
	int fd = traffic__connected(host, port, SOCK_STREAM);
	uint64_t start = now_ns();
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
	printf("bulk sent %ld ns %llu\n", sent, (unsigned long long)(now_ns() - start));
}

static void bulk_server(const char *port)
{
	int fd = bound(port, SOCK_STREAM), size = option_number("rcvbuf", 8 << 20);
	long received = 0, n, chunk = option_number("chunk", sizeof(traffic_buffer)), pause_us = option_number("pause_us", 0);

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

static void begin_connections(const char *host, const char *port, long count, long ms)
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

static void listen_only(const char *port, int backlog)
{
	if (listen(bound(port, SOCK_STREAM), backlog))
		traffic__fail("listen on port %s", port);
	while (!traffic_stop)
		pause();
}

static void hog(long busy_ms, long idle_ms, long seconds)
{
	uint64_t end = now_ns() + seconds * 1000000000ull;
	struct timespec spun;

	while (!traffic_stop && now_ns() < end) {
		uint64_t start = now_ns();

		while (!traffic_stop && now_ns() < end && now_ns() - start < busy_ms * 1000000ull)
			;
		if (idle_ms)
			usleep(idle_ms * 1000);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spun);
	printf("hog spun_ns %llu\n", spun.tv_sec * 1000000000ull + spun.tv_nsec);
}

static void loop(long count, long size)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(addr);
	int in = socket(AF_INET, SOCK_DGRAM, 0), out = socket(AF_INET, SOCK_DGRAM, 0);
	uint64_t start;

	if (bind(in, (void *)&addr, len) || getsockname(in, (void *)&addr, &len) || connect(out, (void *)&addr, len))
		traffic__fail("loopback socket");
	start = now_ns();
	for (long i = 0; i < count; i++)
		if (send(out, traffic_buffer, size, 0) != size || recv(in, traffic_buffer, size, 0) != size)
			traffic__fail("loopback datagram");
	printf("loop count %ld ns_each %.1f\n", count, (double)(now_ns() - start) / count);
}

static void pass(int from, int to)
{
	char ball = 0;

	if (read(from, &ball, 1) == 1 && write(to, &ball, 1) != 1)
		traffic__fail("pipe");
}

static void pingpong(long count)
{
	int there[2], back[2];
	uint64_t start;

	if (pipe(there) || pipe(back))
		traffic__fail("pipe");
	if (!fork()) {
		for (long i = 0; i < count; i++)
			pass(there[0], back[1]);
		_exit(0);
	}
	start = now_ns();
	if (write(there[1], "", 1) != 1)
		traffic__fail("pipe");
	for (long i = 0; i < count; i++)
		pass(back[0], there[1]);
	printf("pingpong count %ld ns_each %.1f\n", count, (double)(now_ns() - start) / count);
}

/* Is this the role asked for, with `n` arguments of its own? Further ones are options. */
static bool is_role(int argc, char **argv, const char *role, int n)
{
	if (argc < n + 2 || strcmp(argv[1], role))
		return false;
	options = argv + n + 2;
	for (char **o = options; *o; o++)
		if (!strchr(*o, '='))
			return false;
	return true;
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal }; /* no SA_RESTART: recv and accept return */

	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	if (is_role(argc, argv, "udp", 5))
		udp(argv[2], argv[3], atol(argv[4]), atol(argv[5]), atol(argv[6]));
	else if (is_role(argc, argv, "race", 4))
		traffic__race(argv[2], argv[3], atol(argv[4]), atol(argv[5]));
	else if (is_role(argc, argv, "frames", 3))
		traffic__frames(argv[2], argv[3], atol(argv[4]));
	else if (is_role(argc, argv, "sink", 1))
		sink(argv[2]);
	else if (is_role(argc, argv, "rr", 4))
		rr(argv[2], argv[3], atol(argv[4]), atol(argv[5]));
	else if (is_role(argc, argv, "rr-server", 1))
		rr_server(argv[2]);
	else if (is_role(argc, argv, "bulk", 3))
		bulk(argv[2], argv[3], atol(argv[4]));
	else if (is_role(argc, argv, "bulk-server", 1))
		bulk_server(argv[2]);
	else if (is_role(argc, argv, "connect", 4))
		begin_connections(argv[2], argv[3], atol(argv[4]), atol(argv[5]));
	else if (is_role(argc, argv, "bad-tcp", 3))
		traffic__bad_tcp(argv[2], argv[3], atol(argv[4]));
	else if (is_role(argc, argv, "stray-rst", 3))
		traffic__stray_rst(argv[2], argv[3], atol(argv[4]));
	else if (is_role(argc, argv, "ask", 3))
		traffic__ask(argv[2], argv[3], atol(argv[4]));
	else if (is_role(argc, argv, "answer", 2))
		traffic__answer(argv[2], argv[3]);
	else if (is_role(argc, argv, "listen", 2))
		listen_only(argv[2], atoi(argv[3]));
	else if (is_role(argc, argv, "hog", 3))
		hog(atol(argv[2]), atol(argv[3]), atol(argv[4]));
	else if (is_role(argc, argv, "loop", 2))
		loop(atol(argv[2]), atol(argv[3]));
	else if (is_role(argc, argv, "pingpong", 1))
		pingpong(atol(argv[2]));
	else {
		fprintf(stderr, "usage: traffic ROLE ARGUMENT…, see tests/traffic.c\n");
		return 2;
	}
	return 0;
}
