/*
 * netlink.c: devices and qdiscs of a network namespace (netlink.h).
 *
 * Two dumps by rtnetlink, each answer turned into rows as it comes; and what the kernel tells of devices by itself.
 */
#include "netlink.h"

#include <errno.h>
#include <linux/gen_stats.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 64 * 1024, MAX_PEERS = 64 };

struct visit {
	struct netlink *n;
	const struct peer *peers;
	struct peer asked[MAX_PEERS];
	__u32 inum;
	int n_peers; /* -1: not asked yet */
	bool found;  /* its devices were not known before */
	int fd;
	__u32 seq;
	unsigned char *buffer;
};

typedef void (*answer_fn)(struct visit *v, const struct nlmsghdr *h);

static int ask(struct visit *v, __u16 type, __u16 flags, const void *body, size_t len)
{
	struct {
		struct nlmsghdr h;
		unsigned char body[64];
	} m = { .h = { .nlmsg_len = NLMSG_LENGTH(len), .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags } };

	m.h.nlmsg_seq = ++v->seq;
	memcpy(m.body, body, len);
	return send(v->fd, &m, m.h.nlmsg_len, 0) < 0 ? -errno : 0;
}

/* Reads the answers to a dump until its end. */
static int answers(struct visit *v, answer_fn fn)
{
	for (;;) {
		ssize_t len = recv(v->fd, v->buffer, BUFFER, 0);
		struct nlmsghdr *h = (void *)v->buffer;

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return -errno;
		for (; NLMSG_OK(h, len); h = NLMSG_NEXT(h, len)) {
			if (h->nlmsg_type == NLMSG_DONE)
				return 0;
			if (h->nlmsg_type == NLMSG_ERROR)
				return ((struct nlmsgerr *)NLMSG_DATA(h))->error;
			sink__lock(v->n->sink);
			fn(v, h);
			sink__unlock(v->n->sink);
		}
	}
}

void netlink__attributes(struct rtattr **table, int max, struct rtattr *a, int len)
{
	memset(table, 0, sizeof(*table) * (max + 1));
	for (; RTA_OK(a, len); a = RTA_NEXT(a, len))
		if ((a->rta_type & NLA_TYPE_MASK) <= max)
			table[a->rta_type & NLA_TYPE_MASK] = a;
}

static __u32 attribute_u32(const struct rtattr *a)
{
	__u32 v = 0;

	if (a && RTA_PAYLOAD(a) >= sizeof(v))
		memcpy(&v, RTA_DATA(a), sizeof(v));
	return v;
}

static struct rec_text attribute_text(const struct rtattr *a)
{
	return a ? (struct rec_text){ .s = RTA_DATA(a), .len = strnlen(RTA_DATA(a), RTA_PAYLOAD(a)) } :
		   (struct rec_text){ .s = "" };
}

__s32 netlink__id_of(int fd, const struct namespace *ns)
{
	struct {
		struct rtgenmsg g;
		unsigned char pad[3];
		struct rtattr a;
		__s32 ns_fd;
	} m = { .a = { .rta_len = RTA_LENGTH(sizeof(__s32)), .rta_type = NETNSA_FD } };
	struct visit asking = { .fd = fd };
	unsigned char answer[512];
	struct nlmsghdr *h = (void *)answer;
	struct rtattr *t[NETNSA_MAX + 1];
	__s32 id = -1;
	ssize_t len;

	m.ns_fd = namespaces__file(ns);
	if (m.ns_fd < 0)
		return -1;
	if (!ask(&asking, RTM_GETNSID, 0, &m, sizeof(m)) && (len = recv(fd, answer, sizeof(answer), 0)) > 0 &&
	    NLMSG_OK(h, len) && h->nlmsg_type == RTM_NEWNSID) {
		netlink__attributes(t, NETNSA_MAX, NETLINK_BODY(h, struct rtgenmsg));
		id = t[NETNSA_NSID] ? (__s32)attribute_u32(t[NETNSA_NSID]) : -1;
	}
	close(m.ns_fd);
	return id;
}

