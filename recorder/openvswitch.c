/* openvswitch.c: the datapaths of the kernel by generic netlink (openvswitch.h). */
#include "openvswitch.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/openvswitch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "format/error.h"

enum { BUFFER = 64 * 1024, MAX_DATAPATHS = 16, MAX_PORTIDS = 128, VPORT_IFINDEX = 8 /* younger than some headers */ };

struct datapath {
	__u32 dp;
	char name[32];
};

struct visit {
	struct procfs *procfs;
	struct sink *sink;
	__u32 inum;
	bool all;
	int fd;
	__u32 seq;
	struct datapath datapaths[MAX_DATAPATHS];
	int n_datapaths;
	__u16 family; /* the last one that was asked for */
	unsigned char *buffer;
};

/* Attributes of an answer; a: header + data. */
typedef void (*answer_fn)(struct visit *v, const struct ovs_header *h, struct nlattr **a);

bool openvswitch__present(void)
{
	return !access("/sys/module/openvswitch", F_OK);
}

static void attributes(struct nlattr **table, unsigned max, void *at, size_t len)
{
	struct nlattr *a = at;

	memset(table, 0, sizeof(*table) * (max + 1));
	while (len >= sizeof(*a) && a->nla_len >= sizeof(*a) && a->nla_len <= len) {
		size_t step = (a->nla_len + 3u) & ~3u;
		unsigned type = a->nla_type & NLA_TYPE_MASK;

		step = step < len ? step : len;
		if (type <= max)
			table[type] = a;
		len -= step;
		a = (void *)((char *)a + step);
	}
}

static size_t payload(const struct nlattr *a)
{
	return a ? a->nla_len - NLA_HDRLEN : 0;
}

static const void *data(const struct nlattr *a)
{
	return (const char *)a + NLA_HDRLEN;
}

static __u32 u32_of(const struct nlattr *a)
{
	__u32 n = 0;

	if (payload(a) >= sizeof(n))
		memcpy(&n, data(a), sizeof(n));
	return n;
}

static struct rec_text text_of(const struct nlattr *a)
{
	return a ? (struct rec_text){ .s = data(a), .len = strnlen(data(a), payload(a)) } : (struct rec_text){ .s = "" };
}

/* ---- asking --------------------------------------------------------------------------------------- */

static int ask(struct visit *v, __u16 type, __u16 flags, __u8 cmd, __u8 version, const void *body, size_t len)
{
	struct {
		struct nlmsghdr h;
		struct genlmsghdr g;
		char body[64];
	} m = { .h = { .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags }, .g = { .cmd = cmd, .version = version } };

	m.h.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN + len);
	m.h.nlmsg_seq = ++v->seq;
	memcpy(m.body, body, len);
	return send(v->fd, &m, m.h.nlmsg_len, 0) < 0 ? -errno : 0;
}

/* Reads the answers to a dump. */
static int answers(struct visit *v, answer_fn fn)
{
	struct nlattr *table[16];

	for (;;) {
		ssize_t len = recv(v->fd, v->buffer, BUFFER, 0);
		struct nlmsghdr *h = (void *)v->buffer;
		const size_t head = NLMSG_HDRLEN + GENL_HDRLEN + sizeof(struct ovs_header);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return -errno;
		for (; NLMSG_OK(h, len); h = NLMSG_NEXT(h, len)) {
			if (h->nlmsg_type == NLMSG_DONE)
				return 0;
			if (h->nlmsg_type == NLMSG_ERROR)
				return ((struct nlmsgerr *)NLMSG_DATA(h))->error;
			if (h->nlmsg_len < head)
				continue;
			attributes(table, 15, (char *)h + head, h->nlmsg_len - head);
			fn(v, (void *)((char *)h + head - sizeof(struct ovs_header)), table);
		}
	}
}

/* Families have numbers that the kernel gives out. */
static int find_family(struct visit *v, const char *name)
{
	struct {
		struct nlattr a;
		char name[GENL_NAMSIZ];
	} m = { .a = { .nla_type = CTRL_ATTR_FAMILY_NAME } };
	struct nlattr *table[CTRL_ATTR_MAX + 1];
	struct nlmsghdr *h = (void *)v->buffer;
	ssize_t len;

	snprintf(m.name, sizeof(m.name), "%s", name);
	m.a.nla_len = NLA_HDRLEN + strlen(m.name) + 1;
	TRY(ask(v, GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY, 1, &m, NLA_ALIGN(m.a.nla_len)));
	len = recv(v->fd, v->buffer, BUFFER, 0);
	if (len < 0)
		return -errno;
	if (!NLMSG_OK(h, len) || h->nlmsg_type == NLMSG_ERROR)
		return -ENOENT;
	attributes(table, CTRL_ATTR_MAX, (char *)NLMSG_DATA(h) + GENL_HDRLEN, h->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN));
	if (payload(table[CTRL_ATTR_FAMILY_ID]) < sizeof(v->family))
		return -ENOENT;
	memcpy(&v->family, data(table[CTRL_ATTR_FAMILY_ID]), sizeof(v->family));
	return 0;
}

