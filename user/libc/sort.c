// SPDX-License-Identifier: MIT
/*
 * sort: sorting and searching arrays.
 *
 * Promise   qsort() and qsort_r() are a heap sort: in place, and never worse than n log n. It is not stable.
 * Linux     qsort(3), bsearch(3)
 */
#include <stdlib.h>

typedef int compare_fn(const void *, const void *);
typedef int compare_with_fn(const void *, const void *, void *);

static void swap(char *a, char *b, size_t size)
{
	while (size--) {
		char c = *a;
		*a++ = *b;
		*b++ = c;
	}
}

/* Lets the element at `at` sink until neither of its children is larger. */
static void sink(char *base, size_t at, size_t count, size_t size, compare_with_fn *compare, void *arg)
{
	for (size_t child; (child = 2 * at + 1) < count; at = child) {
		if (child + 1 < count && compare(base + child * size, base + (child + 1) * size, arg) < 0)
			child++;
		if (compare(base + at * size, base + child * size, arg) >= 0)
			return;
		swap(base + at * size, base + child * size, size);
	}
}

void qsort_r(void *base, size_t count, size_t size, compare_with_fn *compare, void *arg)
{
	for (size_t i = count / 2; i-- > 0;)
		sink(base, i, count, size, compare, arg);
	for (size_t i = count; i-- > 1;) {
		swap(base, (char *)base + i * size, size);
		sink(base, 0, i, size, compare, arg);
	}
}

static int without(const void *a, const void *b, void *compare)
{
	return ((compare_fn *)compare)(a, b);
}

void qsort(void *base, size_t count, size_t size, compare_fn *compare)
{
	qsort_r(base, count, size, without, (void *)compare);
}

void *bsearch(const void *key, const void *base, size_t count, size_t size, compare_fn *compare)
{
	while (count) {
		const char *middle = (const char *)base + count / 2 * size;
		int order = compare(key, middle);

		if (order == 0)
			return (void *)middle;
		if (order > 0) {
			base = middle + size;
			count--;
		}
		count /= 2;
	}
	return NULL;
}
