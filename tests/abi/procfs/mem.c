// SPDX-License-Identifier: MIT
/*
 * procfs/mem: a process's memory as a file, as a debugger uses it.
 *
 * Promise   positions are addresses. What the protection forbids is read and, in private mappings, written all the
 *           same, in a copy; what is shared and not writable is not.
 * Linux     proc_pid_mem(5), with the default of proc_mem.force_override.
 */
#include "tests/abi/process_vm/process_vm.h"
#include "tests/abi/procfs/memory.h"
#include "tests/abi/program.h"

static long open_mem(int pid, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	return sys(SYS_open, path, flags);
}

static long own(void)
{
	long fd = sys(SYS_open, "/proc/self/mem", O_RDWR | O_CLOEXEC);

	CHECK(fd >= 0);
	return fd;
}

/* A file of 2 pages, open for reading and writing, and its descriptor for reading only. */
static long file_of_two_pages(long *readonly)
{
	long fd;

	scratch();
	fd = sys(SYS_open, "file", O_RDWR | O_CREAT, 0600);
	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_write, fd, "hello", 5), 5);
	CHECK_EQ(sys(SYS_ftruncate, fd, 2 * PAGE), 0);
	*readonly = sys(SYS_open, "file", O_RDONLY);
	CHECK(*readonly >= 0);
	return fd;
}

CASE(positions_are_addresses)
{
	static const char shown[] = "what is in memory";
	char c[8];
	long fd = own();

	CHECK_EQ(sys(SYS_lseek, fd, -PAGE, SEEK_SET), -PAGE);
	CHECK_EQ(sys(SYS_read, fd, c, 1), -EIO);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_CUR), -PAGE);
	CHECK_EQ(sys(SYS_lseek, fd, 0x7fffffffffffffff, SEEK_SET), 0x7fffffffffffffff);
	CHECK_EQ(sys(SYS_lseek, fd, 5, SEEK_CUR), (long)0x8000000000000004);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_END), -EINVAL);
	CHECK_EQ(sys(SYS_lseek, fd, shown + 8, SEEK_SET), shown + 8);
	CHECK_EQ(sys(SYS_lseek, fd, -8, SEEK_CUR), shown);
	CHECK_EQ(sys(SYS_read, fd, c, 4), 4);
	CHECK_MEM(c, "what", 4);
	CHECK_EQ(sys(SYS_lseek, fd, 0, SEEK_CUR), shown + 4);
	CHECK_EQ(sys(SYS_pread64, fd, c, 1, -1), -EINVAL);
}

CASE(nothing_is_at_the_kernels_addresses)
{
	static const unsigned long places[] = {
		0, 0x7ffffffff000, 0x800000000000, 0xffff800000000000, 0xffffffff80000000};
	char c;
	long fd = own();

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		CHECK_EQ(sys(SYS_lseek, fd, places[i], SEEK_SET), (long)places[i]);
		CHECK_EQ(sys(SYS_read, fd, &c, 1), -EIO);
		CHECK_EQ(sys(SYS_write, fd, "x", 1), -EIO);
		CHECK_EQ(sys(SYS_read, fd, &c, 0), 0);
		CHECK_EQ(sys(SYS_write, fd, &c, 0), 0);
	}
}

CASE(buffers_that_are_not_there)
{
	char *p = island(2, PROT_READ | PROT_WRITE, MAP_PRIVATE), *end = page_end(PROT_READ | PROT_WRITE);
	long fd = own();

	memset(p, 'x', PAGE);
	CHECK_EQ(sys(SYS_pread64, fd, hole(), 1, p), -EFAULT);
	CHECK_EQ(sys(SYS_pwrite64, fd, hole(), 1, p), -EFAULT);
	CHECK_EQ(p[0], 'x');
	CHECK_EQ(sys(SYS_pread64, fd, end - 3, 2, p), 2);
	CHECK_MEM(end - 3, "xx", 3);
}

CASE(reading_ends_where_memory_ends)
{
	char buf[16], *end = page_end(PROT_READ | PROT_WRITE);
	long fd = own();

	memset(end - 4, 'e', 4);
	CHECK_EQ(sys(SYS_pread64, fd, buf, sizeof(buf), end - 4), 4);
	CHECK_MEM(buf, "eeee", 4);
	CHECK_EQ(sys(SYS_pwrite64, fd, "abcdefgh", 8, end - 4), 4);
	CHECK_MEM(end - 4, "abcd", 4);
	CHECK_EQ(sys(SYS_pread64, fd, buf, 1, end), -EIO);
	CHECK_EQ(sys(SYS_pwrite64, fd, buf, 1, end), -EIO);
}

