/*
 * vswitchd.c: ovs-vswitchd and its database, asked through their control sockets (openvswitch.h).
 *
 * Both speak JSON-RPC. Each question has TIMEOUT_MS in all: a daemon that hangs is what a recording may be about.
 */
#include <errno.h>
#include <glob.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "json.h"
#include "openvswitch.h"

enum { TIMEOUT_MS = 300, ANSWER = 256 * 1024 };

static const char coverage_request[] = "{\"id\":0,\"method\":\"coverage/show\",\"params\":[]}";
static const char settings_request[] =
	"{\"id\":0,\"method\":\"transact\",\"params\":[\"Open_vSwitch\",{\"op\":\"select\",\"table\":\"Open_vSwitch\",\"where\":[],"
	"\"columns\":[\"other_config\",\"ovs_version\"]}]}";

static int receive(int fd, char *answer)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	__u64 until = now_ns() + TIMEOUT_MS * 1000000ull, now;
	size_t len = 0;
	ssize_t n;

	while ((now = now_ns()) < until && len < ANSWER - 1) {
		if (poll(&p, 1, (until - now) / 1000000 + 1) <= 0)
			continue;
		n = recv(fd, answer + len, ANSWER - 1 - len, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return n ? -errno : -ECONNRESET;
		len += n > 0 ? n : 0;
		answer[len] = 0;
		if (json__end(answer))
			return 0;
	}
	return -ETIMEDOUT;
}

static int ask(const char *path, const char *request, char *answer)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), ret;

	if (fd < 0)
		return -errno;
	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	if (connect(fd, (void *)&to, sizeof(to)) || send(fd, request, strlen(request), MSG_NOSIGNAL) != (ssize_t)strlen(request))
		ret = errno ? -errno : -EIO;
	else
		ret = receive(fd, answer);
	close(fd);
	return ret;
}

/* One per line of the answer: "dpif_execute   0.0/sec 0.1/sec 0.0/sec   total: 12". */
static int take_coverage(struct procfs *p, struct sink *s, char *answer)
{
	int ret = json__text(json__member(answer, "result"), answer, ANSWER);
	char *rest = answer;

	for (char *line; !ret && (line = strsep(&rest, "\n"));) {
		const char *rates = strstr(line, "/sec "), *total = rates ? strstr(rates, "total: ") : NULL;
		char name[128];

		if (!total)
			continue;
		snprintf(name, sizeof(name), "ovs.coverage.%.*s", (int)strcspn(line, " "), line);
		procfs__counter(p, s, 0, name, strtoull(total + strlen("total: "), NULL, 10), true);
	}
	return ret;
}

/* {"result":[{"rows":[{"ovs_version":"3.1.0","other_config":["map",[["name","value"],…]]}]}]} */
static int take_settings(struct procfs *p, struct sink *s, char *answer)
{
	const char *rows = json__member(json__first(json__member(answer, "result")), "rows"), *row = json__first(rows);
	const char *map = json__next(json__first(json__member(row, "other_config")));
	char name[128] = "ovs.other_config.", value[4096];
	const size_t prefix = strlen(name);

	(void)p;
	for (const char *pair = json__first(map); pair; pair = json__next(pair)) {
		const char *key = json__first(pair);

		if (!json__text(key, name + prefix, sizeof(name) - prefix) && !json__text(json__next(key), value, sizeof(value)))
			sink__config(s, name, "%s", value);
	}
	if (!json__text(json__member(row, "ovs_version"), value, sizeof(value)))
		sink__config(s, "ovs.version", "%s", value);
	return rows ? 0 : -EBADMSG;
}

/* Takes what an answer says, with the sink's lock held; the answer may be overwritten. 0, or -EBADMSG: it is none. */
typedef int (*take_fn)(struct procfs *p, struct sink *s, char *answer);

struct question {
	const char *what, *sockets, *request;
	take_fn take;
};

static void ask_one(struct procfs *p, struct sink *s, const struct question *q, char *answer)
{
	glob_t found = { 0 };
	char key[64];
	int ret = -ENOENT;

	if (!glob(q->sockets, GLOB_BRACE, NULL, &found))
		for (size_t i = 0; i < found.gl_pathc && ret; i++) {
			ret = ask(found.gl_pathv[i], q->request, answer);
			if (!ret) {
				sink__lock(s);
				ret = q->take(p, s, answer);
				sink__unlock(s);
			}
		}
	globfree(&found);
	snprintf(key, sizeof(key), "ovs.%s", q->what);
	sink__lock(s);
	sink__config(s, key, "%s", ret ? strerror(-ret) : "known");
	sink__unlock(s);
}

void openvswitch__ask_daemon(struct procfs *p, struct sink *s)
{
	static const struct question questions[] = {
		{ "coverage", "{/run,/var/run,/usr/local/var/run}/openvswitch/ovs-vswitchd.*.ctl", coverage_request, take_coverage },
		{ "settings", "{/run,/var/run,/usr/local/var/run}/openvswitch/db.sock", settings_request, take_settings },
	};
	char *answer = malloc(ANSWER);

	for (int i = 0; answer && i < 2; i++)
		ask_one(p, s, &questions[i], answer);
	free(answer);
}
