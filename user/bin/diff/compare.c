// SPDX-License-Identifier: MIT
/*
 * compare: the shortest way from one text to another.
 *
 * How       the method of E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986, in its form with
 *           memory linear in the length: a path is sought from both ends at once; where the two meet in the
 *           middle, the text is divided, and each half is done likewise. x is a place in a, y in b, and
 *           k = x - y names a diagonal; on it equal lines cost nothing.
 */
#include <stdlib.h>
#include <string.h>
#include "user/bin/diff/diff.h"
#include "user/lib/tool.h"

static const struct line *a, *b;
static struct line *marks_a, *marks_b;
static long *forward, *backward; /* for each diagonal how far one gets; indexes may be negative */

static bool same(long x, long y)
{
	return a[x].hash == b[y].hash && a[x].len == b[y].len && memcmp(a[x].s, b[y].s, a[x].len) == 0;
}

struct box {
	long x0, x1, y0, y1;
};

struct middle {
	long x, y;
};

/*
 * One step more of the search from the beginning: true when it has met the one from the end. A diagonal outside
 * the box gets a place from which nothing begins.
 */
static bool step_forward(const struct box *r, long d, struct middle *m)
{
	long delta = (r->x1 - r->y1) - (r->x0 - r->y0), base = r->x0 - r->y0;

	for (long k = -d; k <= d; k += 2) {
		long x = k == -d || (k != d && forward[base + k - 1] < forward[base + k + 1])
			? forward[base + k + 1]
			: forward[base + k - 1] + 1;
		long y = x - base - k;
		while (x < r->x1 && y < r->y1 && same(x, y))
			x++, y++;
		forward[base + k] = x;
		bool other = delta % 2 && k >= delta - (d - 1) && k <= delta + (d - 1);
		if (other && x >= backward[base + k] && x <= r->x1 && y <= r->y1) {
			*m = (struct middle){ x, y };
			return true;
		}
	}
	return false;
}

static bool step_backward(const struct box *r, long d, struct middle *m)
{
	long delta = (r->x1 - r->y1) - (r->x0 - r->y0), base = r->x0 - r->y0;

	for (long k = delta - d; k <= delta + d; k += 2) {
		long x = k == delta + d || (k != delta - d && backward[base + k - 1] < backward[base + k + 1])
			? backward[base + k - 1]
			: backward[base + k + 1] - 1;
		long y = x - base - k;
		while (x > r->x0 && y > r->y0 && same(x - 1, y - 1))
			x--, y--;
		backward[base + k] = x;
		if (delta % 2 == 0 && k >= -d && k <= d && forward[base + k] >= x && x >= r->x0 && y >= r->y0) {
			*m = (struct middle){ x, y };
			return true;
		}
	}
	return false;
}

static struct middle find_middle(const struct box *r)
{
	long base = r->x0 - r->y0, end = r->x1 - r->y1;
	struct middle m;

	forward[base + 1] = r->x0;
	backward[end - 1] = r->x1;
	for (long d = 0;; d++)
		if (step_forward(r, d, &m) || step_backward(r, d, &m))
			return m;
}

static void divide(struct box r)
{
	while (r.x0 < r.x1 && r.y0 < r.y1 && same(r.x0, r.y0))
		r.x0++, r.y0++;
	while (r.x0 < r.x1 && r.y0 < r.y1 && same(r.x1 - 1, r.y1 - 1))
		r.x1--, r.y1--;
	if (r.x0 == r.x1 || r.y0 == r.y1) {
		for (long x = r.x0; x < r.x1; x++)
			marks_a[x].changed = true;
		for (long y = r.y0; y < r.y1; y++)
			marks_b[y].changed = true;
		return;
	}
	struct middle m = find_middle(&r);
	divide((struct box){ r.x0, m.x, r.y0, m.y });
	divide((struct box){ m.x, r.x1, m.y, r.y1 });
}

void compare(struct text *x, struct text *y)
{
	size_t room = 4 * (x->n + y->n + 2) + 1; /* half of it on either side of diagonal 0 */
	long *f = tool_must(malloc(room * sizeof(*f))), *g = tool_must(malloc(room * sizeof(*g)));

	a = marks_a = x->lines;
	b = marks_b = y->lines;
	forward = f + room / 2;
	backward = g + room / 2;
	divide((struct box){ 0, x->n, 0, y->n });
	free(f);
	free(g);
}
