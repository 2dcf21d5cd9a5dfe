/*
 * monitor.c: news of devices and neighbours (monitor.h).
 *
 * A number of a namespace may be another one's as soon as the kernel has said that the first is gone, which it says on
 * the same socket.
 */
#include "monitor.h"

#include <errno.h>
#include <linux/net_namespace.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

enum { BUFFER = 64 * 1024, WAITING_BYTES = 4 << 20 };

struct monitor {
	int fd, ask;
	__u32 own; /* inode of our own namespace; 0: not known yet */
	struct peer *peers;
	int n_peers, room;
	__u64 heard; /* when what waited was last read */
	_Alignas(8) unsigned char buffer[BUFFER];
};

/* ---- numbers of namespaces ----------------------------------------------------------------------- */

static struct peer *find(const struct monitor *m, __s32 id, __u32 inum)
{
	for (int i = 0; i < m->n_peers; i++)
		if (inum ? m->peers[i].inum == inum : m->peers[i].id == id)
			return &m->peers[i];
	return NULL;
}

static void forget(struct monitor *m, __s32 id)
{
	struct peer *p = find(m, id, 0);

	if (p)
		*p = m->peers[--m->n_peers];
}

static bool note(struct monitor *m, __s32 id, __u32 inum)
{
	struct peer *p = find(m, id, 0);

	if (!p && m->n_peers == m->room) {
		int room = m->room ? m->room * 2 : 16;
		struct peer *more = realloc(m->peers, room * sizeof(*more));

		if (!more)
			return false; /* asked for again at the next look */
		m->peers = more;
		m->room = room;
	}
	*(p ? p : &m->peers[m->n_peers++]) = (struct peer){ id, inum };
	return true;
}

/* Whatever the answer, the next question shows the number. */
static void give_number(struct monitor *m, const struct namespace *ns)
{
	struct {
		struct nlmsghdr h;
		struct rtgenmsg g;
		unsigned char pad[3];
		struct rtattr fd_a;
		__s32 fd;
		struct rtattr id_a;
		__s32 id;
	} q = { .h = { sizeof(q), RTM_NEWNSID, NLM_F_REQUEST | NLM_F_ACK, 0, 0 },
		.fd_a = { RTA_LENGTH(sizeof(__s32)), NETNSA_FD },
		.id_a = { RTA_LENGTH(sizeof(__s32)), NETNSA_NSID },
		.id = -1 };
	unsigned char answer[512];

	q.fd = namespaces__file(ns);
	if (q.fd < 0)
		return;
	if (send(m->ask, &q, sizeof(q), 0) == sizeof(q))
		(void)recv(m->ask, answer, sizeof(answer), 0);
	close(q.fd);
}

bool monitor__hear(struct monitor *m, const struct namespace *ns)
{
	__s32 id;

	if (m->fd < 0)
		return false;
	if (!ns->name[0]) { /* our own one */
		bool first = !m->own;

		m->own = ns->inum;
		return first;
	}
	if (find(m, 0, ns->inum))
		return false;
	id = netlink__id_of(m->ask, ns);
	if (id < 0)
		give_number(m, ns);
	if (id < 0)
		id = netlink__id_of(m->ask, ns);
	return id >= 0 && note(m, id, ns->inum);
}

/* 0: it was gone before anybody could look. */
static __u32 namespace_of(struct monitor *m, struct namespaces *all, __s32 id)
{
	struct peer *p = find(m, id, 0);

	if (id == -1)
		return m->own;
	if (!p) {
		namespaces__scan(all, true);
		for (size_t i = 0; i < namespaces__count(all); i++)
			(void)monitor__hear(m, namespaces__at(all, i));
		p = find(m, id, 0);
	}
	if (!p)
		(void)note(m, id, 0); /* no more looking for that one */
	return p ? p->inum : 0;
}

/* ---- news ---------------------------------------------------------------------------------------- */

static void copy(void *to, size_t size, const struct rtattr *a)
{
	if (a)
		memcpy(to, RTA_DATA(a), RTA_PAYLOAD(a) < size ? RTA_PAYLOAD(a) : size);
}

/* Bridges tell of their forwarding databases by the same message; and what needs no answer has no state. */
static void on_neighbour(struct sink *s, __u32 inum, const struct nlmsghdr *h)
{
	const struct ndmsg *nd = NLMSG_DATA(h);
	struct rec_neighbour r = { .rec = { .ts = now_ns(), .type = REC_neighbour }, .netns = inum };
	struct rtattr *t[NDA_MAX + 1];

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*nd)) || (nd->ndm_family != AF_INET && nd->ndm_family != AF_INET6) ||
	    (nd->ndm_state & (NUD_NOARP | NUD_PERMANENT)))
		return;
	netlink__attributes(t, NDA_MAX, NETLINK_BODY(h, struct ndmsg));
	r.ifindex = nd->ndm_ifindex;
	r.state = nd->ndm_state;
	r.what = h->nlmsg_type == RTM_DELNEIGH;
	if (nd->ndm_family == AF_INET) {
		memset(r.addr + 10, 0xff, 2);
		copy(r.addr + 12, 4, t[NDA_DST]);
	} else {
		copy(r.addr, sizeof(r.addr), t[NDA_DST]);
	}
	copy(r.mac, sizeof(r.mac), t[NDA_LLADDR]);
	sink__append(s, STREAM_RECORDER, &r.rec);
}

