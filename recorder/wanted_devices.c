/* wanted_devices.c: the devices that --iface and --netns name (devices.h). */
#include "wanted_devices.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct wanted_devices {
	struct attach *attach;
	const char *const *names;
	size_t n_names;
	bool found[MAX_NAMES];
	__u32 namespaces[MAX_NAMES]; /* where the names are looked for */
	__u32 ifindex[MAX_NAMES][MAX_NAMES]; /* of each name in each of them, when it was last seen; 0: not so far */
	size_t n_namespaces;
};

/* A name below /run/netns, or the path of a namespace's file. */
static int resolve_namespace(const char *name, __u32 *inum, struct trace_error *err)
{
	char path[4096];
	struct stat st;

	snprintf(path, sizeof(path), strchr(name, '/') ? "%s" : "/run/netns/%s", name);
	if (stat(path, &st))
		return trace_error__set(err, -EINVAL,
					"--netns %s: %s: %s; give a name that ip netns shows, or a path such as "
					"/proc/PID/ns/net", name, path, strerror(errno));
	*inum = st.st_ino;
	return 0;
}

static int resolve_namespaces(struct wanted_devices *d, const struct record_options *o, struct trace_error *err)
{
	if (!o->n_netns) { /* our own */
		d->n_namespaces = 1;
		return resolve_namespace("/proc/thread-self/ns/net", &d->namespaces[0], err);
	}
	for (; d->n_namespaces < o->n_netns; d->n_namespaces++)
		TRY(resolve_namespace(o->netns[d->n_namespaces], &d->namespaces[d->n_namespaces], err));
	return 0;
}

int wanted_devices__open(struct wanted_devices **out, const struct record_options *o, struct trace_error *err)
{
	struct wanted_devices *d;
	int ret;

	*out = NULL;
	if (!o->n_ifaces && !o->n_netns)
		return 0;
	d = calloc(1, sizeof(*d));
	if (!d)
		return trace_error__set(err, -ENOMEM, "out of memory");
	d->names = o->ifaces;
	d->n_names = o->n_ifaces;
	ret = resolve_namespaces(d, o, err);
	if (ret < 0)
		free(d);
	else
		*out = d;
	return ret;
}

void wanted_devices__close(struct wanted_devices *d)
{
	free(d);
}

int wanted_devices__bind(struct wanted_devices *d, struct attach *a, struct trace_error *err)
{
	if (!d)
		return 0;
	d->attach = a;
	for (size_t i = 0; !d->n_names && i < d->n_namespaces; i++) {
		int ret = attach__want_device(a, d->namespaces[i], 0);

		if (ret < 0)
			return trace_error__set(err, ret, "cannot name a namespace to the kernel: %s", strerror(-ret));
	}
	return 0;
}

/* The name is another device's now: it was deleted and made anew, and the kernel has room for so many only. */
static void know(struct wanted_devices *d, size_t name, size_t namespace, __u32 ifindex)
{
	__u32 *was = &d->ifindex[name][namespace], netns = d->namespaces[namespace];

	if (attach__want_device(d->attach, netns, ifindex))
		return;
	if (*was && *was != ifindex)
		attach__unwant_device(d->attach, netns, *was);
	*was = ifindex;
	d->found[name] = true;
}

void wanted_devices__seen(struct wanted_devices *d, __u32 netns, __u32 ifindex, const char *name, size_t len)
{
	size_t namespace = 0;

	while (d && namespace < d->n_namespaces && d->namespaces[namespace] != netns)
		namespace++;
	for (size_t i = 0; d && namespace < d->n_namespaces && i < d->n_names; i++)
		if (strlen(d->names[i]) == len && !memcmp(d->names[i], name, len))
			know(d, i, namespace, ifindex);
}

const char *wanted_devices__missing(const struct wanted_devices *d, size_t *i)
{
	for (; d && *i < d->n_names; ++*i)
		if (!d->found[*i])
			return d->names[(*i)++];
	return NULL;
}