CASE(private_memory_is_written_whatever_its_protection)
{
	static const int prots[] = {PROT_NONE, PROT_READ, PROT_EXEC, PROT_READ | PROT_EXEC, PROT_WRITE};
	long fd = own();
	char c[4];

	for (size_t i = 0; i < sizeof(prots) / sizeof(prots[0]); i++) {
		char *p = island(2, prots[i], MAP_PRIVATE);

		CHECK_EQ(sys(SYS_pread64, fd, c, 3, p + PAGE), 3);
		CHECK_MEM(c, "\0\0", 3);
		CHECK_EQ(sys(SYS_pwrite64, fd, "abc", 3, p), 3);
		CHECK_EQ(sys(SYS_pread64, fd, c, 3, p), 3);
		CHECK_MEM(c, "abc", 3);
		CHECK_EQ(mprotect(p, PAGE, PROT_READ), 0);
		CHECK_MEM(p, "abc", 3);
	}
}

CASE(protection_still_holds_for_the_owner, .timeout = 20)
{
	long fd = own();
	int pid;
	char c;

	for (int write = 0; write < 2; write++) {
		char *p = island(2, PROT_NONE, MAP_PRIVATE);

		CHECK_EQ(write ? sys(SYS_pwrite64, fd, "x", 1, p) : sys(SYS_pread64, fd, &c, 1, p), 1);
		CHILD(pid)
			*(volatile char *)p;
		CHECK_EQ(reap(pid) & ~DUMPED, KILLED(SIGSEGV));
		p = island(2, PROT_READ, MAP_PRIVATE);
		CHECK_EQ(write ? sys(SYS_pwrite64, fd, "x", 1, p) : sys(SYS_pread64, fd, &c, 1, p), 1);
		CHILD(pid)
			*(volatile char *)p = 1;
		CHECK_EQ(reap(pid) & ~DUMPED, KILLED(SIGSEGV));
	}
}

CASE(the_owner_itself_is_kept_out)
{
	long fd = own();
	int ends[2];
	char c, *p = island(1, PROT_NONE, MAP_PRIVATE);

	CHECK_EQ(sys(SYS_pipe, ends), 0);
	CHECK_EQ(sys(SYS_pread64, fd, &c, 1, p), 1);
	CHECK_EQ(sys(SYS_write, ends[1], p, 1), -EFAULT);
	CHECK_EQ(sys(SYS_pwrite64, fd, "x", 1, p), 1);
	CHECK_EQ(sys(SYS_write, ends[1], p, 1), -EFAULT);
}

CASE(shared_memory_is_written_only_where_its_owner_may)
{
	long readonly, fd = own(), file = file_of_two_pages(&readonly);
	char *ro = island_of(1, PROT_READ, MAP_SHARED, (int)readonly);
	char *rw = island_of(1, PROT_READ, MAP_SHARED, (int)file);
	char *anon = island(1, PROT_READ, MAP_SHARED), *none = island_of(1, PROT_NONE, MAP_SHARED, (int)readonly);
	char c[8];

	CHECK_EQ(sys(SYS_pwrite64, fd, "x", 1, ro), -EIO);
	CHECK_EQ(sys(SYS_pwrite64, fd, "x", 1, rw), -EIO);
	CHECK_EQ(sys(SYS_pwrite64, fd, "x", 1, anon), -EIO);
	CHECK_EQ(sys(SYS_pwrite64, fd, "x", 1, none), -EIO);
	CHECK_EQ(sys(SYS_pread64, fd, c, 5, ro), 5);
	CHECK_MEM(c, "hello", 5);
	CHECK_EQ(sys(SYS_pread64, fd, c, 5, none), 5); /* reading is only a matter of permission to look */
	CHECK_EQ(mprotect(rw, PAGE, PROT_WRITE), 0);
	CHECK_EQ(sys(SYS_pwrite64, fd, "J", 1, rw), 1);
	CHECK_EQ(sys(SYS_pread64, readonly, c, 5, 0), 5);
	CHECK_MEM(c, "Jello", 5);
	CHECK_EQ(mprotect(rw, PAGE, PROT_READ), 0); /* its page is there, and was writable */
	CHECK_EQ(sys(SYS_pwrite64, fd, "x", 1, rw), -EIO);
	CHECK_EQ(rw[0], 'J');
}

