/*
 * no_memory.c: netrec, run once for each place where it allocates, with the first allocation there failing.
 *
 * It is all of netrec, and wraps main() and what allocates (Makefile). A place is a call and the call of the function
 * that it is in. Each run is a child. Good is an error that says that memory is short, or status 0 and, where the output
 * is the same each time, that output. A crash, a leak, no end, and anything else is told with the place.
 *
 *   no_memory ARGUMENT…   netrec's; "{}" is a directory that goes after each run
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_PLACES = 4096, MAX_OUTPUT = 1 << 20, HANG_S = 60, OF_SANITIZER = 99 };

/* Parent and children. */
static struct shared {
	atomic_flag lock;
	unsigned n_places;
	struct place {
		const char *call, *caller;
	} places[MAX_PLACES];
	struct place failing;
	bool failed;
} *shared;

extern const char __executable_start[];
static pid_t child;

/* A leak or an error that a sanitizer finds is told from netrec's own status. */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

const char *__asan_default_options(void)
{
	return "exitcode=99";
}

const char *__ubsan_default_options(void)
{
	return "exitcode=99:print_stacktrace=1";
}

/* ---- in the children: does this allocation fail? -------------------------------------------------- */

static bool same(struct place a, struct place b)
{
	return a.call == b.call && a.caller == b.caller;
}

static bool fails(struct place p)
{
	bool fail;
	unsigned i;

	if (!shared)
		return false;
	while (atomic_flag_test_and_set(&shared->lock))
		;
	for (i = 0; i < shared->n_places && !same(shared->places[i], p); i++)
		;
	if (i == shared->n_places && i < MAX_PLACES)
		shared->places[shared->n_places++] = p;
	fail = !shared->failed && same(p, shared->failing);
	shared->failed |= fail;
	atomic_flag_clear(&shared->lock);
	if (fail)
		errno = ENOMEM;
	return fail;
}

/* Of whoever called the function that this is in: netrec's own have frame pointers in the sanitizer build. */
static inline __attribute__((always_inline)) struct place here(void)
{
	char **frame = __builtin_frame_address(0), **outer = (char **)frame[0];

	return (struct place){ frame[1], outer[1] };
}

#define WRAP(type, name, parameters, arguments)                      \
	type __real_##name parameters;                               \
	type __wrap_##name parameters;                               \
	type __wrap_##name parameters                                \
	{                                                            \
		return fails(here()) ? NULL : __real_##name arguments; \
	}
WRAP(void *, malloc, (size_t n), (n))
WRAP(void *, calloc, (size_t n, size_t size), (n, size))
WRAP(void *, realloc, (void *p, size_t n), (p, n))
WRAP(void *, reallocarray, (void *p, size_t n, size_t size), (p, n, size))
WRAP(void *, aligned_alloc, (size_t to, size_t n), (to, n))
WRAP(char *, strdup, (const char *s), (s))
WRAP(char *, strndup, (const char *s, size_t n), (s, n))
WRAP(void *, ZSTD_createCCtx, (void), ())

int __wrap_asprintf(char **to, const char *format, ...);

int __wrap_asprintf(char **to, const char *format, ...)
{
	va_list args;
	int n;

	if (fails(here()))
		return -1;
	va_start(args, format);
	n = vasprintf(to, format, args);
	va_end(args);
	return n;
}

/* ---- in the parent -------------------------------------------------------------------------------- */

int __real_main(int argc, char **argv);
int __wrap_main(int argc, char **argv);

struct result {
	int status;
	char out[MAX_OUTPUT], err[MAX_OUTPUT];
};

static void read_all(int fd, char text[MAX_OUTPUT])
{
	ssize_t n = pread(fd, text, MAX_OUTPUT - 1, 0);

	text[n > 0 ? n : 0] = 0;
	close(fd);
}

static void kill_child(int number)
{
	(void)number;
	kill(child, SIGKILL);
}

static void run(int argc, char **argv, struct place failing, struct result *r)
{
	int out = memfd_create("out", 0), err = memfd_create("err", 0);

	shared->failing = failing;
	shared->failed = false;
	atomic_flag_clear(&shared->lock);
	fflush(stdout);
	child = fork();
	if (!child) {
		dup2(out, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
		exit(__real_main(argc, argv));
	}
	alarm(HANG_S);
	while (waitpid(child, &r->status, 0) != child && errno == EINTR)
		;
	alarm(0);
	read_all(out, r->out);
	read_all(err, r->err);
}

static const char *fault(const struct result *r, const struct result *normal, bool records)
{
	int status = WEXITSTATUS(r->status);

	if (!WIFEXITED(r->status))
		return WTERMSIG(r->status) == SIGKILL ? "does not end" : "crashes";
	if (status == OF_SANITIZER)
		return "leaks or worse";
	if (status == 0)
		return records || !strcmp(r->out, normal->out) ? NULL : "says something else, and no error";
	return strstr(r->err, "memory") || strstr(r->out, "memory") ? NULL : "does not say that memory is short";
}

static void tell(const char *what, struct place p, const struct result *r)
{
	char command[200];

	printf("%s (status %#x) when memory is short at\n", what, (unsigned)r->status);
	fflush(stdout);
	snprintf(command, sizeof(command), "addr2line -fspe /proc/%d/exe %#tx %#tx", getpid(),
		 p.call - __executable_start - 1, p.caller - __executable_start - 1);
	if (system(command))
		printf("%s\n", command);
	printf("  and says: %.2000s%.2000s\n", r->err, r->out);
}

static void clean(const char *dir)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	if (system(command))
		printf("cannot remove %s\n", dir);
}

int __wrap_main(int argc, char **argv)
{
	static struct result normal, r;
	char dir[] = "/tmp/no_memory-XXXXXX";
	unsigned n, bad = 0, reached = 0;
	bool records = argc > 1 && !strcmp(argv[1], "record");

	if (argc < 2 || !mkdtemp(dir))
		return 2;
	clean(dir);
	for (int i = 1; i < argc; i++)
		argv[i] = strcmp(argv[i], "{}") ? argv[i] : dir;
	signal(SIGALRM, kill_child);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	run(argc, argv, (struct place){ NULL, NULL }, &normal);
	clean(dir);
	if (normal.status) {
		printf("fails undisturbed: %s%s", normal.err, normal.out);
		return 1;
	}
	n = shared->n_places;
	for (unsigned i = 0; i < n; i++) {
		struct place p = shared->places[i];
		const char *what;

		run(argc, argv, p, &r);
		clean(dir);
		reached += shared->failed;
		what = shared->failed ? fault(&r, &normal, records) : NULL;
		bad += !!what;
		if (what)
			tell(what, p, &r);
	}
	printf("%u places, %u reached again, %u bad\n", n, reached, bad);
	return bad || reached < n * 3 / 4 ? 1 : 0; /* what threads do is not quite the same each time */
}
