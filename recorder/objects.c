/* objects.c: the BPF objects that are part of netrec (objects.h). */
#include "objects.h"

#include "bpf/shared.h"

#include "bpf/ct.skel.h"
#include "bpf/drop.skel.h"
#include "bpf/frag.skel.h"
#include "bpf/futex.skel.h"
#include "bpf/irq.skel.h"
#include "bpf/kvm.skel.h"
#include "bpf/link.skel.h"
#include "bpf/lock.skel.h"
#include "bpf/ovs.skel.h"
#include "bpf/ovs_path.skel.h"
#include "bpf/pthread.skel.h"
#include "bpf/qdisc.skel.h"
#include "bpf/sched.skel.h"
#include "bpf/skb.skel.h"
#include "bpf/stack.skel.h"
#include "bpf/task.skel.h"
#include "bpf/tcp.skel.h"
#include "bpf/tun.skel.h"
#include "bpf/vhost.skel.h"
#include "bpf/virtio.skel.h"

static const struct object OBJECTS[] = {
	{ "skb", skb_bpf__elf_bytes },
	{ "drop", drop_bpf__elf_bytes },
	{ "sched", sched_bpf__elf_bytes },
	{ "futex", futex_bpf__elf_bytes },
	{ "task", task_bpf__elf_bytes },
	{ "irq", irq_bpf__elf_bytes },
	{ "tcp", tcp_bpf__elf_bytes },
	{ "stack", stack_bpf__elf_bytes },
	{ "ovs_path", ovs_path_bpf__elf_bytes },
	{ "link", link_bpf__elf_bytes },
	{ "lock", lock_bpf__elf_bytes },
	{ "tun", tun_bpf__elf_bytes },
	{ "vhost", vhost_bpf__elf_bytes },
	{ "kvm", kvm_bpf__elf_bytes },
	{ "virtio", virtio_bpf__elf_bytes },
	{ "ovs", ovs_bpf__elf_bytes },
	{ "pthread", pthread_bpf__elf_bytes },
	{ "ct", ct_bpf__elf_bytes },
	{ "frag", frag_bpf__elf_bytes },
	{ "qdisc", qdisc_bpf__elf_bytes },
};

const struct object *objects__get(size_t i)
{
	return i < sizeof(OBJECTS) / sizeof(OBJECTS[0]) ? &OBJECTS[i] : NULL;
}
