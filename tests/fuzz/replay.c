// SPDX-License-Identifier: MIT
/*
 * replay: prints what the calls of a seed answer, for tests/fuzz/diff.py.
 *
 *	replay SEED FIRST COUNT       batches, one line for each call: BATCH.STEP CALL RESULT
 *	replay SEED -a BATCH...       these batches, with their arguments
 *
 * Promise   The same lines on every kernel that answers the same: a result is an error's number, or "+". A
 *           batch ends with how its child ended. Refuses to run where fuzz_is_safe() says no.
 */
#include "tests/fuzz/fuzz.h"

static void print_arguments(const struct step *s)
{
	const struct call *c = &calls[s->call];
	int path = 0;

	printf(" (");
	for (int i = 0; i < ARGS && c->arg[i].kind; i++) {
		printf("%s%s=%#lx", i ? ", " : "", c->arg[i].name, s->a[i]);
		if (c->arg[i].kind == KIND_PATH || c->arg[i].kind == KIND_STR) {
			printf(" \"%s\"", s->path[path]);
			path = 1;
		}
	}
	printf(") = %ld", s->result);
}

static void print_batch(struct fuzz *f, unsigned batch, int with_arguments)
{
	int status = fuzz_batch(f, batch);

	if (f->record->world)
		printf("%u.world failed at %d\n", batch, f->record->world);
	for (int i = 0; i < f->record->started && i < STEPS; i++) {
		const struct step *s = &f->record->step[i];

		printf("%u.%d %s ", batch, i, calls[s->call].name);
		if (i >= f->record->done)
			printf("ended");
		else if (s->result < 0 && s->result >= -4095)
			printf("%ld", -s->result);
		else
			printf("+");
		if (with_arguments)
			print_arguments(s);
		printf("\n");
	}
	printf("%u.end %#x\n", batch, (unsigned)status);
}

/* Where Debian differs from Linux's own settings. */
static void set(const char *name, const char *value)
{
	char path[PATH_SHOWN * 2];

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	long fd = sys(SYS_open, path, O_WRONLY);
	sys(SYS_write, fd, value, strlen(value));
	sys(SYS_close, fd);
}

static void settings(void)
{
	static const char *const off[] = {
		"fs/protected_hardlinks", "fs/protected_symlinks", "fs/protected_fifos", "fs/protected_regular",
		"kernel/dmesg_restrict",
	};

	for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++)
		set(off[i], "0");
}

int main(int argc, char **argv)
{
	struct fuzz f;

	if (!fuzz_is_safe() || argc < 4) {
		fprintf(stderr, "replay SEED FIRST COUNT | replay SEED -a BATCH...\n"
			"It runs in a machine of tests/harness only.\n");
		return 2;
	}
	settings();
	fuzz_begin(&f, strtoul(argv[1], NULL, 0), FUZZ_COMPARE, 0);
	if (strcmp(argv[2], "-a") == 0) {
		for (int i = 3; i < argc; i++)
			print_batch(&f, atoi(argv[i]), 1);
	} else {
		for (int i = 0; i < atoi(argv[3]); i++)
			print_batch(&f, atoi(argv[2]) + i, 0);
	}
	fuzz_end(&f);
	return 0;
}
