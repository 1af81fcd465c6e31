// SPDX-License-Identifier: MIT
/*
 * random: numbers that look random but repeat with the seed, and bytes that do not.
 */
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

static unsigned state = 1;

int rand_r(unsigned *seed)
{
	/* xorshift; zero would stay zero */
	unsigned x = *seed ? *seed : 0x9e3779b9u;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	*seed = x;
	return x & RAND_MAX;
}

void srand(unsigned seed)
{
	state = seed;
}
int rand(void)
{
	return rand_r(&state);
}
void srandom(unsigned seed)
{
	state = seed;
}
long random(void)
{
	return rand_r(&state);
}

int getentropy(void *to, size_t n)
{
	return getrandom(to, n, 0) == (ssize_t)n ? 0 : -1;
}
