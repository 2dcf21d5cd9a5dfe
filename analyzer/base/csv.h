/*
 * csv.h: cells of CSV files (RFC 4180) that a spreadsheet takes for what they are: no text is a formula.
 */
#ifndef ANALYZER_CSV_H
#define ANALYZER_CSV_H

#include <stddef.h>
#include <stdio.h>

/*
 * Writes a text as a cell, in quotes where it needs them. What begins like a formula has a ' before it: with = + - @, these
 * in full width, or a tab or end of a line. Control characters become '?'. Numbers are no texts: whoever writes one prints it.
 */
void csv__text(FILE *out, const char *text, size_t len);

/* Between lines. */
#define CSV_END "\r\n"

#endif
