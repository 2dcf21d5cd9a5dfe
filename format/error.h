/*
 * error.h: how format/ and its users report what went wrong.
 *
 * Functions that can fail return 0 or a negative errno and leave a sentence for the operator in a
 * struct trace_error. Only main() decides to exit.
 */
#ifndef FORMAT_ERROR_H
#define FORMAT_ERROR_H

struct trace_error {
	int code;       /* negative errno; 0: none */
	char text[512]; /* names the file, offset or option, and the remedy */
};

/* Fills *err (may be NULL) with a printf-style sentence; returns `code`, so that callers can return it. */
int trace_error__set(struct trace_error *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Returns from the calling function with the negative value of `expr`, if it is one. */
#define TRY(expr)                       \
	do {                            \
		int try_err_ = (expr);  \
		if (try_err_ < 0)       \
			return try_err_; \
	} while (0)

#endif
