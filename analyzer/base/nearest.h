/*
 * nearest.h: what somebody may have meant.
 */
#ifndef ANALYZER_NEAREST_H
#define ANALYZER_NEAREST_H

/* The candidate that `word` most looks like, or NULL when none is near. `names` ends with NULL. */
const char *nearest(const char *word, const char *const *names);

#endif
