/*
 * json.h: the little JSON that netrec reads and writes.
 *
 * A value is where it begins in a text that ends with NUL. What is asked of something that is not there, of another kind
 * or not whole, is not there either; nothing is read behind the text's end, whatever is in it.
 */
#ifndef RECORDER_JSON_H
#define RECORDER_JSON_H

#include <stdio.h>

/* Behind the value; NULL when it is not whole: more of the text has to come. */
const char *json__end(const char *value);

/* The value of an object's member; NULL without one. */
const char *json__member(const char *object, const char *name);

/* The first value of an array, and the next one; NULL when there is none. */
const char *json__first(const char *array);
const char *json__next(const char *value);

/*
 * A string's text into `out` of `size` bytes, NUL included; it may be where the string itself is, as it never gets longer.
 * 0; -EBADMSG when it is no string; -ENOBUFS when it does not fit.
 */
int json__text(const char *value, char *out, size_t size);

/* Writes a text, in UTF-8, as a string; NULL and "" as null. */
void json__put(FILE *to, const char *text);

#endif