/* Asks once per visit, on a socket of its own: the dump is under way on the other. */
static void ask_ids(struct visit *v)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	v->n_peers = 0;
	v->peers = v->asked;
	for (size_t i = 0; fd >= 0 && i < namespaces__count(v->n->all) && v->n_peers < MAX_PEERS; i++) {
		const struct namespace *ns = namespaces__at(v->n->all, i);
		__s32 id = ns->inum == v->inum ? -1 : netlink__id_of(fd, ns);

		if (id >= 0)
			v->asked[v->n_peers++] = (struct peer){ id, ns->inum };
	}
	if (fd >= 0)
		close(fd);
}

static __u32 other_namespace(struct visit *v, const struct rtattr *nsid)
{
	if (!nsid)
		return 0;
	if (v->n_peers < 0)
		ask_ids(v);
	for (int i = 0; i < v->n_peers; i++)
		if (v->peers[i].id == (__s32)attribute_u32(nsid))
			return v->peers[i].inum;
	return 0;
}

static void define_interface(struct visit *v, const struct ifinfomsg *ifi, struct rtattr **t)
{
	struct rtattr *info[IFLA_INFO_MAX + 1] = { NULL };
	struct rec_interface r = { .rec = { .ts = now_ns(), .type = REC_interface } };

	if (t[IFLA_LINKINFO])
		netlink__attributes(info, IFLA_INFO_MAX, RTA_DATA(t[IFLA_LINKINFO]), RTA_PAYLOAD(t[IFLA_LINKINFO]));
	r.netns = v->inum;
	r.ifindex = ifi->ifi_index;
	r.name = attribute_text(t[IFLA_IFNAME]);
	r.kind = attribute_text(info[IFLA_INFO_KIND]);
	if (t[IFLA_ADDRESS] && RTA_PAYLOAD(t[IFLA_ADDRESS]) <= sizeof(r.mac))
		memcpy(r.mac, RTA_DATA(t[IFLA_ADDRESS]), RTA_PAYLOAD(t[IFLA_ADDRESS]));
	r.master = attribute_u32(t[IFLA_MASTER]);
	r.link = attribute_u32(t[IFLA_LINK]);
	r.link_netns = other_namespace(v, t[IFLA_LINK_NETNSID]);
	r.mtu = attribute_u32(t[IFLA_MTU]);
	r.txqlen = attribute_u32(t[IFLA_TXQLEN]);
	r.rx_queues = attribute_u32(t[IFLA_NUM_RX_QUEUES]);
	r.tx_queues = attribute_u32(t[IFLA_NUM_TX_QUEUES]);
	r.flags = ifi->ifi_flags;
	sink__define(v->n->sink, &r.rec);
	wanted_devices__seen(v->n->wanted, r.netns, r.ifindex, r.name.s, r.name.len);
}

static void count_link(struct visit *v, __u32 ifindex, const struct rtattr *stats64)
{
	struct rtnl_link_stats64 stats = { 0 };
	struct rec_netdev r = { .rec = { .ts = now_ns(), .type = REC_netdev } };

	if (!stats64)
		return;
	memcpy(&stats, RTA_DATA(stats64), RTA_PAYLOAD(stats64) < sizeof(stats) ? RTA_PAYLOAD(stats64) : sizeof(stats));
	r.netns = v->inum;
	r.ifindex = ifindex;
	r.rx_packets = stats.rx_packets;
	r.rx_bytes = stats.rx_bytes;
	r.rx_dropped = stats.rx_dropped;
	r.rx_errors = stats.rx_errors;
	r.tx_packets = stats.tx_packets;
	r.tx_bytes = stats.tx_bytes;
	r.tx_dropped = stats.tx_dropped;
	r.tx_errors = stats.tx_errors;
	sink__append(v->n->sink, STREAM_RECORDER, &r.rec);
}

