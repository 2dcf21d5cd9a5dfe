/*
 * vhost.bpf.c: the work of vhost-net: runs of its workers, what wakes them, what they give back to the guest.
 *
 * A worker runs handle_rx (to the guest) and handle_tx (from it) in its own thread, one at a time, with the guest's
 * memory mapped: avail, flags and the event index are read from there. Behind an IOMMU of the guest they are not
 * where vhost's pointers say, and are left out.
 */
#include "function.h"

enum { RX, TX };
enum { BY_GUEST, BY_SOCKET };
enum { KNOWN = 1, EVENT_INDEX = 2, SIGNALLED = 4 };
enum { F_EVENT_IDX = 29 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct file {
	void *private_data;
};

struct wait_queue_entry {
	unsigned int flags;
};

typedef struct wait_queue_entry wait_queue_entry_t;

struct vhost_poll {
	wait_queue_entry_t wait;
	__u32 mask;
	struct vhost_dev *dev;
};

struct vhost_vring_call {
	void *ctx;
};

struct vhost_virtqueue {
	unsigned int num;
	void *avail;
	struct file *kick;
	struct vhost_vring_call call_ctx;
	struct vhost_poll poll;
	__u16 last_avail_idx;
	__u16 last_used_idx;
	__u16 signalled_used;
	bool signalled_used_valid;
	void *iotlb;
	void *private_data;
	__u64 acked_features;
};

struct vhost_virtqueue___5_8 {
	void *call_ctx; /* until 5.8 */
};

struct vhost_virtqueue___6_18 {
	void *nheads; /* with it, vhost_add_used_and_signal_n has one argument more */
};

struct vhost_dev {
	struct vhost_virtqueue **vqs;
};

struct vhost_net_virtqueue {
	struct vhost_virtqueue vq;
};

struct vhost_net {
	struct vhost_dev dev;
	struct vhost_net_virtqueue vqs[2];
	struct vhost_poll poll[2];
};

#pragma clang attribute pop

/* ---- a virtqueue -------------------------------------------------------------------------------- */

struct guest { /* what the guest says in its avail ring */
	__u16 flags, avail;
	__u16 used_event;
	__u8 known;
};

static __always_inline __u64 vq__call(struct vhost_virtqueue *vq)
{
	struct vhost_virtqueue___5_8 *old = (void *)vq;

	if (bpf_core_type_exists(struct vhost_vring_call))
		return (__u64)BPF_CORE_READ(vq, call_ctx.ctx);
	return (__u64)BPF_CORE_READ(old, call_ctx);
}

static __always_inline struct guest vq__guest(struct vhost_virtqueue *vq)
{
	void *avail = BPF_CORE_READ(vq, avail);
	__u32 num = BPF_CORE_READ(vq, num);
	struct guest g = {};

	if (BPF_CORE_READ(vq, acked_features) >> F_EVENT_IDX & 1)
		g.known = EVENT_INDEX;
	if (BPF_CORE_READ(vq, iotlb) || bpf_probe_read_user(&g, 4, avail) ||
	    bpf_probe_read_user(&g.used_event, 2, avail + 4 + num * 2))
		return (struct guest){ .known = g.known };
	g.known |= KNOWN;
	return g;
}

/* ---- runs --------------------------------------------------------------------------------------- */

struct vhost_begin {
	__u64 ts;
	struct vhost_virtqueue *vq;
	__u16 last_avail, last_used;
	__u8 dir;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32); /* worker */
	__type(value, struct vhost_begin);
} vhost_began SEC(".maps");

static __always_inline int run__begin(struct vhost_virtqueue *vq, __u8 dir)
{
	struct vhost_begin b = { .vq = vq, .dir = dir };
	__u32 tid = bpf_get_current_pid_tgid();

	if (!control.enabled)
		return 0;
	bpf_core_read(&b.last_avail, sizeof(b.last_avail), &vq->last_avail_idx);
	bpf_core_read(&b.last_used, sizeof(b.last_used), &vq->last_used_idx);
	b.ts = bpf_ktime_get_ns();
	bpf_map_update_elem(&vhost_began, &tid, &b, BPF_ANY);
	return 0;
}

static __always_inline void run__queue(struct rec_vhost_run *r, struct vhost_virtqueue *vq)
{
	struct guest g = vq__guest(vq);
	struct file *kick = BPF_CORE_READ(vq, kick);

	r->vq = (__u64)vq;
	r->sock = (__u64)BPF_CORE_READ(vq, private_data);
	r->call = vq__call(vq);
	r->kick = kick ? (__u64)BPF_CORE_READ(kick, private_data) : 0;
	r->size = BPF_CORE_READ(vq, num);
	r->last_avail = BPF_CORE_READ(vq, last_avail_idx);
	r->last_used = BPF_CORE_READ(vq, last_used_idx);
	r->avail = g.avail;
	r->guest_flags = g.flags;
	r->used_event = g.used_event;
	r->known = g.known;
}

