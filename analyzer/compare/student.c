/*
 * student.c: Student's t distribution, and p-values of many tests together.
 */
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include "analyzer/compare/student.h"

/* Beyond this it is the normal distribution to all digits that matter, and the series is long. */
enum { MAX_DF = 1000 };

double student__p(double t, double df)
{
	int n = df > MAX_DF ? MAX_DF : (int)df;
	double angle = atan(t / sqrt(n)), c = cos(angle), s = sin(angle), sum = 0, term;

	assert(t >= 0 && df >= 1);
	if (n % 2) {
		term = c;
		for (int k = 1; k <= n - 2; k += 2, term *= c * c * (k - 1) / k)
			sum += term;
		return fmax(0, 1 - (angle + s * sum) * 2 / M_PI);
	}
	term = 1;
	for (int k = 0; k <= n - 2; k += 2, term *= c * c * (k - 1) / k)
		sum += term;
	return fmax(0, 1 - s * sum);
}

double student__t(double p, double df)
{
	double low = 0, high = 1;

	assert(p > 0 && p < 1);
	while (student__p(high, df) > p && high < 1e12)
		high *= 2;
	for (int i = 0; i < 80; i++) {
		double middle = (low + high) / 2;

		*(student__p(middle, df) > p ? &low : &high) = middle;
	}
	return (low + high) / 2;
}

static int by_p(const void *a, const void *b)
{
	const double *const *x = a, *const *y = b;

	return **x < **y ? -1 : **x > **y ? 1 : *x < *y ? -1 : *x > *y;
}

int student__adjust(double *p, size_t n)
{
	double **order = calloc(n ? n : 1, sizeof(*order)), least = 1;

	if (!order)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		order[i] = &p[i];
	qsort(order, n, sizeof(*order), by_p);
	for (size_t rank = n; rank > 0; rank--) {
		least = fmin(least, *order[rank - 1] * (double)n / (double)rank);
		*order[rank - 1] = least;
	}
	free(order);
	return 0;
}
