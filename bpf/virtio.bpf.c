/*
 * virtio.bpf.c: virtio-net from inside a guest: its NAPI polls, its interrupts, and the call-backs it turns on.
 *
 * The indexes of a split ring are in shared memory of this kernel; packed rings have none to read. A poll runs with
 * softirqs disabled, so a CPU is in one at a time.
 */
#include "function.h"

enum { SOFTIRQ, BUSY_POLL, THREAD };
enum { VRING_INTERRUPT = 1, RECV_DONE, ENABLE_PREPARE, POLL, ENABLE_DELAYED };
enum { VIRTIO_ID_NET = 1 };
/* Bits of napi_struct.state: the kernel's enum has no name to ask for them by; they have not moved since 4.11. */
enum { NAPI_IN_BUSY_POLL = 6, NAPI_SCHED_THREADED = 9 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct napi_struct___state {
	unsigned long state;
};

struct virtio_device_id {
	__u32 device;
};

struct virtio_device {
	struct virtio_device_id id;
	void *priv;
};

struct virtqueue {
	struct virtio_device *vdev;
	unsigned int index;
};

struct receive_queue {
	struct virtqueue *vq;
	struct napi_struct napi;
};

struct virtnet_info {
	struct net_device *dev;
};

struct vring_used {
	__u16 idx;
};

struct vring {
	struct vring_used *used;
};

struct vring_virtqueue_split {
	struct vring vring;
};

struct vring_virtqueue {
	struct virtqueue vq;
	bool packed_ring;
	__u16 last_used_idx;
	struct vring_virtqueue_split split;
};

#pragma clang attribute pop

struct indexes {
	__u16 last_used, used;
	__u8 known;
};

static __always_inline struct indexes vq__indexes(struct virtqueue *q)
{
	struct vring_virtqueue *vq = (void *)q - bpf_core_field_offset(struct vring_virtqueue, vq);
	struct indexes at = {};

	if (BPF_CORE_READ(vq, packed_ring))
		return at;
	at.last_used = BPF_CORE_READ(vq, last_used_idx);
	at.used = BPF_CORE_READ(vq, split.vring.used, idx);
	at.known = 1;
	return at;
}

/* ---- polls -------------------------------------------------------------------------------------- */

struct virtio_begin {
	__u64 ts;
	struct napi_struct *napi; /* NULL: not in a poll */
	struct indexes at;
	int budget;
	__u8 caller;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct virtio_begin);
} virtio_began SEC(".maps");

static __always_inline struct virtqueue *napi__vq(struct napi_struct *napi)
{
	struct receive_queue *rq = (void *)napi - bpf_core_field_offset(struct receive_queue, napi);

	return BPF_CORE_READ(rq, vq);
}

static __always_inline __u8 napi__caller(struct napi_struct *napi)
{
	unsigned long state = BPF_CORE_READ((struct napi_struct___state *)napi, state);

	return state >> NAPI_IN_BUSY_POLL & 1 ? BUSY_POLL : state >> NAPI_SCHED_THREADED & 1 ? THREAD : SOFTIRQ;
}

static __always_inline int poll__begin(struct napi_struct *napi, int budget)
{
	__u32 zero = 0;
	struct virtio_begin *b = bpf_map_lookup_elem(&virtio_began, &zero);

	if (!control.enabled || !b)
		return 0;
	b->napi = napi;
	b->budget = budget;
	b->caller = napi__caller(napi);
	b->at = vq__indexes(napi__vq(napi));
	b->ts = bpf_ktime_get_ns();
	return 0;
}

static __always_inline void poll__fill(struct rec_virtio_poll *r, const struct virtio_begin *b)
{
	struct napi_struct *napi = b->napi;
	struct net_device *dev = BPF_CORE_READ(napi, dev);
	struct virtqueue *vq = napi__vq(napi);
	struct indexes at = vq__indexes(vq);

	r->napi = (__u64)napi;
	r->netns = BPF_CORE_READ(dev, nd_net.net, ns.inum);
	r->ifindex = BPF_CORE_READ(dev, ifindex);
	r->budget = b->budget;
	r->duration = r->rec.ts - b->ts;
	r->queue = BPF_CORE_READ(vq, index) / 2;
	r->last_used = b->at.last_used;
	r->used = b->at.used;
	r->last_used_end = at.last_used;
	r->used_end = at.used;
	r->caller = b->caller;
	r->known = b->at.known & at.known;
}

static __always_inline int poll__end(int work)
{
	__u32 zero = 0;
	struct virtio_begin *b = bpf_map_lookup_elem(&virtio_began, &zero);
	struct rec_virtio_poll *r;

	if (!control.enabled || !b || !b->napi)
		return 0;
	r = EMIT(virtio_poll);
	if (r) {
		r->work = work;
		poll__fill(r, b);
		emit__submit(r);
	}
	b->napi = NULL;
	return 0;
}

SEC("fentry/virtnet_poll")
int BPF_PROG(fentry_virtnet_poll, struct napi_struct *napi, int budget)
{
	return poll__begin(napi, budget);
}

SEC("fexit/virtnet_poll")
int BPF_PROG(fexit_virtnet_poll, struct napi_struct *napi, int budget, int work)
{
	return poll__end(work);
}

SEC("kprobe/virtnet_poll")
int BPF_KPROBE(kprobe_virtnet_poll, struct napi_struct *napi, int budget)
{
	return poll__begin(napi, budget);
}

SEC("kretprobe/virtnet_poll")
int BPF_KRETPROBE(kretprobe_virtnet_poll, int work)
{
	return poll__end(work);
}

/* ---- interrupts and call-backs ------------------------------------------------------------------- */

static __always_inline int vq__event(struct virtqueue *vq, __u8 what, __u32 irq, __u32 result)
{
	struct virtio_device *vdev = BPF_CORE_READ(vq, vdev);
	struct virtnet_info *vi = BPF_CORE_READ(vdev, priv);
	struct rec_virtio_vq *r;
	struct net_device *dev;
	struct indexes at;

	if (BPF_CORE_READ(vdev, id.device) != VIRTIO_ID_NET)
		return 0;
	r = EMIT(virtio_vq);
	if (!r)
		return 0;
	dev = BPF_CORE_READ(vi, dev);
	at = vq__indexes(vq);
	r->vq = (__u64)vq;
	r->netns = BPF_CORE_READ(dev, nd_net.net, ns.inum);
	r->ifindex = BPF_CORE_READ(dev, ifindex);
	r->irq = irq;
	r->result = result;
	r->index = BPF_CORE_READ(vq, index);
	r->last_used = at.last_used;
	r->used = at.used;
	r->known = at.known;
	r->what = what;
	emit__submit(r);
	return 0;
}

ON_RETURN(vring_interrupt, virtio_vq, __u64 irq, struct virtqueue *vq)
{
	return vq__event(vq, VRING_INTERRUPT, irq, returned);
}

ON_FUNCTION(skb_recv_done, struct virtqueue *vq)
{
	return vq__event(vq, RECV_DONE, 0, 0);
}

ON_FUNCTION(virtqueue_enable_cb_prepare, struct virtqueue *vq)
{
	return vq__event(vq, ENABLE_PREPARE, 0, 0);
}

ON_RETURN(virtqueue_poll, virtio_vq, struct virtqueue *vq)
{
	return vq__event(vq, POLL, 0, returned & 1);
}

ON_RETURN(virtqueue_enable_cb_delayed, virtio_vq, struct virtqueue *vq)
{
	return vq__event(vq, ENABLE_DELAYED, 0, returned & 1);
}
