/*
 * cgroups.c: see cgroups.h.
 *
 * A quota limits what is below it, too; a thread is told apart by its own cgroup. So each cgroup gets the quota that
 * throttled longest, of its own and those above: that one held up its threads.
 */
#include "cgroups.h"

#include <dirent.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_DEPTH = 32, MAX_CGROUPS = 1 << 15, MAX_PATH = 4096 };

struct walk {
	bool unified;
	unsigned left; /* cgroups that may still be looked at */
	cgroups__tell_fn tell;
	void *arg;
	char path[MAX_PATH];
};

/* What holds above: the quota, and whose it is: the first `len` bytes of the path. */
struct limit {
	struct cpu_quota q;
	size_t len;
};

static bool read_file(int dir, const char *file, char *text, size_t room)
{
	int fd = openat(dir, file, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, text, room - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* The number behind a word that begins a line; 0: there is none. */
static __u64 number_after(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (; text; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (!strncmp(text, word, len) && text[len] == ' ')
			return strtoull(text + len, NULL, 10);
	}
	return 0;
}

/* False: it has no quota of its own. */
static bool read_quota(const struct walk *w, int dir, struct cpu_quota *q)
{
	char text[4096];
	long long quota = -1, period = 0;

	if (w->unified) {
		if (!read_file(dir, "cpu.max", text, sizeof(text)) || sscanf(text, "%lld %lld", &quota, &period) != 2)
			return false; /* "max 100000" */
	} else {
		if (!read_file(dir, "cpu.cfs_quota_us", text, sizeof(text)) || sscanf(text, "%lld", &quota) != 1 || quota <= 0 ||
		    !read_file(dir, "cpu.cfs_period_us", text, sizeof(text)) || sscanf(text, "%lld", &period) != 1)
			return false;
	}
	if (quota <= 0 || period <= 0)
		return false;
	*q = (struct cpu_quota){ .quota = quota * 1000, .period = period * 1000 };
	if (read_file(dir, "cpu.stat", text, sizeof(text))) {
		q->periods = number_after(text, "nr_periods");
		q->throttled = number_after(text, "nr_throttled");
		q->time = w->unified ? number_after(text, "throttled_usec") * 1000 : number_after(text, "throttled_time");
	}
	return true;
}

static void describe(struct walk *w, int dir, const struct limit *limit)
{
	char limited[MAX_PATH];
	struct stat st;

	if (fstat(dir, &st))
		return;
	snprintf(limited, sizeof(limited), "%.*s", limit->len ? (int)limit->len : 1, limit->len ? w->path : "/");
	w->tell(w->arg, st.st_ino, *w->path ? w->path : "/", limited, &limit->q);
}

static void look(struct walk *w, int dir, size_t len, unsigned depth, struct limit limit);

/* Consumes the descriptor. */
static void look_below(struct walk *w, int fd, size_t len, unsigned depth, const struct limit *limit)
{
	DIR *dir = fdopendir(fd);
	struct dirent *d;

	if (!dir) {
		close(fd);
		return;
	}
	while (w->left && (d = readdir(dir))) {
		size_t more = strlen(d->d_name) + 1;
		int child;

		if (d->d_type != DT_DIR || d->d_name[0] == '.' || len + more >= sizeof(w->path))
			continue;
		child = openat(fd, d->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (child < 0) /* gone meanwhile */
			continue;
		snprintf(w->path + len, sizeof(w->path) - len, "/%s", d->d_name);
		look(w, child, len + more, depth + 1, *limit);
		w->path[len] = '\0';
	}
	closedir(dir);
}

/* The cgroup that w->path names, and all below it. Consumes the descriptor. */
static void look(struct walk *w, int dir, size_t len, unsigned depth, struct limit limit)
{
	struct cpu_quota own;

	w->left--;
	if (read_quota(w, dir, &own) && (!limit.q.quota || own.time >= limit.q.time))
		limit = (struct limit){ own, len };
	if (limit.q.quota)
		describe(w, dir, &limit);
	if (depth < MAX_DEPTH)
		look_below(w, dir, len, depth, &limit);
	else
		close(dir);
}

void cgroups__walk(const char *root, bool unified, cgroups__tell_fn tell, void *arg)
{
	struct walk w = { .unified = unified, .left = MAX_CGROUPS, .tell = tell, .arg = arg };
	int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		look(&w, fd, 0, 0, (struct limit){ 0 });
}

static void append(void *sink, __u64 id, const char *path, const char *limited, const struct cpu_quota *q)
{
	struct rec_cgroup r = { .rec = { .ts = now_ns(), .type = REC_cgroup }, .id = id, .quota = q->quota, .period = q->period,
				.periods = q->periods, .throttled = q->throttled, .time = q->time };
	struct sink *s = sink;

	sink__lock(s);
	r.path = sink__string(s, path);
	r.limited = sink__string(s, limited);
	sink__append(s, STREAM_RECORDER, &r.rec);
	sink__unlock(s);
}

/* Where the cpu controller is: it is in one hierarchy only. False: nowhere. */
static bool find_mount(char root[MAX_PATH], bool *unified)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	struct mntent *m;
	bool found = false;

	while (mounts && (m = getmntent(mounts))) {
		bool v1 = !strcmp(m->mnt_type, "cgroup") && hasmntopt(m, "cpu");

		if (!v1 && (found || strcmp(m->mnt_type, "cgroup2") != 0))
			continue;
		snprintf(root, MAX_PATH, "%s", m->mnt_dir);
		*unified = !v1;
		found = true;
		if (v1)
			break;
	}
	if (mounts)
		endmntent(mounts);
	return found;
}

void cgroups__sample(struct sink *s)
{
	char root[MAX_PATH];
	bool unified;

	if (find_mount(root, &unified))
		cgroups__walk(root, unified, append, s);
}