static __always_inline int run__end(void)
{
	__u32 tid = bpf_get_current_pid_tgid();
	struct vhost_begin *b = bpf_map_lookup_elem(&vhost_began, &tid);
	struct rec_vhost_run *r;

	if (!control.enabled || !b)
		return 0;
	r = EMIT(vhost_run);
	if (r) {
		r->duration = r->rec.ts - b->ts;
		r->tid = tid;
		r->dir = b->dir;
		run__queue(r, b->vq);
		r->taken = r->last_avail - b->last_avail;
		r->used = r->last_used - b->last_used;
		emit__submit(r);
	}
	bpf_map_delete_elem(&vhost_began, &tid);
	return 0;
}

#define ON_RUN(function, dir)                                                \
	SEC("fentry/" #function)                                             \
	int BPF_PROG(fentry_##function, struct vhost_net *net)               \
	{                                                                    \
		return run__begin(&net->vqs[dir].vq, dir);                   \
	}                                                                    \
	SEC("fexit/" #function)                                              \
	int BPF_PROG(fexit_##function, struct vhost_net *net)                \
	{                                                                    \
		return run__end();                                           \
	}                                                                    \
	SEC("kprobe/" #function)                                             \
	int BPF_KPROBE(kprobe_##function, struct vhost_net *net)             \
	{                                                                    \
		return run__begin(&net->vqs[dir].vq, dir);                   \
	}                                                                    \
	SEC("kretprobe/" #function)                                          \
	int BPF_KRETPROBE(kretprobe_##function)                              \
	{                                                                    \
		return run__end();                                           \
	}

ON_RUN(handle_rx, RX)
ON_RUN(handle_tx, TX)

/* ---- giving back -------------------------------------------------------------------------------- */

static __always_inline int queue__used(struct vhost_virtqueue *vq, __u32 count)
{
	struct rec_vhost_used *r = EMIT(vhost_used);
	struct guest g;

	if (!r)
		return 0;
	g = vq__guest(vq);
	r->vq = (__u64)vq;
	r->call = vq__call(vq);
	r->tid = bpf_get_current_pid_tgid();
	r->count = count;
	r->last_used = BPF_CORE_READ(vq, last_used_idx);
	r->signalled = BPF_CORE_READ(vq, signalled_used);
	r->guest_flags = g.flags;
	r->used_event = g.used_event;
	r->known = g.known | (BPF_CORE_READ(vq, signalled_used_valid) ? SIGNALLED : 0);
	emit__submit(r);
	return 0;
}

static __always_inline __u32 fifth_argument(const bool typed, void *ctx)
{
	return typed ? ((unsigned long long *)ctx)[4] : PT_REGS_PARM5((struct pt_regs *)ctx);
}

ON_FUNCTION(vhost_add_used_and_signal_n, void *dev, struct vhost_virtqueue *vq, void *heads, __u64 count)
{
	struct vhost_virtqueue___6_18 *new = (void *)vq;

	if (bpf_core_field_exists(new->nheads))
		count = fifth_argument(typed, ctx);
	return queue__used(vq, count);
}

ON_FUNCTION(vhost_add_used_and_signal, void *dev, struct vhost_virtqueue *vq)
{
	return queue__used(vq, 1);
}

/* ---- kicks -------------------------------------------------------------------------------------- */

/* The queue of vhost-net that this poll is about; NULL when it belongs to another kind of device. */
static __always_inline struct vhost_virtqueue *poll__queue(struct vhost_poll *poll, __u8 *why)
{
	struct vhost_net *net = (void *)BPF_CORE_READ(poll, dev) - bpf_core_field_offset(struct vhost_net, dev);
	struct vhost_virtqueue **vqs = BPF_CORE_READ(net, dev.vqs), *first = NULL;

	bpf_probe_read_kernel(&first, sizeof(first), vqs);
	if (first != &net->vqs[RX].vq)
		return NULL;
	*why = BY_GUEST;
	if (poll == &net->vqs[RX].vq.poll)
		return &net->vqs[RX].vq;
	if (poll == &net->vqs[TX].vq.poll)
		return &net->vqs[TX].vq;
	*why = BY_SOCKET;
	return poll == &net->poll[RX] ? &net->vqs[RX].vq : poll == &net->poll[TX] ? &net->vqs[TX].vq : NULL;
}

ON_FUNCTION(vhost_poll_wakeup, struct wait_queue_entry *wait, __u64 mode, __u64 sync, void *key)
{
	struct vhost_poll *poll = (void *)wait - bpf_core_field_offset(struct vhost_poll, wait);
	struct vhost_virtqueue *vq;
	struct rec_vhost_kick *r;
	__u8 why = 0;

	if (!((__u64)key & BPF_CORE_READ(poll, mask)))
		return 0;
	vq = poll__queue(poll, &why);
	r = vq ? EMIT(vhost_kick) : NULL;
	if (!r)
		return 0;
	r->vq = (__u64)vq;
	r->tid = bpf_get_current_pid_tgid();
	r->why = why;
	emit__submit(r);
	return 0;
}
