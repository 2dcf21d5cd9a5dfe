/*
 * traffic.c: test traffic with exact bookkeeping. Each role prints one line of what it did.
 *
 *   traffic udp ADDR PORT COUNT RATE SIZE [ports=N [again=N]] [hosts=N] [flows=1] [seq=N] [src=ADDR] [badsum=1]
 *                                           [burst=N]
 *                                           sends COUNT datagrams of SIZE bytes, RATE a second (0: flat out);
 *                                           ports: to a random one of N ports from PORT; again: the same ones after N
 *                                           datagrams; hosts: to N addresses from ADDR in turn; flows: each from a
 *                                           socket of its own; seq: the first number; src: from that address; badsum:
 *                                           a wrong checksum (raw socket); burst: N at once, then as long a rest as
 *                                           the rate asks for
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
 * rr, udp and pingpong take beside=FILE,FILE…: schedstat files in /proc of threads, whose CPU time meanwhile they print,
 * for each request.
 *
 * A datagram of 16 bytes or more begins with its sequence number and when it was sent (CLOCK_MONOTONIC).
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <netdb.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>
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

uint64_t traffic__now_ns(void)
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
const char *traffic__option(const char *name)
{
	size_t n = strlen(name);

	for (char **o = options; o && *o; o++)
		if (!strncmp(*o, name, n) && (*o)[n] == '=')
			return *o + n + 1;
	return NULL;
}

long traffic__number(const char *name, long fallback)
{
	const char *value = traffic__option(name);

	return value ? atol(value) : fallback;
}

uint64_t traffic__beside_ns(void)
{
	const char *files = traffic__option("beside");
	char *all = strdup(files ? files : ""), *rest = all, *name;
	uint64_t sum = 0, ns;

	while ((name = strsep(&rest, ","))) {
		FILE *f = *name ? fopen(name, "re") : NULL;

		if (f && fscanf(f, "%" SCNu64, &ns) == 1)
			sum += ns;
		if (f)
			fclose(f);
	}
	free(all);
	return sum;
}

/* What each of `count` took since `start`, and of that the CPU time of others, who had had `beside` then. */
static void print_each(uint64_t start, uint64_t beside, long count)
{
	double took = traffic__now_ns() - start;

	count = count ? count : 1;
	printf(" ns_each %.1f beside_ns %.0f\n", took / count, (double)(traffic__beside_ns() - beside) / count);
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

int traffic__bound(const char *port, int type)
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
	if (traffic__option("src")) {
		traffic__resolve(traffic__option("src"), NULL, &addr, &len);
		if (bind(fd, (void *)&addr, len))
			traffic__fail("bind to %s", traffic__option("src"));
	}
	return fd;
}

/* Lays datagram i of `size` bytes out in traffic_buffer, behind a UDP header with a wrong checksum if raw; its length. */
static size_t compose(uint64_t i, size_t size, bool raw, uint16_t port)
{
	struct udphdr h = { .uh_sport = htons(4000), .uh_dport = htons(port), .uh_ulen = htons(size + sizeof(h)), .uh_sum = htons(0x1bad) };
	struct stamp stamp = { i, traffic__now_ns() };
	size_t at = raw ? sizeof(h) : 0;

	memcpy(traffic_buffer, &h, at);
	memcpy(traffic_buffer + at, &stamp, size < sizeof(stamp) ? size : sizeof(stamp));
	return at + size;
}