static void on_number(struct monitor *m, const struct nlmsghdr *h)
{
	struct rtattr *t[NETNSA_MAX + 1];
	__s32 id = -1;

	netlink__attributes(t, NETNSA_MAX, NETLINK_BODY(h, struct rtgenmsg));
	copy(&id, sizeof(id), t[NETNSA_NSID]);
	if (h->nlmsg_type == RTM_DELNSID)
		forget(m, id);
}

/* Where a device of our own namespace moves to is told by number. */
static void find_new_home(struct monitor *m, struct namespaces *all, const struct nlmsghdr *h)
{
	struct rtattr *t[IFLA_MAX + 1];
	__s32 id = -1;

	netlink__attributes(t, IFLA_MAX, NETLINK_BODY(h, struct ifinfomsg));
	copy(&id, sizeof(id), t[IFLA_NEW_NETNSID]);
	(void)namespace_of(m, all, id);
}

static void on_message(struct monitor *m, struct netlink *n, struct namespaces *all, __s32 id, const struct nlmsghdr *h)
{
	bool link = h->nlmsg_type == RTM_NEWLINK || h->nlmsg_type == RTM_DELLINK;
	__u32 inum;

	if (h->nlmsg_type == RTM_NEWNSID || h->nlmsg_type == RTM_DELNSID)
		on_number(m, h);
	if (!link && h->nlmsg_type != RTM_NEWNEIGH && h->nlmsg_type != RTM_DELNEIGH)
		return;
	inum = namespace_of(m, all, id);
	if (h->nlmsg_type == RTM_DELLINK && inum == m->own)
		find_new_home(m, all, h);
	sink__lock(n->sink);
	if (!link)
		on_neighbour(n->sink, inum, h);
	else if (inum == m->own)
		netlink__link_news(n, inum, m->peers, m->n_peers, h);
	else
		netlink__link_news(n, inum, NULL, 0, h);
	sink__unlock(n->sink);
}

/* The number of the namespace that a message comes from; -1: our own. */
static __s32 sender(struct msghdr *msg)
{
	__s32 id = -1;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if (c->cmsg_level == SOL_NETLINK && c->cmsg_type == NETLINK_LISTEN_ALL_NSID)
			memcpy(&id, CMSG_DATA(c), sizeof(id));
	return id;
}

/* How much did not fit in the socket is not told. */
static void on_overrun(struct monitor *m, struct sink *s, struct losses *l)
{
	sink__lock(s);
	losses__add(l, s, LOSSES_ANYWHERE, REC_link_state, GAP_RING_FULL, m->heard, now_ns(), 1);
	losses__add(l, s, LOSSES_ANYWHERE, REC_neighbour, GAP_RING_FULL, m->heard, now_ns(), 1);
	sink__unlock(s);
}

void monitor__read(struct monitor *m, struct netlink *n, struct namespaces *all, struct losses *l)
{
	_Alignas(8) char control[256];
	struct iovec iov = { m->buffer, BUFFER };
	__u64 began = now_ns();

	for (;;) {
		struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
				      .msg_controllen = sizeof(control) };
		ssize_t len = m->fd < 0 ? -1 : recvmsg(m->fd, &msg, MSG_DONTWAIT);

		if (len < 0 && m->fd >= 0 && errno == ENOBUFS) {
			on_overrun(m, n->sink, l);
			continue;
		}
		if (len <= 0)
			break;
		for (struct nlmsghdr *h = (void *)m->buffer; NLMSG_OK(h, len); h = NLMSG_NEXT(h, len))
			on_message(m, n, all, sender(&msg), h);
	}
	m->heard = began;
}

/* ---- the socket ---------------------------------------------------------------------------------- */

static int subscribe(int fd)
{
	static const int groups[] = { RTNLGRP_LINK, RTNLGRP_NEIGH, RTNLGRP_NSID };
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	int on = 1, bytes = WAITING_BYTES;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)); /* with less, losses are told */
	if (bind(fd, (void *)&any, sizeof(any)) || setsockopt(fd, SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, &on, sizeof(on)))
		return -errno;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i], sizeof(groups[i])))
			return -errno;
	return 0;
}

/* No program of ours, but what the trace knows of is said in the same way. */
static void define_probe(struct sink *s, __u32 id, const char *name, __u16 type, int err)
{
	struct rec_probe r = { .rec = { .ts = now_ns(), .type = REC_probe }, .id = id, .name = sink__text(name) };

	r.type = type;
	r.status = err ? PROBE_FAILED : PROBE_ATTACHED;
	r.method = sink__text(err ? "" : "rtnetlink");
	r.detail = sink__text(err ? strerror(-err) : "");
	sink__lock(s);
	sink__define(s, &r.rec);
	sink__unlock(s);
}

struct monitor *monitor__new(struct sink *s)
{
	enum { LINKS = 240, NEIGHBOURS = 241 }; /* beyond those of probes.def */
	struct monitor *m = calloc(1, sizeof(*m));
	int err;

	if (!m)
		return NULL;
	m->heard = now_ns();
	m->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	m->ask = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	err = m->fd < 0 || m->ask < 0 ? -errno : subscribe(m->fd);
	if (err && m->fd >= 0)
		close(m->fd);
	if (err)
		m->fd = -1;
	define_probe(s, LINKS, "rtnl_link", REC_link_state, err);
	define_probe(s, NEIGHBOURS, "rtnl_neigh", REC_neighbour, err);
	return m;
}

void monitor__free(struct monitor *m)
{
	if (!m)
		return;
	if (m->fd >= 0)
		close(m->fd);
	if (m->ask >= 0)
		close(m->ask);
	free(m->peers);
	free(m);
}

int monitor__fd(const struct monitor *m)
{
	return m->fd;
}
