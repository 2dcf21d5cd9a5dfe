/*
 * wrap.h: text in lines of a limited width.
 */
#ifndef ANALYZER_WRAP_H
#define ANALYZER_WRAP_H

#include <stdbool.h>
#include <stddef.h>

/* Is this byte, or does a two-byte character begin here that is, a command to a terminal? Such are shown as \xNN. */
bool wrap__is_control(unsigned char c);
bool wrap__is_c1(const char *p);

/* Does a character begin here that makes others stand in another order? Such are shown by their code. */
bool wrap__is_bidi(const char *s);

/* Characters on a terminal: UTF-8 continuation bytes do not count, control characters take four, those that change the order six. */
size_t wrap__width(const char *text);

/* Of the longest word. */
size_t wrap__word(const char *text);

/*
 * How many bytes of the text to put on a line of `width` characters, 4 or more: up to the last space that fits, else as
 * many characters as fit. *skip: how many to leave out before the next line: that space. *used: characters of the line.
 */
size_t wrap__line(const char *text, size_t width, size_t *skip, size_t *used);

#endif
