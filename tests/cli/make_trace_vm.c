/*
 * make_trace_vm.c: a virtual machine with one queue: its tap, vhost, interrupts; and the guest's view.
 */
#include "tests/cli/make_trace.h"

enum { VNET0 = 7, QEMU = 500, VHOST = 502, VCPU = 503 };

#define SOCK 0xffff888200000000ull
#define VQ_RX 0xffff888200001000ull
#define VQ_TX 0xffff888200002000ull
#define CALL_RX 0xffff888200003000ull
#define CALL_TX 0xffff888200003100ull
#define KICK_RX 0xffff888200003200ull
#define KICK_TX 0xffff888200003300ull
#define KVM 0xffffc90000000000ull

static void define_vm(void)
{
	DEFINE(interface, .netns = OWN, .ifindex = VNET0, .name = text("vnet0"), .kind = text("tun"), .mtu = 1500, .txqlen = 256);
	DEFINE(symbol, .addr = 0xffffffffc0001000, .size = 0x400, .name = text("tun_net_xmit"), .module = text("tun"));
	DEFINE(irqname, .irq = 25, .name = text("virtio0-input.0"), .affinity = text("0"));
	DEFINE(vm, .pid = QEMU, .name = text("guest"), .args = text("-smp 1 -netdev tap,id=n,ifname=vnet0,vhost=on -device virtio-net-pci,netdev=n"));
	DEFINE(channels, .netns = OWN, .ifindex = ETH0, .driver = text("virtio_net"), .known = 3, .combined = 1, .combined_max = 4, .rx_ring = 256,
	       .tx_ring = 256, .rx_ring_max = 256, .tx_ring_max = 256);
	define_probe(90, "tun_net_xmit", REC_tun_ring, STAGE_tun_net_xmit, PROBE_ATTACHED, "");
	define_probe(91, "tun_recvmsg", REC_hop, STAGE_tun_recvmsg, PROBE_ATTACHED, "");
	define_probe(92, "handle_rx", REC_vhost_run, 0, PROBE_ATTACHED, "");
	define_probe(94, "vhost_add_used_and_signal_n", REC_vhost_used, 0, PROBE_ATTACHED, "");
	define_probe(96, "vhost_poll_wakeup", REC_vhost_kick, 0, PROBE_ATTACHED, "");
	define_probe(97, "eventfd_signal", REC_eventfd, 0, PROBE_ATTACHED, "");
	define_probe(98, "irqfd_wakeup", REC_kvm_irq, 0, PROBE_ATTACHED, "");
	define_probe(102, "kvm_vcpu_kick", REC_kvm_kick, 0, PROBE_ATTACHED, "");
	define_probe(103, "virtnet_poll", REC_virtio_poll, 0, PROBE_ATTACHED, "");
	define_probe(104, "vring_interrupt", REC_virtio_vq, 0, PROBE_FAILED, "there is no function vring_interrupt");
	ADD(STREAM_RECORDER, task, START, .tid = QEMU, .tgid = QEMU, .comm = "qemu-system-x86");
	ADD(STREAM_RECORDER, task, START, .tid = VHOST, .tgid = VHOST, .comm = "vhost-500");
	ADD(STREAM_RECORDER, task, START, .tid = VCPU, .tgid = QEMU, .comm = "CPU 0/KVM");
}

