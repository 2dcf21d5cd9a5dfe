/* page.h: what stands around the tables of an HTML page: one file that needs nothing else, and runs nothing. */
#ifndef ANALYZER_PAGE_H
#define ANALYZER_PAGE_H

#include <stdio.h>

/* title: our own words. */
void page__begin(FILE *out, const char *title);
void page__end(FILE *out);

#endif
