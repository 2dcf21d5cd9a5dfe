/*
 * capture_filter.h: the capture filter: from a pcap-filter(7) expression to code in the BPF objects.
 *
 * libpcap compiles the expression twice: for packets with their Ethernet header and for those that have
 * none (yet). Both results, translated, replace the bodies of the functions filter_l2() and filter_l3()
 * that bpf/packet_filter.h leaves room for; this is done in the object file, before libbpf sees it. The room
 * has a fixed size, so nothing else in the object moves.
 */
#ifndef RECORDER_CAPTURE_FILTER_H
#define RECORDER_CAPTURE_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include "format/error.h"

struct capture_filter;

/*
 * -EINVAL for an expression that libpcap refuses or that cannot run in the kernel, with the cause in *err.
 * What needs an Ethernet header (ether, vlan, arp, …) matches no packet without one.
 */
int capture_filter__compile(struct capture_filter **f, const char *expression, struct trace_error *err);

/* The same from two compiled programs: for packets with an Ethernet header and without one. */
struct classic_insn;
int capture_filter__assemble(struct capture_filter **f, const struct classic_insn *l2, size_t n_l2, const struct classic_insn *l3,
		     size_t n_l3, struct trace_error *err);
void capture_filter__free(struct capture_filter *f);

/* Bytes of a packet's head the programs look at: config.filter_bytes. */
__u32 capture_filter__bytes(const struct capture_filter *f);

/*
 * Does it ask for VLAN tags? Then one that is kept beside a packet counts as part of it; else it is overlooked: as on a
 * live capture by tcpdump.
 */
bool capture_filter__asks_for_tags(const struct capture_filter *f);

/* Can packets without an Ethernet header match at all? */
bool capture_filter__knows_l3(const struct capture_filter *f);

/* Puts the filter into an object file in memory; one that has no place for it stays as it is. */
int capture_filter__install(const struct capture_filter *f, void *elf, size_t size, struct trace_error *err);

#endif
