// SPDX-License-Identifier: MIT
/*
 * key: values that each thread has for itself, under keys made while the program runs.
 *
 * Promise   A new key has no value in any thread, even if its number had one under an older key: each value remembers
 *           the sequence number of its key, which is odd while the key is in use. Destructors run when a thread ends,
 *           again while they set values, DESTRUCTOR_ROUNDS times at most.
 * Locks     `lock`: the table of keys; values belong to their thread
 * Linux     pthread_key_create(3p), pthread_setspecific(3p)
 */
#include <stdlib.h>
#include "user/libc/thread.h"

enum { DESTRUCTOR_ROUNDS = PTHREAD_DESTRUCTOR_ITERATIONS };

struct key_value {
	unsigned sequence;
	void *value;
};

static int lock;
static struct {
	unsigned sequence; /* [lock to change] */
	void (*destructor)(void *);
} keys[PTHREAD_KEYS_MAX];

static bool in_use(pthread_key_t key)
{
	return key < PTHREAD_KEYS_MAX && (load(&keys[key].sequence) & 1);
}

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
	int err = EAGAIN;

	__lock(&lock);
	for (unsigned i = 0; i < PTHREAD_KEYS_MAX && err; i++) {
		if (in_use(i))
			continue;
		keys[i].destructor = destructor;
		__atomic_store_n(&keys[i].sequence, keys[i].sequence + 1, __ATOMIC_RELEASE);
		*key = i;
		err = 0;
	}
	__unlock(&lock);
	return err;
}

int pthread_key_delete(pthread_key_t key)
{
	int err = EINVAL;

	__lock(&lock);
	if (in_use(key)) {
		__atomic_store_n(&keys[key].sequence, keys[key].sequence + 1, __ATOMIC_RELEASE);
		err = 0;
	}
	__unlock(&lock);
	return err;
}

void *pthread_getspecific(pthread_key_t key)
{
	struct key_value *values = __self()->values;

	if (!values || !in_use(key) || values[key].sequence != load(&keys[key].sequence))
		return NULL;
	return values[key].value;
}

int pthread_setspecific(pthread_key_t key, const void *value)
{
	struct thread *self = __self();

	if (!in_use(key))
		return EINVAL;
	if (!self->values)
		self->values = calloc(PTHREAD_KEYS_MAX, sizeof(*self->values));
	if (!self->values)
		return ENOMEM;
	self->values[key] = (struct key_value){ load(&keys[key].sequence), (void *)value };
	return 0;
}

/* Takes the value away and gives it to the destructor; false: there was none. */
static bool drop(pthread_key_t key)
{
	void *value = pthread_getspecific(key);

	if (!value)
		return false;
	void (*destructor)(void *) = keys[key].destructor;
	pthread_setspecific(key, NULL);
	if (!destructor)
		return false;
	destructor(value);
	return true;
}

void __drop_values(struct thread *self)
{
	bool more = self->values;

	for (int round = 0; more && round < DESTRUCTOR_ROUNDS; round++) {
		more = false;
		for (pthread_key_t key = 0; key < PTHREAD_KEYS_MAX; key++)
			more |= drop(key);
	}
	free(self->values);
	self->values = NULL;
}