CASE(a_private_mapping_never_reaches_its_file)
{
	long readonly, fd = own();
	char c[8];

	file_of_two_pages(&readonly);
	char *p = island_of(1, PROT_READ, MAP_PRIVATE, (int)readonly);
	CHECK_EQ(p[0], 'h');
	CHECK_EQ(sys(SYS_pwrite64, fd, "J", 1, p), 1);
	CHECK_EQ(p[0], 'J');
	CHECK_EQ(sys(SYS_pread64, readonly, c, 5, 0), 5);
	CHECK_MEM(c, "hello", 5);
}

CASE(behind_the_end_of_the_file)
{
	long readonly, fd = own(), file = file_of_two_pages(&readonly);
	char c[16], *p = island_of(4, PROT_READ | PROT_WRITE, MAP_SHARED, (int)file);

	CHECK_EQ(sys(SYS_pread64, fd, c, 1, p + 2 * PAGE), -EIO);
	CHECK_EQ(sys(SYS_pwrite64, fd, c, 1, p + 2 * PAGE), -EIO);
	CHECK_EQ(sys(SYS_pread64, fd, c, 10, p + 2 * PAGE - 1), 1);
	CHECK_EQ(sys(SYS_ftruncate, file, 3 * PAGE), 0);
	CHECK_EQ(sys(SYS_pread64, fd, c, 10, p + 2 * PAGE - 1), 10);
}