/* In the second half nobody reads: from packet 384 on the ring is full. */
static void to_vm(unsigned i, __u64 t)
{
	unsigned head = i < 128 ? i : 128;
	bool full = i - head >= 256;
	__u64 skb = 0xffff888000020000 + 0x100 * i;

	ADD(0, tun_ring, t, .sock = SOCK, .skb = skb, .netns = OWN, .ifindex = VNET0, .len = 242, .size = 256, .producer = full ? 128 : i % 256,
	    .head = head, .tail = head / 16 * 16, .full = full);
	if (full) {
		ADD(0, drop, t + US, .skb = skb, .location = 0xffffffffc0001210, .reason = 50, .netns = OWN, .ifindex = VNET0, .len = 242, .ethertype = 0x0800);
		return;
	}
	if (i >= 128)
		return;
	ADD(0, vhost_kick, t + 2 * US, .vq = VQ_RX, .tid = 900, .why = 1);
	ADD(1, hop, t + 30 * US, .skb = skb, .netns = OWN, .ifindex = VNET0, .len = 242, .stage = STAGE_tun_recvmsg);
	ADD(1, free, t + 32 * US, .skb = skb, .location = 0xffffffffc0002000);
	ADD(1, vhost_used, t + 33 * US, .vq = VQ_RX, .call = CALL_RX, .tid = VHOST, .count = 1, .last_used = (__u16)i, .known = 3);
	if (i % 4 == 0) {
		ADD(1, eventfd, t + 34 * US, .ctx = CALL_RX, .id = 7, .tid = VHOST);
		ADD(1, kvm_irq, t + 35 * US, .kvm = KVM, .gsi = 24, .eventfd = CALL_RX, .pid = QEMU, .tid = VHOST, .msi = 0x4027, .what = 1);
		ADD(1, kvm_kick, t + 35 * US, .kvm = KVM, .vcpu = 0, .pid = QEMU, .tid = VHOST);
		ADD(1, kvm_irq, t + 36 * US, .kvm = KVM, .gsi = 24, .pid = QEMU, .tid = VHOST, .result = i == 8 ? -11u : i == 16 ? 0 : 1, .msi = 0x4027,
		    .what = 2);
	}
	ADD(1, vhost_run, t + 40 * US, .vq = VQ_RX, .sock = SOCK, .call = CALL_RX, .kick = KICK_RX, .duration = 15 * US, .tid = VHOST, .size = 256,
	    .taken = 1, .used = 1, .last_avail = (__u16)(i + 1), .last_used = (__u16)(i + 1), .avail = (__u16)(i < 120 ? 256 : i + 1), .known = 3);
}

static void from_vm(unsigned i, __u64 t)
{
	ADD(1, eventfd, t, .ctx = KICK_TX, .id = 9, .tid = VCPU);
	ADD(1, vhost_kick, t + US, .vq = VQ_TX, .tid = VCPU);
	ADD(0, vhost_run, t + 50 * US, .vq = VQ_TX, .sock = SOCK, .call = CALL_TX, .kick = KICK_TX, .duration = 20 * US, .tid = VHOST, .size = 256,
	    .dir = 1, .taken = 2, .used = 2, .last_avail = (__u16)(2 * i), .last_used = (__u16)(2 * i), .avail = (__u16)(2 * i), .known = 3);
}

static void in_guest(unsigned i, __u64 t)
{
	bool busy = i % 3 == 2;

	ADD(0, virtio_poll, t, .napi = 1, .netns = OWN, .ifindex = ETH0, .work = i % 16 == 0 ? 64 : i % 5, .budget = busy ? 8 : 64, .duration = 30 * US,
	    .last_used = (__u16)i, .used = (__u16)(i + i % 5), .last_used_end = (__u16)(i + i % 5), .used_end = (__u16)(i + i % 5 + i % 2), .caller = busy,
	    .known = 1);
	ADD(0, virtio_vq, t + US, .vq = 2, .netns = OWN, .ifindex = ETH0, .irq = 25, .result = i % 10 != 0, .what = 1, .known = 1,
	    .last_used = (__u16)i, .used = (__u16)(i + (i % 10 != 0)));
	ADD(0, virtio_vq, t + 2 * US, .vq = 2, .netns = OWN, .ifindex = ETH0, .result = i % 4 == 0, .what = 4);
}

void make_vm(void)
{
	define_vm();
	for (unsigned i = 0; i < 500; i++) {
		to_vm(i, START + 10 * US + i * 4 * MS);
		if (i % 5 == 0)
			from_vm(i / 5, START + MS + i * 4 * MS);
		if (i % 4 == 0)
			in_guest(i / 4, START + 2 * MS + i * 4 * MS);
	}
}