static void tell_state(struct visit *v, const struct ifinfomsg *ifi, struct rtattr **t, enum link_what what)
{
	struct rec_link_state r = { .rec = { .ts = now_ns(), .type = REC_link_state }, .netns = v->inum, .what = what };
	struct rec_text name = attribute_text(t[IFLA_IFNAME]);
	char text[IFNAMSIZ + 1] = "";

	memcpy(text, name.s, name.len < IFNAMSIZ ? name.len : IFNAMSIZ);
	r.ifindex = ifi->ifi_index;
	r.name = sink__string(v->n->sink, text);
	r.flags = ifi->ifi_flags;
	r.operstate = t[IFLA_OPERSTATE] && RTA_PAYLOAD(t[IFLA_OPERSTATE]) ? *(__u8 *)RTA_DATA(t[IFLA_OPERSTATE]) : 0;
	r.master = attribute_u32(t[IFLA_MASTER]);
	if (what == LINK_MOVED) {
		r.new_netns = other_namespace(v, t[IFLA_NEW_NETNSID]);
		r.new_ifindex = t[IFLA_NEW_IFINDEX] ? attribute_u32(t[IFLA_NEW_IFINDEX]) : r.ifindex;
	}
	sink__append(v->n->sink, STREAM_RECORDER, &r.rec);
}

static bool read_link(const struct nlmsghdr *h, struct rtattr **t)
{
	const struct ifinfomsg *ifi = NLMSG_DATA(h);

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*ifi)) || ifi->ifi_family != AF_UNSPEC)
		return false; /* a bridge tells of its ports by the same message */
	netlink__attributes(t, IFLA_MAX, IFLA_RTA(ifi), IFLA_PAYLOAD(h));
	return t[IFLA_IFNAME];
}

/* ---- which devices this round has shown ---------------------------------------------------------- */

static void note_dumped(struct netlink *n, __u64 key)
{
	if (n->n_dumped == n->room) {
		size_t room = n->room ? n->room * 2 : 64;
		__u64 *dumped = realloc(n->dumped, room * sizeof(*dumped));

		if (!dumped)
			return; /* one device that appears just now may be counted from a moment too early on */
		n->dumped = dumped;
		n->room = room;
	}
	n->dumped[n->n_dumped++] = key;
}

static bool is_dumped(struct netlink *n, __u64 key, bool forget)
{
	for (size_t i = 0; i < n->n_dumped; i++) {
		if (n->dumped[i] != key)
			continue;
		if (forget)
			n->dumped[i] = n->dumped[--n->n_dumped];
		return true;
	}
	return false;
}

void netlink__begin_round(struct netlink *n)
{
	n->n_dumped = 0;
}

/* ---- devices ------------------------------------------------------------------------------------- */

static __u64 key_of(const struct visit *v, const struct ifinfomsg *ifi)
{
	return (__u64)v->inum << 32 | (__u32)ifi->ifi_index;
}

static void on_link(struct visit *v, const struct nlmsghdr *h)
{
	const struct ifinfomsg *ifi = NLMSG_DATA(h);
	struct rtattr *t[IFLA_MAX + 1];

	if (h->nlmsg_type != RTM_NEWLINK || !read_link(h, t))
		return;
	define_interface(v, ifi, t);
	if (v->found)
		tell_state(v, ifi, t, LINK_FOUND);
	count_link(v, ifi->ifi_index, t[IFLA_STATS64]);
	note_dumped(v->n, key_of(v, ifi));
}

static enum link_what what_of(const struct nlmsghdr *h, struct rtattr **t)
{
	if (h->nlmsg_type == RTM_DELLINK)
		return t[IFLA_NEW_NETNSID] ? LINK_MOVED : LINK_GONE;
	return ((const struct ifinfomsg *)NLMSG_DATA(h))->ifi_change == ~0U ? LINK_APPEARED : LINK_CHANGED;
}

static void learn(struct visit *v, const struct ifinfomsg *ifi, struct rtattr **t, enum link_what what)
{
	bool goes = what == LINK_GONE || what == LINK_MOVED;

	if (!goes)
		define_interface(v, ifi, t);
	if (goes || (what == LINK_APPEARED && !is_dumped(v->n, key_of(v, ifi), false)))
		count_link(v, ifi->ifi_index, t[IFLA_STATS64]);
	if (goes)
		(void)is_dumped(v->n, key_of(v, ifi), true);
}

/*
 * News wait while the devices are looked at: counters of a device that this round has shown already are older than what
 * it showed. The last counters of one that goes are not: it would not have been shown.
 */