static int dump(struct visit *v, __u8 cmd, __u8 version, __u32 dp, answer_fn fn)
{
	struct ovs_header h = { .dp_ifindex = dp };

	TRY(ask(v, v->family, NLM_F_DUMP, cmd, version, &h, sizeof(h)));
	return answers(v, fn);
}

/* ---- datapaths ------------------------------------------------------------------------------------ */

static void counter(struct visit *v, const char *datapath, const char *what, __u64 value)
{
	char name[96];

	snprintf(name, sizeof(name), "ovs.%s.%s", datapath, what);
	procfs__counter(v->procfs, v->sink, v->inum, name, value, v->all);
}

static void count(struct visit *v, const char *name, struct nlattr **a)
{
	struct ovs_dp_stats s = { 0 };
	struct ovs_dp_megaflow_stats m = { 0 };
	struct nlattr *stats = a[OVS_DP_ATTR_STATS], *megaflows = a[OVS_DP_ATTR_MEGAFLOW_STATS];

	if (payload(stats) >= sizeof(s)) {
		memcpy(&s, data(stats), sizeof(s));
		counter(v, name, "hit", s.n_hit);
		counter(v, name, "missed", s.n_missed);
		counter(v, name, "lost", s.n_lost);
		counter(v, name, "flows", s.n_flows);
	}
	if (payload(megaflows) >= sizeof(m)) {
		memcpy(&m, data(megaflows), sizeof(m));
		counter(v, name, "mask_hit", m.n_mask_hit);
		counter(v, name, "masks", m.n_masks);
	}
}

static void on_datapath(struct visit *v, const struct ovs_header *h, struct nlattr **a)
{
	struct rec_ovs_datapath r = { .rec = { .ts = now_ns(), .type = REC_ovs_datapath }, .netns = v->inum };
	struct datapath *d = &v->datapaths[v->n_datapaths];

	if (v->n_datapaths == MAX_DATAPATHS)
		return;
	v->n_datapaths++;
	r.dp = d->dp = h->dp_ifindex;
	r.name = text_of(a[OVS_DP_ATTR_NAME]);
	r.features = u32_of(a[OVS_DP_ATTR_USER_FEATURES]);
	snprintf(d->name, sizeof(d->name), "%.*s", (int)r.name.len, r.name.s);
	sink__lock(v->sink);
	sink__define(v->sink, &r.rec);
	count(v, d->name, a);
	sink__unlock(v->sink);
}

static void join_portids(char *to, size_t cap, const struct nlattr *a)
{
	size_t used = 0;

	to[0] = 0;
	for (size_t i = 0; i < payload(a) / 4 && i < MAX_PORTIDS && used + 12 < cap; i++) {
		__u32 id;

		memcpy(&id, (const char *)data(a) + i * 4, sizeof(id));
		used += snprintf(to + used, cap - used, "%s%u", i ? "," : "", id);
	}
}

static void on_port(struct visit *v, const struct ovs_header *h, struct nlattr **a)
{
	struct rec_ovs_port r = { .rec = { .ts = now_ns(), .type = REC_ovs_port }, .netns = v->inum, .dp = h->dp_ifindex };
	char portids[MAX_PORTIDS * 11 + 1];

	join_portids(portids, sizeof(portids), a[OVS_VPORT_ATTR_UPCALL_PID]);
	r.port = u32_of(a[OVS_VPORT_ATTR_PORT_NO]);
	r.name = text_of(a[OVS_VPORT_ATTR_NAME]);
	r.type = u32_of(a[OVS_VPORT_ATTR_TYPE]);
	r.ifindex = a[OVS_VPORT_ATTR_NETNSID] ? 0 : u32_of(a[VPORT_IFINDEX]);
	r.portids = (struct rec_text){ .s = portids, .len = strlen(portids) };
	sink__lock(v->sink);
	sink__define(v->sink, &r.rec);
	sink__unlock(v->sink);
}

static int visit(struct visit *v, bool ports)
{
	TRY(find_family(v, OVS_DATAPATH_FAMILY));
	TRY(dump(v, OVS_DP_CMD_GET, OVS_DATAPATH_VERSION, 0, on_datapath));
	if (!ports || !v->n_datapaths)
		return 0;
	TRY(find_family(v, OVS_VPORT_FAMILY));
	for (int i = 0; i < v->n_datapaths; i++)
		TRY(dump(v, OVS_VPORT_CMD_GET, OVS_VPORT_VERSION, v->datapaths[i].dp, on_port));
	return 0;
}

int openvswitch__sample(struct procfs *p, struct sink *s, __u32 inum, bool ports, bool all)
{
	struct visit v = { .procfs = p, .sink = s, .inum = inum, .all = all };
	int ret = -ENOMEM;

	v.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (v.fd < 0)
		return -errno;
	v.buffer = malloc(BUFFER);
	if (v.buffer)
		ret = visit(&v, ports);
	free(v.buffer);
	close(v.fd);
	return ret;
}