CASE(a_forced_write_is_a_copy_of_ones_own)
{
	char c, *p = island(2, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	struct other o;
	long mine = own(), theirs;

	memset(p, 'p', 2 * PAGE);
	CHECK_EQ(mprotect(p, 2 * PAGE, PROT_READ), 0);
	o = other_start(NULL, NULL);
	theirs = open_mem(o.pid, O_RDWR);
	CHECK(theirs >= 0);
	CHECK_EQ(sys(SYS_pwrite64, theirs, "t", 1, p), 1);
	CHECK_EQ(p[0], 'p');
	CHECK_EQ(sys(SYS_pread64, theirs, &c, 1, p), 1);
	CHECK_EQ(c, 't');
	CHECK_EQ(sys(SYS_pwrite64, mine, "m", 1, p + PAGE), 1);
	CHECK_EQ(p[PAGE], 'm');
	CHECK_EQ(sys(SYS_pread64, theirs, &c, 1, p + PAGE), 1);
	CHECK_EQ(c, 'p');
	other_end(&o);
}

static __attribute__((noinline)) int answer(void)
{
	__asm__ volatile("");
	return 42;
}

CASE(code_of_a_child_is_changed_and_of_nobody_else)
{
	static const unsigned char return_7[] = {0xb8, 7, 0, 0, 0, 0xc3};
	int go[2], pid;
	char byte;
	long fd;

	CHECK_EQ(sys(SYS_pipe, go), 0);
	CHILD(pid) {
		sys(SYS_read, go[0], &byte, 1);
		_exit(answer());
	}
	fd = open_mem(pid, O_RDWR);
	CHECK_EQ(sys(SYS_pwrite64, fd, return_7, sizeof(return_7), answer), sizeof(return_7));
	sys(SYS_write, go[1], "g", 1);
	CHECK_EXIT(pid, 7);
	CHECK_EQ(answer(), 42);
	CHILD(pid)
		_exit(answer());
	CHECK_EXIT(pid, 42);
}

CASE(what_the_kernel_maps)
{
	char line[256], *at, c[4];
	unsigned long data = 0, text = 0;
	FILE *maps = fopen("/proc/self/maps", "r");
	long fd = own();

	while (fgets(line, sizeof(line), maps)) {
		at = strchr(line, '[');
		if (at && strncmp(at, "[vvar]", 6) == 0)
			data = strtoul(line, NULL, 16);
		if (at && strncmp(at, "[vdso]", 6) == 0)
			text = strtoul(line, NULL, 16);
	}
	fclose(maps);
	CHECK_EQ(sys(SYS_pread64, fd, c, 4, text), 4);
	CHECK_MEM(c, "\177ELF", 4);
	CHECK_EQ(sys(SYS_pread64, fd, c, 4, data), -EIO);
	CHECK_EQ(sys(SYS_pwrite64, fd, c, 4, data), -EIO);
}

CASE(a_stack_grows_for_whoever_looks)
{
	enum { BELOW = 100 * PAGE };
	char c;
	unsigned long here = (unsigned long)&c;
	long fd = own();

	CHECK_EQ(sys(SYS_pread64, fd, &c, 1, here - BELOW), 1);
	CHECK_EQ(c, 0);
	CHECK_EQ(sys(SYS_pwrite64, fd, "s", 1, here - 2 * BELOW), 1);
	CHECK_EQ(*(volatile char *)(here - 2 * BELOW), 's');
}

CASE(many_pages_in_one_call)
{
	enum { BYTES = 300 * PAGE };
	char *from = island(301, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	char *to = island(301, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	struct other o;
	long fd;

	for (int i = 0; i < BYTES; i++)
		from[i] = (char)(i * 7 + i / PAGE);
	o = other_start(NULL, NULL);
	fd = open_mem(o.pid, O_RDWR);
	CHECK_EQ(sys(SYS_pread64, fd, to + 5, BYTES, from), BYTES);
	CHECK_MEM(to + 5, from, BYTES);
	CHECK_EQ(sys(SYS_pwrite64, fd, from, BYTES, to + 3), BYTES);
	memset(from, 0, BYTES);
	CHECK_EQ(sys(SYS_pread64, fd, from, BYTES, to + 3), BYTES);
	CHECK_MEM(from, to + 5, BYTES);
	other_end(&o);
}

CASE(of_a_process_that_ends)
{
	char c;
	int pid = start_sleeper();
	long fd = open_mem(pid, O_RDWR);

	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_pread64, fd, &c, 1, maps_text), 1);
	sys(SYS_kill, pid, SIGKILL);
	wait_state(pid, 'Z');
	CHECK_EQ(sys(SYS_pread64, fd, &c, 1, maps_text), 0);
	CHECK_EQ(sys(SYS_pwrite64, fd, &c, 1, maps_text), 0);
	CHECK_EQ(open_mem(pid, O_RDONLY), -ESRCH);
	CHECK_KILLED(pid, SIGKILL);
}

CASE(of_a_process_that_changes_its_program)
{
	char path[64], c;
	int pid, go[2], gone[2];
	long fd;

	scratch();
	write_program("sleep", PROGRAM_SLEEP);
	CHECK_EQ(sys(SYS_pipe, go), 0);
	CHECK_EQ(sys(SYS_pipe2, gone, O_CLOEXEC), 0);
	CHILD(pid) {
		char *argv[] = {"sleep", NULL};

		sys(SYS_read, go[0], &c, 1);
		sys(SYS_execve, "sleep", argv, argv + 1);
	}
	sys(SYS_close, gone[1]);
	fd = open_mem(pid, O_RDWR);
	CHECK_EQ(sys(SYS_pread64, fd, &c, 1, maps_text), 1);
	sys(SYS_write, go[1], "g", 1);
	CHECK_EQ(sys(SYS_read, gone[0], &c, 1), 0);
	/* the memory of before is gone, and the new program's is not what was opened */
	CHECK_EQ(sys(SYS_pread64, fd, &c, 1, PROGRAM_BASE), 0);
	CHECK_EQ(sys(SYS_pwrite64, fd, &c, 1, PROGRAM_BASE), 0);
	fd = open_mem(pid, O_RDONLY);
	CHECK_EQ(sys(SYS_pread64, fd, path, 4, PROGRAM_BASE), 4);
	CHECK_MEM(path, "\177ELF", 4);
	end_child(pid);
}

CASE(others_may_not)
{
	int pid;

	NEEDS_ROOT();
	CHILD(pid) {
		CHECK(become(NOBODY));
		CHECK_EQ(open_mem((int)sys(SYS_getppid), O_RDONLY), -EACCES);
		CHECK_EQ(open_mem(1, O_RDWR), -EACCES);
		CHECK_EQ(open_mem((int)sys(SYS_getpid), O_RDWR), -EACCES); /* it is root's now */
		CHECK_EQ(sys(SYS_prctl, PR_SET_DUMPABLE, 1), 0);
		CHECK(open_mem((int)sys(SYS_getpid), O_RDWR) >= 0);
	}
	CHECK_EXIT(pid, 0);
}

CASE(targets_that_die_and_unmap_in_the_middle, .timeout = 30)
{
	enum { ROUNDS = 60, BYTES = 1 << 20 };
	char *near = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *far = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(far, 'x', BYTES);
	for (int i = 0; i < ROUNDS; i++) {
		int pid;
		long fd, n;

		CHILD(pid) {
			if (i % 3)
				munmap(far + BYTES / 2, BYTES / 2);
			if (i % 2)
				munmap(far, BYTES / 4);
		}
		fd = open_mem(pid, O_RDWR);
		n = fd < 0 ? fd : sys(i % 4 < 2 ? SYS_pread64 : SYS_pwrite64, fd, near, BYTES, far);
		CHECK(n == -ESRCH || n == -EIO || (n >= 0 && n <= BYTES));
		CHECK_EXIT(pid, 0);
		if (fd >= 0)
			sys(SYS_close, fd);
	}
}
