/*
 * ping_capture.c: the echo requests and replies of a capture (ping_capture.h).
 *
 * The same request may have been captured at several devices: the first sight of it counts, and of its reply. A program
 * may begin again with the same identifier: a number that comes back later than any packet would is another ping's.
 */
#include "analyzer/monitor/ping_capture.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <pcap/pcap.h>
#include <netinet/in.h>
#include "analyzer/filter/headers.h"

#define AGAIN_NS 1000000000ull
enum { IPV4 = 0x0800, IPV6 = 0x86dd, IPV4_ECHO = 28, FEW = 16 };

struct capture {
	pcap_t *pcap;
	const char *path;
	struct pings *pings;
	int link;
	unsigned long long n; /* packets read */
};

static __u16 be16(const __u8 *p)
{
	return (__u16)(p[0] << 8 | p[1]);
}

/* Where the network header begins, and which one it is; false: the frame is too short. */
static bool find_network(int link, const __u8 *b, size_t len, unsigned *at, __u16 *ethertype)
{
	switch (link) {
	case DLT_EN10MB:
		*at = 14;
		*ethertype = len >= 14 ? be16(b + 12) : 0;
		break;
	case DLT_LINUX_SLL:
		*at = 16;
		*ethertype = len >= 16 ? be16(b + 14) : 0;
		break;
	case DLT_LINUX_SLL2:
		*at = 20;
		*ethertype = len >= 20 ? be16(b) : 0;
		break;
	default: /* the IP header itself, or behind a word that each system fills in its own way */
		*at = link == DLT_NULL || link == DLT_LOOP ? 4 : 0;
		*ethertype = len > *at ? b[*at] >> 4 == 6 ? IPV6 : IPV4 : 0;
	}
	return len > *at;
}

static bool knows_link(int link)
{
	return link == DLT_EN10MB || link == DLT_LINUX_SLL || link == DLT_LINUX_SLL2 || link == DLT_NULL ||
	       link == DLT_LOOP || link == DLT_RAW || link == DLT_IPV4 || link == DLT_IPV6;
}

static int take_request(struct capture *c, const struct rec_packet *p, __u64 at, struct trace_error *err)
{
	struct ping *ping = pings__find(c->pings, p->saddr, p->daddr, p->sport);
	struct ping_echo echo = { .sent_ns = at, .rtt_ns = -1, .said = "sent" };
	struct ping fresh = { .has_saddr = true, .has_daddr = true, .id = p->sport };
	__s64 number = ping ? pings__number(ping, (__u16)p->seq) : 0;

	if (!ping || (number <= ping->last && (number < ping->last - FEW || at > ping->at_ns + AGAIN_NS))) {
		memcpy(fresh.saddr, p->saddr, sizeof(fresh.saddr));
		memcpy(fresh.daddr, p->daddr, sizeof(fresh.daddr));
		ping = pings__add(c->pings, &fresh, err);
		if (!ping)
			return err->code;
		number = (__u16)p->seq;
	}
	ping->at_ns = at > ping->at_ns ? at : ping->at_ns;
	return pings__say(c->pings, ping, number, &echo, err);
}

/* Of a request that the capture holds. */
static int take_reply(struct capture *c, const struct rec_packet *p, __u64 at, struct trace_error *err)
{
	struct ping *ping = pings__find(c->pings, p->daddr, p->saddr, p->sport);
	struct ping_echo echo = { .answer_ns = at, .rtt_ns = -1, .said = "answered" };
	__s64 number = ping ? pings__number(ping, (__u16)p->seq) : 0;

	if (!ping || number < ping->first || number > ping->last)
		return 0;
	return pings__say(c->pings, ping, number, &echo, err);
}

static int take(struct capture *c, const struct pcap_pkthdr *h, const __u8 *bytes, struct trace_error *err)
{
	struct rec_packet p = { .rec = { .type = REC_packet }};
	__u64 at = (__u64)h->ts.tv_sec * 1000000000ull + (__u64)h->ts.tv_usec; /* asked for in ns */
	unsigned type, l3_off;
	__u16 ethertype;

	pings__end_at(c->pings, at);
	if (!find_network(c->link, bytes, h->caplen, &l3_off, &ethertype) ||
	    headers__parse(bytes, h->caplen, l3_off, ethertype, 0, &p))
		return 0;
	type = p.dport >> 8;
	if ((p.proto != IPPROTO_ICMP && p.proto != IPPROTO_ICMPV6) || h->caplen < l3_off + IPV4_ECHO ||
	    (p.proto == IPPROTO_ICMP && p.frag & 0x1fff))
		return 0;
	if (type == (p.proto == IPPROTO_ICMP ? 8 : 128))
		return take_request(c, &p, at, err);
	return type == (p.proto == IPPROTO_ICMP ? 0 : 129) ? take_reply(c, &p, at, err) : 0;
}

static int read_packets(struct capture *c, struct trace_error *err)
{
	struct pcap_pkthdr *h;
	const __u8 *bytes;
	int more, code = 0;

	while (!code && (more = pcap_next_ex(c->pcap, &h, &bytes)) == 1) {
		c->n++;
		code = take(c, h, bytes, err);
	}
	if (code == -E2BIG) {
		char what[sizeof(err->text)];

		snprintf(what, sizeof(what), "%s", err->text);
		return trace_error__set(err, code, "%s, packet %llu: %.200s", c->path, c->n, what);
	}
	if (!code && more != PCAP_ERROR_BREAK)
		return trace_error__set(err, -EBADMSG,
					"%s, behind packet %llu: %s; tcpdump -r writes what is whole with -w", c->path,
					c->n, pcap_geterr(c->pcap));
	return code;
}

int ping_capture__read(FILE *f, const char *path, struct pings *p, struct trace_error *err)
{
	struct capture c = { .path = path, .pings = p };
	char why[PCAP_ERRBUF_SIZE] = "";
	int fd = dup(fileno(f)), code;
	FILE *own = fd >= 0 && lseek(fd, 0, SEEK_SET) == 0 ? fdopen(fd, "rb") : NULL; /* libpcap closes it */

	if (!own) {
		code = -errno;
		if (fd >= 0)
			close(fd);
		return trace_error__set(err, code, "cannot read %s: %s", path, strerror(-code));
	}
	c.pcap = pcap_fopen_offline_with_tstamp_precision(own, PCAP_TSTAMP_PRECISION_NANO, why);
	if (!c.pcap) {
		fclose(own);
		return trace_error__set(err, -EBADMSG, "%s is no capture that libpcap reads: %s", path, why);
	}
	c.link = pcap_datalink(c.pcap);
	if (knows_link(c.link))
		code = read_packets(&c, err);
	else
		code = trace_error__set(err, -EBADMSG,
					"%s was captured on a link of type %d (%s), which is not known here", path,
					c.link, pcap_datalink_val_to_name(c.link) ?: "unnamed");
	pcap_close(c.pcap);
	return code;
}
