/* error.c: filling struct trace_error. */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>

int trace_error__set(struct trace_error *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return code;
	err->code = code;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return code;
}
