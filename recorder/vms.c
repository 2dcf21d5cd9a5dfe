/* vms.c: virtual machines, from /proc (vms.h). */
#include "vms.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_COMMAND = 1 << 17 };

/* Options whose value is about networking or CPUs, of QEMU and of cloud-hypervisor. */
static const char *const OPTIONS[] = { "-netdev", "-nic", "-net", "-smp", "--net", "--cpus" };

/* Devices that are network devices, or may be. */
static const char *const DEVICES[] = { "virtio-net", "vhost-user", "e1000", "rtl8139", "vmxnet3", "igb", "vfio-pci" };

static bool is_wanted(const char *option, const char *value)
{
	for (size_t i = 0; i < sizeof(OPTIONS) / sizeof(OPTIONS[0]); i++)
		if (!strcmp(option, OPTIONS[i]))
			return true;
	for (size_t i = 0; !strcmp(option, "-device") && i < sizeof(DEVICES) / sizeof(DEVICES[0]); i++)
		if (strstr(value, DEVICES[i]))
			return true;
	return false;
}

/* Is it one of the words, which spaces separate? */
static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = words; (at = strstr(at, word)); at += len)
		if ((at == words || at[-1] == ' ') && (at[len] == ' ' || !at[len]))
			return true;
	return false;
}

/* -name guest=web,debug-threads=on, or -name web */
static void take_name(char *name, const char *value)
{
	const char *guest = strstr(value, "guest=");

	if (guest)
		value = guest + strlen("guest=");
	snprintf(name, 128, "%.*s", (int)strcspn(value, ","), value);
}

void vms__read_command(const char *line, size_t len, char name[128], char args[VMS_ARGS])
{
	const char *end = line + len, *option = "";
	size_t used = 0;

	name[0] = args[0] = 0;
	for (const char *word = line; word < end && !*end; word += strlen(word) + 1) {
		if (!strcmp(option, "-name"))
			take_name(name, word);
		else if (is_wanted(option, word) && used < VMS_ARGS - 1)
			used += snprintf(args + used, VMS_ARGS - used, "%s%s %s", used ? " " : "", option, word);
		option = word;
	}
}

static size_t read_file(const char *pid, const char *file, char *to, size_t room)
{
	char path[64];
	size_t len = 0;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%.20s/%s", pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && len < room - 1 && (n = read(fd, to + len, room - 1 - len)) > 0)
		len += n;
	if (fd >= 0)
		close(fd);
	to[len] = 0;
	return len;
}

/* Has the process a file of this name open for which found(ctx, fd) is true? Any at all, when that is NULL. */
static bool any_file(const char *pid, const char *name, bool (*found)(void *ctx, const char *fd), void *ctx)
{
	char path[64], target[16];
	struct dirent *e;
	bool is = false;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
	dir = opendir(path);
	while (dir && !is && (e = readdir(dir))) {
		ssize_t len = readlinkat(dirfd(dir), e->d_name, target, sizeof(target));

		is = len == (ssize_t)strlen(name) && !memcmp(target, name, len) &&
		     (!found || found(ctx, e->d_name));
	}
	if (dir)
		closedir(dir);
	return is;
}

/* Where the taps of a virtual machine go: behind its arguments. */
struct taps {
	const char *pid;
	char *args;
};

/* A queue of a tap: what it is attached to is in tun_chr_show_fdinfo's line "iff:". A tap with many is told once. */
static bool add_tap(void *ctx, const char *fd)
{
	const struct taps *taps = ctx;
	size_t used = strlen(taps->args);
	char file[32], info[512], tap[32];
	const char *name;
	int len;

	snprintf(file, sizeof(file), "fdinfo/%.16s", fd);
	read_file(taps->pid, file, info, sizeof(info));
	name = strstr(info, "iff:\t");
	if (!name)
		return false;
	name += strlen("iff:\t");
	len = snprintf(tap, sizeof(tap), " tap=%.*s", (int)strcspn(name, "\n"), name);
	if (len < (int)sizeof(tap) && used + len < VMS_ARGS && !has_word(taps->args, tap + 1))
		strcpy(taps->args + used, tap + !used);
	return false;
}

static bool is_known(const struct intern *known, const char *pid)
{
	for (const struct interned *i = intern__first(known); i; i = intern__next(i))
		if (i->len == strlen(pid) && !memcmp(i->bytes, pid, i->len))
			return true;
	return false;
}

static bool is_vm(const char *pid, const struct intern *known, bool look_at_files)
{
	char comm[32];

	read_file(pid, "comm", comm, sizeof(comm));
	return !strncmp(comm, "qemu", 4) || ((look_at_files || is_known(known, pid)) && any_file(pid, "/dev/kvm", NULL, NULL));
}

static void define(struct sink *s, const char *pid, char *command)
{
	struct rec_vm r = { .rec = { .ts = now_ns(), .type = REC_vm }, .pid = strtoul(pid, NULL, 10) };
	size_t len = read_file(pid, "cmdline", command, MAX_COMMAND);
	char name[128], args[VMS_ARGS];

	if (!len)
		return; /* it ended meanwhile */
	vms__read_command(command, len, name, args);
	(void)any_file(pid, "/dev/net/tun", add_tap, &(struct taps){ .pid = pid, .args = args });
	r.name = (struct rec_text){ .s = name, .len = strlen(name) };
	r.args = (struct rec_text){ .s = args, .len = strlen(args) };
	sink__lock(s);
	sink__define(s, &r.rec);
	sink__unlock(s);
}

void vms__sample(struct sink *s, struct intern *known, bool all)
{
	char *command = malloc(MAX_COMMAND);
	DIR *dir = command ? opendir("/proc") : NULL;
	__u64 before = intern__now(known);
	struct dirent *e;
	bool is_new;

	while (dir && (e = readdir(dir)))
		if (isdigit((unsigned char)e->d_name[0]) && is_vm(e->d_name, known, all)) {
			define(s, e->d_name, command);
			(void)intern__id(known, e->d_name, strlen(e->d_name), &is_new);
		}
	if (dir) {
		intern__forget_unused(known, before);
		closedir(dir);
	}
	free(command);
}
