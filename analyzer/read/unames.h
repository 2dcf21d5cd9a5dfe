/*
 * unames.h: stacks of programs, their files and functions, from definitions to the database.
 */
#ifndef ANALYZER_UNAMES_H
#define ANALYZER_UNAMES_H

#include "analyzer/read/names.h"

/* Stores files and frames, each frame with the function it lies in. Returns 0 or -ENOMEM. */
int unames__store(const struct names *n, struct store *s);

#endif
