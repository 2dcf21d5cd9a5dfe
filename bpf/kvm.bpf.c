/*
 * kvm.bpf.c: interrupts on their way into virtual machines, and the eventfds that carry them.
 *
 * A device (vhost, QEMU) signals an eventfd; the irqfd that listens to it injects the interrupt its GSI is routed
 * to: at once, or by a kernel worker when the way there might sleep.
 */
#include "function.h"

enum { POLL_IN = 1 };
enum { IRQFD_WAKEUP = 1, SET_IRQ_INATOMIC, SET_MSI, IRQFD_INJECT };
enum { ROUTING_MSI = 2, MAX_ROUTES = 4096 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct eventfd_ctx {
	int id;
};

struct wait_queue_entry {
	unsigned int flags;
};

typedef struct wait_queue_entry wait_queue_entry_t;

struct work_struct {
	void *func;
};

struct kvm {
	int userspace_pid;
};

struct kvm_vcpu {
	struct kvm *kvm;
	int vcpu_id;
};

struct kvm_msi_entry { /* unnamed in the kernel, the name does not matter */
	__u32 data;
};

struct kvm_kernel_irq_routing_entry {
	__u32 gsi;
	__u32 type;
	struct kvm_msi_entry msi;
};

struct kvm_kernel_irqfd {
	struct kvm *kvm;
	wait_queue_entry_t wait;
	struct kvm_kernel_irq_routing_entry irq_entry;
	int gsi;
	struct work_struct inject;
	struct eventfd_ctx *eventfd;
};

#pragma clang attribute pop

/* ---- eventfds ----------------------------------------------------------------------------------- */

static __always_inline int signal(struct eventfd_ctx *ctx)
{
	struct rec_eventfd *r = EMIT(eventfd);

	if (!r)
		return 0;
	r->ctx = (__u64)ctx;
	r->id = bpf_core_field_exists(ctx->id) ? BPF_CORE_READ(ctx, id) : ~0u;
	r->tid = bpf_get_current_pid_tgid();
	emit__submit(r);
	return 0;
}

ON_FUNCTION(eventfd_signal, struct eventfd_ctx *eventfd)
{
	return signal(eventfd);
}

/* Since 6.8 the other one is only a name for it. */
ON_FUNCTION(eventfd_signal_mask, struct eventfd_ctx *eventfd)
{
	return signal(eventfd);
}

/* ---- interrupts --------------------------------------------------------------------------------- */

static __always_inline __u32 entry__msi(struct kvm_kernel_irq_routing_entry *e)
{
	return BPF_CORE_READ(e, type) == ROUTING_MSI ? BPF_CORE_READ(e, msi.data) : 0;
}

static __always_inline int irq(__u8 what, struct kvm *kvm, __u32 gsi, __u32 msi, struct eventfd_ctx *eventfd, __u32 result)
{
	struct rec_kvm_irq *r = EMIT(kvm_irq);

	if (!r)
		return 0;
	r->kvm = (__u64)kvm;
	r->gsi = gsi;
	r->eventfd = (__u64)eventfd;
	r->pid = BPF_CORE_READ(kvm, userspace_pid);
	r->tid = bpf_get_current_pid_tgid();
	r->result = result;
	r->msi = msi;
	r->what = what;
	emit__submit(r);
	return 0;
}

static __always_inline int irqfd(__u8 what, struct kvm_kernel_irqfd *fd)
{
	return irq(what, BPF_CORE_READ(fd, kvm), BPF_CORE_READ(fd, gsi), entry__msi(&fd->irq_entry),
		   BPF_CORE_READ(fd, eventfd), 0);
}

ON_FUNCTION(irqfd_wakeup, struct wait_queue_entry *wait, __u64 mode, __u64 sync, void *key)
{
	if (!((__u64)key & POLL_IN))
		return 0; /* the eventfd is closed */
	return irqfd(IRQFD_WAKEUP, (void *)wait - bpf_core_field_offset(struct kvm_kernel_irqfd, wait));
}

ON_FUNCTION(irqfd_inject, struct work_struct *work)
{
	return irqfd(IRQFD_INJECT, (void *)work - bpf_core_field_offset(struct kvm_kernel_irqfd, inject));
}

ON_RETURN(kvm_arch_set_irq_inatomic, kvm_irq, struct kvm_kernel_irq_routing_entry *e, struct kvm *kvm)
{
	return irq(SET_IRQ_INATOMIC, kvm, BPF_CORE_READ(e, gsi), entry__msi(e), NULL, returned);
}

/* An interrupt that the process sends by itself (KVM_SIGNAL_MSI) has no route: but for the message, the entry is not filled in. */
ON_RETURN(kvm_set_msi, kvm_irq, struct kvm_kernel_irq_routing_entry *e, struct kvm *kvm)
{
	__u32 gsi = BPF_CORE_READ(e, gsi);
	bool routed = BPF_CORE_READ(e, type) == ROUTING_MSI && gsi < MAX_ROUTES;

	return irq(SET_MSI, kvm, routed ? gsi : 0, BPF_CORE_READ(e, msi.data), NULL, returned);
}

ON_FUNCTION(kvm_vcpu_kick, struct kvm_vcpu *vcpu)
{
	struct rec_kvm_kick *r = EMIT(kvm_kick);
	struct kvm *kvm;

	if (!r)
		return 0;
	kvm = GET(vcpu, kvm);
	r->kvm = (__u64)kvm;
	r->vcpu = GET(vcpu, vcpu_id);
	r->pid = BPF_CORE_READ(kvm, userspace_pid);
	r->tid = bpf_get_current_pid_tgid();
	emit__submit(r);
	return 0;
}
