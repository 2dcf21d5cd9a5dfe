/* nearest.c: the distance of Damerau and Levenshtein, adjacent swaps only (nearest.h). */
#include "analyzer/base/nearest.h"

#include <string.h>

enum { MAX_WORD = 32 };

static size_t min2(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edits (insert, delete, replace, swap neighbours) from one word to the other. */
static size_t distance(const char *a, const char *b)
{
	size_t d[MAX_WORD + 1][MAX_WORD + 1];
	size_t la = strnlen(a, MAX_WORD), lb = strnlen(b, MAX_WORD);

	for (size_t i = 0; i <= la; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= lb; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= la; i++) {
		for (size_t j = 1; j <= lb; j++) {
			d[i][j] = min2(min2(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = min2(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[la][lb];
}

const char *nearest(const char *word, const char *const *names)
{
	const char *best = NULL;
	size_t best_distance = 1 + strnlen(word, MAX_WORD) / 3;

	for (; *names; names++) {
		size_t n = distance(word, *names);

		if (n <= best_distance && (!best || n < best_distance)) {
			best = *names;
			best_distance = n;
		}
	}
	return best;
}
