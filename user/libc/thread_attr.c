// SPDX-License-Identifier: MIT
/*
 * thread_attr: what pthread_create() can be told.
 *
 * Linux     pthread_attr_init(3) and the pages that it names, without scheduling
 */
#include "user/libc/thread.h"

enum { USUAL_STACK_BYTES = 256 * 1024, USUAL_GUARD_BYTES = 4096 };

int pthread_attr_init(pthread_attr_t *attr)
{
	*attr = (pthread_attr_t){ .stack_size = USUAL_STACK_BYTES, .guard_size = USUAL_GUARD_BYTES };
	return 0;
}

int pthread_attr_destroy(pthread_attr_t *attr)
{
	(void)attr;
	return 0;
}

int pthread_attr_setdetachstate(pthread_attr_t *attr, int state)
{
	if (state != PTHREAD_CREATE_JOINABLE && state != PTHREAD_CREATE_DETACHED)
		return EINVAL;
	attr->detached = state;
	return 0;
}

int pthread_attr_getdetachstate(const pthread_attr_t *attr, int *state)
{
	*state = attr->detached;
	return 0;
}

int pthread_attr_setstacksize(pthread_attr_t *attr, size_t size)
{
	if (size < PTHREAD_STACK_MIN)
		return EINVAL;
	attr->stack_size = size;
	return 0;
}

int pthread_attr_getstacksize(const pthread_attr_t *attr, size_t *size)
{
	*size = attr->stack_size;
	return 0;
}

int pthread_attr_setguardsize(pthread_attr_t *attr, size_t size)
{
	attr->guard_size = size;
	return 0;
}

int pthread_attr_getguardsize(const pthread_attr_t *attr, size_t *size)
{
	*size = attr->guard_size;
	return 0;
}

int pthread_attr_setstack(pthread_attr_t *attr, void *stack, size_t size)
{
	if (size < PTHREAD_STACK_MIN)
		return EINVAL;
	attr->stack = stack;
	attr->stack_size = size;
	return 0;
}

int pthread_attr_getstack(const pthread_attr_t *attr, void **stack, size_t *size)
{
	*stack = attr->stack;
	*size = attr->stack_size;
	return 0;
}