void netlink__link_news(struct netlink *n, __u32 inum, const struct peer *peers, int n_peers, const struct nlmsghdr *h)
{
	struct visit v = { .n = n, .inum = inum, .peers = peers, .n_peers = n_peers };
	const struct ifinfomsg *ifi = NLMSG_DATA(h);
	struct rtattr *t[IFLA_MAX + 1];

	if (!read_link(h, t))
		return;
	if (inum)
		learn(&v, ifi, t, what_of(h, t));
	tell_state(&v, ifi, t, what_of(h, t));
}

static void qdisc_stats(struct rec_qdisc *r, struct rtattr *stats2)
{
	struct rtattr *t[TCA_STATS_MAX + 1];
	struct gnet_stats_basic basic = { 0 };
	struct gnet_stats_queue queue = { 0 };
	__u64 packets;

	netlink__attributes(t, TCA_STATS_MAX, RTA_DATA(stats2), RTA_PAYLOAD(stats2));
	if (t[TCA_STATS_BASIC] && RTA_PAYLOAD(t[TCA_STATS_BASIC]) >= 12) {
		memcpy(&basic.bytes, RTA_DATA(t[TCA_STATS_BASIC]), 8);
		memcpy(&basic.packets, (char *)RTA_DATA(t[TCA_STATS_BASIC]) + 8, 4);
	}
	if (t[TCA_STATS_QUEUE] && RTA_PAYLOAD(t[TCA_STATS_QUEUE]) >= sizeof(queue))
		memcpy(&queue, RTA_DATA(t[TCA_STATS_QUEUE]), sizeof(queue));
	packets = basic.packets;
	if (t[TCA_STATS_PKT64] && RTA_PAYLOAD(t[TCA_STATS_PKT64]) >= sizeof(packets))
		memcpy(&packets, RTA_DATA(t[TCA_STATS_PKT64]), sizeof(packets)); /* only when 32 bits do not do */
	r->qlen = queue.qlen;
	r->backlog = queue.backlog;
	r->drops = queue.drops;
	r->overlimits = queue.overlimits;
	r->requeues = queue.requeues;
	r->packets = packets;
	r->bytes = basic.bytes;
}

static void on_qdisc(struct visit *v, const struct nlmsghdr *h)
{
	const struct tcmsg *tc = NLMSG_DATA(h);
	struct rec_qdisc r = { .rec = { .ts = now_ns(), .type = REC_qdisc } };
	struct rtattr *t[TCA_MAX + 1];
	char kind[32];

	if (h->nlmsg_type != RTM_NEWQDISC || h->nlmsg_len < NLMSG_LENGTH(sizeof(*tc)))
		return;
	netlink__attributes(t, TCA_MAX, TCA_RTA(tc), TCA_PAYLOAD(h));
	if (!t[TCA_KIND] || !t[TCA_STATS2])
		return;
	memset(kind, 0, sizeof(kind));
	memcpy(kind, RTA_DATA(t[TCA_KIND]), RTA_PAYLOAD(t[TCA_KIND]) < 31 ? RTA_PAYLOAD(t[TCA_KIND]) : 31);
	r.netns = v->inum;
	r.ifindex = tc->tcm_ifindex;
	r.handle = tc->tcm_handle;
	r.parent = tc->tcm_parent;
	r.kind = sink__string(v->n->sink, kind);
	qdisc_stats(&r, t[TCA_STATS2]);
	sink__append(v->n->sink, STREAM_RECORDER, &r.rec);
}

static int dump(struct visit *v)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct tcmsg tc = { .tcm_family = AF_UNSPEC };

	TRY(ask(v, RTM_GETLINK, NLM_F_DUMP, &ifi, sizeof(ifi)));
	TRY(answers(v, on_link));
	TRY(ask(v, RTM_GETQDISC, NLM_F_DUMP, &tc, sizeof(tc)));
	return answers(v, on_qdisc);
}

int netlink__sample(struct netlink *n, __u32 inum, bool found)
{
	struct visit v = { .n = n, .inum = inum, .n_peers = -1, .found = found };
	int ret = -ENOMEM;

	v.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (v.fd < 0)
		return -errno;
	v.buffer = malloc(BUFFER);
	if (v.buffer)
		ret = dump(&v);
	free(v.buffer);
	close(v.fd);
	return ret;
}
