/* privilege.c: what netrec may do, and giving up what it no longer needs (privilege.h). */
#include "privilege.h"

#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#endif
#ifndef CAP_BPF
#define CAP_BPF 39
#endif

static bool get(struct __user_cap_data_struct data[2])
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

	return !syscall(SYS_capget, &header, data);
}

static bool has(const struct __user_cap_data_struct data[2], int cap)
{
	return data[cap / 32].effective >> cap % 32 & 1;
}

bool privilege__can_bpf(void)
{
	struct __user_cap_data_struct data[2];

	return get(data) && (has(data, CAP_SYS_ADMIN) || (has(data, CAP_BPF) && has(data, CAP_PERFMON)));
}

bool privilege__locked_down(void)
{
	FILE *f = fopen("/sys/kernel/security/lockdown", "re"); /* "none integrity [confidentiality]" */
	char text[128] = "";

	if (f && !fgets(text, sizeof(text), f))
		text[0] = 0;
	if (f)
		fclose(f);
	return strstr(text, "[confidentiality]");
}

bool privilege__inner_pids(void)
{
	const ino_t first = 0xEFFFFFFCU; /* PROC_PID_INIT_INO, the same in all kernels */
	struct stat st;

	return !stat("/proc/self/ns/pid", &st) && st.st_ino != first;
}

void privilege__drop(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const unsigned keep = 1u << CAP_SYS_ADMIN | 1u << CAP_SYS_PTRACE | 1u << CAP_NET_ADMIN;
	struct __user_cap_data_struct data[2];

	if (!get(data))
		return;
	data[0].effective &= keep;
	data[0].permitted &= keep;
	data[0].inheritable = 0;
	data[1] = (struct __user_cap_data_struct){ 0 };
	(void)syscall(SYS_capset, &header, data); /* fewer rights are a precaution, not a condition */
}

static struct rlimit given; /* as netrec was started; 0: nothing was changed */

void privilege__raise_files(void)
{
	FILE *f = fopen("/proc/sys/fs/nr_open", "re");
	unsigned long long most = 0;

	if (f && fscanf(f, "%llu", &most) != 1)
		most = 0;
	if (f)
		fclose(f);
	if (getrlimit(RLIMIT_NOFILE, &given))
		return;
	if (most > given.rlim_max && !setrlimit(RLIMIT_NOFILE, &(struct rlimit){ most, most }))
		return;
	/* with fewer, whatever finds no room says so */
	(void)setrlimit(RLIMIT_NOFILE, &(struct rlimit){ given.rlim_max, given.rlim_max });
}

void privilege__restore_files(void)
{
	if (given.rlim_max)
		(void)setrlimit(RLIMIT_NOFILE, &given);
}

unsigned privilege__few_files(void)
{
	enum { ENOUGH = 1024 }; /* two for each program, one for each CPU and for each module's types */
	struct rlimit now;

	return getrlimit(RLIMIT_NOFILE, &now) || now.rlim_cur >= ENOUGH ? 0 : now.rlim_cur;
}

const char *privilege__kept(void)
{
	return "CAP_SYS_ADMIN (enter network namespaces, BPF statistics), CAP_SYS_PTRACE (find namespaces, and the files "
	       "programs run), CAP_NET_ADMIN (number namespaces, to hear of their devices)";
}
