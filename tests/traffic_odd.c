/*
 * traffic_odd.c: what no ordinary socket sends: frames of any type, segments with a wrong checksum or of no connection, two
 * datagrams at the same moment, answers from an address that was not asked.
 */
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netpacket/packet.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tests/traffic.h"

/* Pairs follow each other at once, for two CPUs that are busy meet more often; now and then who reads them has a CPU, too. */
enum { PAIRS_AT_ONCE = 20, REST_US = 20000 };

/* One of the two threads of a pair. */
struct racer {
	int fd;
	size_t size;
	pthread_barrier_t *start;
};

static void *race_one(void *arg)
{
	struct racer *r = arg;

	pthread_barrier_wait(r->start);
	return send(r->fd, traffic_buffer, r->size, 0) == (ssize_t)r->size ? r : NULL;
}

void traffic__race(const char *host, const char *port, long count, long size)
{
	long sent = 0;

	for (long i = 0; i < count && !traffic_stop; i++) {
		pthread_barrier_t start;
		struct racer r = { traffic__connected(host, port, SOCK_DGRAM), size, &start };
		pthread_t other;
		void *ok;

		pthread_barrier_init(&start, NULL, 2);
		if (pthread_create(&other, NULL, race_one, &r))
			traffic__fail("thread");
		sent += race_one(&r) != NULL;
		pthread_join(other, &ok);
		sent += ok != NULL;
		pthread_barrier_destroy(&start);
		close(r.fd);
		if (i % PAIRS_AT_ONCE == PAIRS_AT_ONCE - 1)
			usleep(REST_US);
	}
	printf("udp sent %ld\n", sent);
}

void traffic__frames(const char *device, const char *ethertype, long count)
{
	struct ether_header h = { .ether_dhost = "\xff\xff\xff\xff\xff\xff", .ether_shost = "\x02\x77\0\0\0\x09",
				  .ether_type = htons(strtoul(ethertype, NULL, 0)) };
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(device), .sll_halen = ETH_ALEN };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);
	long sent = 0;

	if (fd < 0 || !to.sll_ifindex)
		traffic__fail("device %s", device);
	memcpy(traffic_buffer, &h, sizeof(h));
	for (long i = 0; i < count && !traffic_stop; i++) {
		sent += sendto(fd, traffic_buffer, ETH_ZLEN, 0, (void *)&to, sizeof(to)) == ETH_ZLEN;
		usleep(10000);
	}
	printf("frames sent %ld\n", sent);
}

void traffic__bad_tcp(const char *host, const char *port, long count)
{
	struct tcphdr h = { .th_sport = htons(4000), .th_dport = htons(atoi(port)), .th_seq = htonl(0x01020304), .th_off = 5,
			    .th_flags = TH_ACK, .th_sum = htons(0x1bad) };
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_TCP);
	struct sockaddr_storage addr;
	socklen_t len;
	long sent = 0;

	traffic__resolve(host, NULL, &addr, &len);
	if (fd < 0)
		traffic__fail("socket");
	for (long i = 0; i < count && !traffic_stop; i++)
		sent += sendto(fd, &h, sizeof(h), 0, (void *)&addr, len) == sizeof(h);
	printf("tcp sent %ld\n", sent);
}

void traffic__stray_rst(const char *host, const char *port, long count)
{
	struct tcphdr h = { .th_sport = htons(4000), .th_dport = htons(atoi(port)), .th_seq = htonl(0x01020304), .th_off = 5,
			    .th_flags = TH_RST };
	int fd = socket(AF_INET6, SOCK_RAW, IPPROTO_TCP), checksum = offsetof(struct tcphdr, th_sum);
	struct sockaddr_storage addr;
	socklen_t len;
	long sent = 0;

	traffic__resolve(host, NULL, &addr, &len);
	if (fd < 0 || setsockopt(fd, IPPROTO_IPV6, IPV6_CHECKSUM, &checksum, sizeof(checksum)))
		traffic__fail("socket");
	for (long i = 0; i < count && !traffic_stop; i++)
		sent += sendto(fd, &h, sizeof(h), 0, (void *)&addr, len) == sizeof(h);
	printf("tcp sent %ld\n", sent);
}

void traffic__ask(const char *host, const char *port, long count)
{
	int fd = traffic__connected(host, port, SOCK_DGRAM);
	struct timeval patience = { .tv_usec = 100000 };
	long sent = 0, answered = 0;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	for (long i = 0; i < count && !traffic_stop; i++) {
		sent += send(fd, traffic_buffer, 100, 0) == 100;
		answered += recv(fd, traffic_buffer, sizeof(traffic_buffer), 0) > 0;
	}
	printf("ask sent %ld answered %ld\n", sent, answered);
}

/* A socket of UDP at that address and port, beside others at it. */
static int datagram_socket(const char *host, const char *port)
{
	struct sockaddr_storage addr;
	socklen_t len;
	int fd, yes = 1;

	traffic__resolve(host, port, &addr, &len);
	fd = socket(addr.ss_family, SOCK_DGRAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, (void *)&addr, len))
		traffic__fail("bind to %s", host);
	return fd;
}

void traffic__answer(const char *port, const char *from)
{
	int in = datagram_socket(strchr(from, ':') ? "::" : "0.0.0.0", port), out = datagram_socket(from, port);
	long answered = 0;

	while (!traffic_stop) {
		struct sockaddr_storage who;
		socklen_t len = sizeof(who);
		ssize_t n = recvfrom(in, traffic_buffer, sizeof(traffic_buffer), 0, (void *)&who, &len);

		if (n > 0)
			answered += sendto(out, traffic_buffer, n, 0, (void *)&who, len) == n;
	}
	printf("answer sent %ld\n", answered);
}
