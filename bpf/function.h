/*
 * function.h: programs at kernel functions, each written once for fentry and for kprobes.
 *
 *   ON_FUNCTION(name, struct sk_buff *skb, …) { …; return 0; }                fentry_name, kprobe_name
 *   ON_RETURN(name, record, struct sk_buff *skb, …) { … }                     fexit_name; kprobe_name, kretprobe_name
 *
 * ON_FUNCTION_AS(name, function, …) and ON_RETURN_AS(name, function, record, …): where the probe has another name than
 * its function. The arguments are the first ones of the kernel's function, at most five; `returned` is
 * what it returned, and `record` the record that is lost when the arguments are. `typed` and GET: typed.h.
 */
#ifndef BPF_FUNCTION_H
#define BPF_FUNCTION_H

#include "typed.h"

enum probe_id {
#define PROBE(id, name, object, record, stage, doc) PROBE_##name = id,
#define PROGRAM(name, candidate, method, program, target, role)
#include "probes.def"
#undef PROBE
#undef PROGRAM
};

#define CAST_BEGIN _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wint-conversion\"")
#define CAST_END _Pragma("GCC diagnostic pop")

#define ON_FUNCTION(name, args...) ON_FUNCTION_AS(name, name, ##args)
#define ON_FUNCTION_AS(name, function, args...)                                        \
	static __always_inline int on_##name(const bool typed, void *ctx, ##args);     \
	SEC("fentry/" #function)                                                           \
	int fentry_##name(unsigned long long *ctx)                                     \
	{                                                                              \
		if (!control.enabled)                                                  \
			return 0;                                                      \
		CAST_BEGIN                                                             \
		return on_##name(true, ___bpf_ctx_cast(args));                         \
		CAST_END                                                               \
	}                                                                              \
	SEC("kprobe/" #function)                                                           \
	int kprobe_##name(struct pt_regs *ctx)                                         \
	{                                                                              \
		if (!control.enabled)                                                  \
			return 0;                                                      \
		CAST_BEGIN                                                             \
		return on_##name(false, ___bpf_kprobe_args(args));                     \
		CAST_END                                                               \
	}                                                                              \
	static __always_inline int on_##name(const bool typed, void *ctx, ##args)

/* ON_TRACEPOINT(name, args…): on_name, with typed arguments, and raw_name. */
#define ON_TRACEPOINT(name, args...)                                                           \
	static __always_inline int at_##name(const bool typed, unsigned long long *ctx, ##args); \
	SEC("tp_btf/" #name)                                                                   \
	int on_##name(unsigned long long *ctx)                                                 \
	{                                                                                      \
		if (!control.enabled)                                                          \
			return 0;                                                              \
		CAST_BEGIN                                                                     \
		return at_##name(true, ___bpf_ctx_cast(args));                                 \
		CAST_END                                                                       \
	}                                                                                      \
	SEC("raw_tp/" #name)                                                                   \
	int raw_##name(unsigned long long *ctx)                                                \
	{                                                                                      \
		if (!control.enabled)                                                          \
			return 0;                                                              \
		CAST_BEGIN                                                                     \
		return at_##name(false, ___bpf_ctx_cast(args));                                \
		CAST_END                                                                       \
	}                                                                                      \
	static __always_inline int at_##name(const bool typed, unsigned long long *ctx, ##args)

/*
 * ON_FUNCTION(name, type arg) for an argument that fentry does not let through, such as a pointer to a pointer:
 * before 6.3 the verifier wants pointers to structs. It is an address in both programs.
 */
#define ON_FUNCTION_OF_ADDRESS(name, address)                                          \
	static __always_inline int on_##name(__u64 address);                           \
	SEC("fentry/" #name)                                                           \
	int fentry_##name(unsigned long long *ctx)                                     \
	{                                                                              \
		__u64 arg = 0;                                                         \
		if (!control.enabled)                                                  \
			return 0;                                                      \
		bpf_get_func_arg(ctx, 0, &arg);                                        \
		return on_##name(arg);                                                 \
	}                                                                              \
	SEC("kprobe/" #name)                                                           \
	int kprobe_##name(struct pt_regs *ctx)                                         \
	{                                                                              \
		return control.enabled ? on_##name(PT_REGS_PARM1(ctx)) : 0;            \
	}                                                                              \
	static __always_inline int on_##name(__u64 address)

/*
 * The arguments a function was entered with, until it returns. Where its return address is on the stack tells a call
 * from others that have not returned yet: those around it, as Open vSwitch's of __dev_queue_xmit, and what an interrupt
 * does on top of it.
 */
struct entered {
	unsigned long long values[5];
};

struct entered_at {
	__u64 sp;
	__u64 probe;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct entered_at);
	__type(value, struct entered);
} entered SEC(".maps");

#ifdef bpf_target_x86
enum { RETURN_ADDRESS = sizeof(__u64) }; /* which returning takes off the stack */
#else
enum { RETURN_ADDRESS = 0 };
#endif

static __always_inline int entered__put(__u32 probe, struct pt_regs *ctx)
{
	struct entered_at key = { .sp = PT_REGS_SP(ctx), .probe = probe };
	struct entered e = { .values = { PT_REGS_PARM1(ctx), PT_REGS_PARM2(ctx), PT_REGS_PARM3(ctx), PT_REGS_PARM4(ctx),
				       PT_REGS_PARM5(ctx) } };

	bpf_map_update_elem(&entered, &key, &e, BPF_ANY);
	return 0;
}

/* False when the entry was not seen: then the record is counted as lost. */
static __always_inline bool entered__take(__u32 probe, __u32 record, struct pt_regs *ctx, struct entered *e)
{
	struct entered_at key = { .sp = PT_REGS_SP(ctx) - RETURN_ADDRESS, .probe = probe };
	struct entered *found = bpf_map_lookup_elem(&entered, &key);

	if (!found) {
		emit__count_lost(bpf_get_smp_processor_id(), record);
		return false;
	}
	*e = *found;
	bpf_map_delete_elem(&entered, &key);
	return true;
}

/* `record`: what the body emits, to be counted when it cannot run. */
#define ON_RETURN(name, record, args...) ON_RETURN_AS(name, name, record, ##args)
#define ON_RETURN_AS(name, function, record, args...)                                               \
	static __always_inline int on_##name(__u64 returned, const bool typed, void *ctx, ##args);  \
	SEC("fexit/" #function)                                                                         \
	int fexit_##name(unsigned long long *ctx)                                                   \
	{                                                                                           \
		__u64 returned = 0;                                                                 \
		if (!control.enabled)                                                               \
			return 0;                                                                   \
		bpf_get_func_ret(ctx, &returned);                                                   \
		CAST_BEGIN                                                                          \
		return on_##name(returned, true, ___bpf_ctx_cast(args));                            \
		CAST_END                                                                            \
	}                                                                                           \
	SEC("kprobe/" #function)                                                                        \
	int kprobe_##name(struct pt_regs *ctx)                                                      \
	{                                                                                           \
		return control.enabled ? entered__put(PROBE_##name, ctx) : 0;                       \
	}                                                                                           \
	SEC("kretprobe/" #function)                                                                     \
	int kretprobe_##name(struct pt_regs *regs)                                                  \
	{                                                                                           \
		struct entered e = {};                                                              \
		unsigned long long *ctx = e.values;                                                 \
		if (!control.enabled || !entered__take(PROBE_##name, REC_##record, regs, &e))             \
			return 0;                                                                   \
		CAST_BEGIN                                                                          \
		return on_##name(PT_REGS_RC(regs), false, ___bpf_ctx_cast(args));                   \
		CAST_END                                                                            \
	}                                                                                           \
	static __always_inline int on_##name(__u64 returned, const bool typed, void *ctx, ##args)

#endif