static void udp(const char *host, const char *port, long count, long rate, long size)
{
	long sent = 0, refused = 0, ports = traffic__number("ports", 1), hosts = traffic__number("hosts", 1);
	long again = traffic__number("again", LONG_MAX), burst = traffic__number("burst", 1);
	uint64_t seq = traffic__number("seq", 0);
	bool raw = traffic__number("badsum", 0);
	int fd = sender(raw);
	struct sockaddr_storage addr;
	socklen_t addr_len;
	uint64_t beside = traffic__beside_ns(), start = traffic__now_ns();

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
		if (rate && i % burst == 0)
			sleep_until(start + i * 1000000000ull / rate);
		if (hosts > 1)
			in->sin_addr.s_addr = htonl(first_host + i % hosts);
		if (traffic__number("flows", 0) && i) {
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
	printf("udp sent %ld refused %ld", sent, refused);
	print_each(start, beside, count);
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
	int64_t least = INT64_MAX, worst = 0, limit = traffic__number("late_ms", 10) * 1000000;
	FILE *log = traffic__option("log") ? fopen(traffic__option("log"), "w") : NULL;

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
		traffic__fail("%s", traffic__option("log"));
	printf("udp received %ld distinct %ld reordered %ld late %ld worst_ns %lld\n", t->got, t->distinct, t->reordered, t->late,
	       (long long)worst);
}

/* CPU time, however long that takes. */
void traffic__burn(long us)
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

	if (!traffic__option("group"))
		return;
	if (!inet_aton(traffic__option("group"), &group.imr_multiaddr) || !inet_aton(traffic__option("on"), &group.imr_interface) ||
	    setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group)))
		traffic__fail("group %s", traffic__option("group"));
}

static void sink(const char *port)
{
	int fd = traffic__bound(port, SOCK_DGRAM), size = traffic__number("rcvbuf", 8 << 20);
	struct tally t = { .delays = calloc(MAX_SEQUENCE, sizeof(*t.delays)) };
	long pause_us = traffic__number("pause_us", 0), burn_us = traffic__number("burn_us", 0), every = traffic__number("every", 1);

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
			tally__add(&t, &stamp, traffic__now_ns());
		}
		if (t.got % every)
			continue;
		traffic__burn(burn_us);
		if (pause_us)
			usleep(pause_us);
	}
	tally__print(&t);
}

static void hog(long busy_ms, long idle_ms, long seconds)
{
	uint64_t end = traffic__now_ns() + seconds * 1000000000ull;
	struct timespec spun;

	while (!traffic_stop && traffic__now_ns() < end) {
		uint64_t start = traffic__now_ns();

		while (!traffic_stop && traffic__now_ns() < end && traffic__now_ns() - start < busy_ms * 1000000ull)
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
	start = traffic__now_ns();
	for (long i = 0; i < count; i++)
		if (send(out, traffic_buffer, size, 0) != size || recv(in, traffic_buffer, size, 0) != size)
			traffic__fail("loopback datagram");
	printf("loop count %ld ns_each %.1f\n", count, (double)(traffic__now_ns() - start) / count);
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
	uint64_t start, beside;

	if (pipe(there) || pipe(back))
		traffic__fail("pipe");
	if (!fork()) {
		for (long i = 0; i < count; i++)
			pass(there[0], back[1]);
		_exit(0);
	}
	beside = traffic__beside_ns();
	start = traffic__now_ns();
	if (write(there[1], "", 1) != 1)
		traffic__fail("pipe");
	for (long i = 0; i < count; i++)
		pass(back[0], there[1]);
	printf("pingpong count %ld", count);
	print_each(start, beside, count);
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
		traffic__rr(argv[2], argv[3], atol(argv[4]), atol(argv[5]));
	else if (is_role(argc, argv, "rr-server", 1))
		traffic__rr_server(argv[2]);
	else if (is_role(argc, argv, "bulk", 3))
		traffic__bulk(argv[2], argv[3], atol(argv[4]));
	else if (is_role(argc, argv, "bulk-server", 1))
		traffic__bulk_server(argv[2]);
	else if (is_role(argc, argv, "connect", 4))
		traffic__connect(argv[2], argv[3], atol(argv[4]), atol(argv[5]));
	else if (is_role(argc, argv, "bad-tcp", 3))
		traffic__bad_tcp(argv[2], argv[3], atol(argv[4]));
	else if (is_role(argc, argv, "stray-rst", 3))
		traffic__stray_rst(argv[2], argv[3], atol(argv[4]));
	else if (is_role(argc, argv, "ask", 3))
		traffic__ask(argv[2], argv[3], atol(argv[4]));
	else if (is_role(argc, argv, "answer", 2))
		traffic__answer(argv[2], argv[3]);
	else if (is_role(argc, argv, "listen", 2))
		traffic__listen(argv[2], atoi(argv[3]));
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
