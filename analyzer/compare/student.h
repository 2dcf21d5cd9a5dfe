/*
 * student.h: Student's t distribution, and p-values of many tests together.
 */
#ifndef ANALYZER_STUDENT_H
#define ANALYZER_STUDENT_H

#include <stddef.h>

/*
 * P(|T| >= t) of Student's t with so many degrees of freedom, t >= 0: the finite series of Abramowitz and Stegun,
 * Handbook of Mathematical Functions, 26.7.3 and 26.7.4, which is exact for whole degrees. `df` is at least 1; parts of
 * one are cut off, which makes p larger.
 */
double student__p(double t, double df);

/* The t with student__p(t, df) = p, 0 < p < 1. */
double student__t(double p, double df);

/*
 * Makes the p-values of n tests into those that hold for all of them together, after Benjamini and Hochberg, Journal of
 * the Royal Statistical Society B 57 (1995) 289-300: of those that are then below a limit, that share at most is by
 * chance; when nothing differs at all, it is the chance that any is.
 * Returns 0 or -ENOMEM.
 */
int student__adjust(double *p, size_t n);

#endif
