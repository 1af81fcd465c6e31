// SPDX-License-Identifier: MIT
/*
 * memfd/seals: who may add which seal when, and that F_SEAL_WRITE waits for nobody who could still write.
 *
 * Promise   a seal once there is there for ever and for every description of the file; F_SEAL_WRITE succeeds
 *           only while there is no shared mapping that is or may become writable, however it came to be
 * Linux     fcntl(2) "File Sealing"
 */
#include "tests/abi/memfd/memfd.h"
#include "tests/abi/program.h"

TAP_NEEDS_LINUX(6, 13);

enum { PATH_ONLY = 010000000, MAYMOVE = 1, ROUNDS = 300, EMPTY_PATH = 0x1000 };

/* --- who --- */

CASE(seals_add_up_and_stay)
{
	int fd = sealable(0);

	CHECK_EQ(seal(fd, 0), 0);
	CHECK_EQ(seal(fd, SHRINK), 0);
	CHECK_EQ(seal(fd, GROW), 0);
	CHECK_EQ(seal(fd, SHRINK), 0);
	CHECK_EQ(seals_of(fd), SHRINK | GROW);
}

CASE(unknown_seals_are_refused_whole)
{
	int fd = sealable(0);

	CHECK_EQ(seal(fd, 64), -EINVAL);
	CHECK_EQ(seal(fd, 64 | GROW), -EINVAL);
	CHECK_EQ(seal(fd, -1ul), -EINVAL);
	CHECK_EQ(seals_of(fd), 0);
	CHECK_EQ(seal(fd, 0x100000002ul), 0); /* an int: the upper half is not looked at */
	CHECK_EQ(seals_of(fd), SHRINK);
}

CASE(sealed_against_seals)
{
	int fd = sealable(0);

	CHECK_EQ(seal(fd, SEAL | GROW), 0);
	CHECK_EQ(seal(fd, SHRINK), -EPERM);
	CHECK_EQ(seal(fd, GROW), -EPERM);
	CHECK_EQ(seal(fd, 0), -EPERM);
	CHECK_EQ(seal(fd, 64), -EINVAL);
	CHECK_EQ(seals_of(fd), SEAL | GROW);
}

CASE(without_allow_sealing_there_are_no_others)
{
	int fd = (int)memfd("x", 0);

	CHECK_EQ(seal(fd, SHRINK), -EPERM);
	CHECK_EQ(seals_of(fd), SEAL);
}

CASE(reader_cannot_seal_but_look)
{
	int fd = sealable(0), reader = reopen(fd, O_RDONLY);

	CHECK_EQ(seal(reader, GROW), -EPERM);
	CHECK_EQ(seal(reader, 64), -EPERM);
	CHECK_EQ(seals_of(reader), 0);
}

CASE(seals_are_the_files_not_the_descriptors)
{
	int fd = sealable(0), writer = reopen(fd, O_WRONLY), both = reopen(fd, O_RDWR);

	CHECK_EQ(seal(writer, GROW), 0);
	CHECK_EQ(seal(both, SHRINK), 0);
	CHECK_EQ(seals_of(fd), GROW | SHRINK);
	CHECK_EQ(sys(SYS_ftruncate, fd, 1), -EPERM);
}

CASE(no_descriptor_no_seals)
{
	int path = reopen(sealable(0), PATH_ONLY);

	CHECK_EQ(seal(BAD, GROW), -EBADF);
	CHECK_EQ(seals_of(BAD), -EBADF);
	CHECK_EQ(seal(path, GROW), -EBADF);
	CHECK_EQ(seals_of(path), -EBADF);
}

CASE(files_of_tmpfs_have_the_one_seal)
{
	int fd = (int)sys(SYS_open, "/dev/shm/parley-seals", O_RDWR | O_CREAT | O_EXCL, 0600);

	CHECK(fd >= 0);
	CHECK_EQ(sys(SYS_unlink, "/dev/shm/parley-seals"), 0);
	CHECK_EQ(seals_of(fd), SEAL);
	CHECK_EQ(seal(fd, GROW), -EPERM);
	CHECK_EQ(seal(fd, 64), -EINVAL);
}

CASE(other_files_have_none)
{
	int fd[2], dir = (int)sys(SYS_open, "/dev/shm", O_RDONLY);

	CHECK_EQ(sys(SYS_pipe, fd), 0);
	CHECK_EQ(seals_of(dir), -EINVAL);
	CHECK_EQ(seals_of(fd[1]), -EINVAL);
	CHECK_EQ(seal(fd[1], GROW), -EINVAL);
	CHECK_EQ(seal(fd[0], GROW), -EPERM); /* it cannot be written: seen first */
}

/* --- F_SEAL_WRITE and mappings --- */

CASE(writable_mapping_is_busy)
{
	int fd = sealable(2 * PAGE);
	char *p = map(fd, 2 * PAGE, RW, MAP_SHARED);

	CHECK_EQ(seal(fd, SEAL_WRITE), -EBUSY);
	CHECK_EQ(seal(fd, SEAL_WRITE | GROW), -EBUSY);
	CHECK_EQ(seals_of(fd), 0);
	munmap(p, 2 * PAGE);
	CHECK_EQ(seal(fd, SEAL_WRITE), 0);
}

CASE(mapping_that_may_become_writable_is_busy)
{
	int fd = sealable(PAGE);
	char *p = map(fd, PAGE, PROT_READ, MAP_SHARED);

	CHECK_EQ(seal(fd, SEAL_WRITE), -EBUSY);
	CHECK_EQ(sys(SYS_mprotect, p, PAGE, PROT_NONE), 0);
	CHECK_EQ(seal(fd, SEAL_WRITE), -EBUSY);
	munmap(p, PAGE);
	CHECK_EQ(seal(fd, SEAL_WRITE), 0);
}

CASE(private_mapping_is_not_busy)
{
	int fd = sealable(PAGE);
	char *p = map(fd, PAGE, RW, MAP_PRIVATE), c;

	p[0] = 'p';
	CHECK_EQ(seal(fd, SEAL_WRITE), 0);
	p[1] = 'p';
	CHECK_EQ(sys(SYS_pread64, fd, &c, 1, 0), 1);
	CHECK_EQ(c, 'x');
	munmap(p, PAGE);
}

CASE(mapping_of_a_reader_is_not_busy)
{
	int fd = sealable(PAGE), reader = reopen(fd, O_RDONLY);
	char *p = map(reader, PAGE, PROT_READ, MAP_SHARED);

	CHECK_EQ(MAP_ERROR(p), 0);
	CHECK_EQ(seal(fd, SEAL_WRITE), 0);
	CHECK_EQ(p[0], 'x');
	munmap(p, PAGE);
}

CASE(busy_until_the_last_piece_is_unmapped)
{
	int fd = sealable(4 * PAGE);
	char *p = map(fd, 4 * PAGE, RW, MAP_SHARED);

	munmap(p + PAGE, PAGE); /* now there are two */
	CHECK_EQ(sys(SYS_mprotect, p + 2 * PAGE, PAGE, PROT_READ), 0); /* three */
	CHECK_EQ(sys(SYS_mprotect, p + 2 * PAGE, PAGE, RW), 0);		/* two */
	munmap(p, PAGE);
	CHECK_EQ(seal(fd, SEAL_WRITE), -EBUSY);
	munmap(p + 2 * PAGE, PAGE);
	CHECK_EQ(seal(fd, SEAL_WRITE), -EBUSY);
	munmap(p + 3 * PAGE, PAGE);
	CHECK_EQ(seal(fd, SEAL_WRITE), 0);
}

CASE(busy_through_mremap)
{
	int fd = sealable(4 * PAGE);
	char *p = map(fd, PAGE, RW, MAP_SHARED), *q = map(fd, PAGE, RW, MAP_SHARED);

	p = (char *)sys(SYS_mremap, p, PAGE, 4 * PAGE, MAYMOVE);
	q = (char *)sys(SYS_mremap, q, PAGE, 4 * PAGE, MAYMOVE);
	CHECK_EQ(MAP_ERROR(p) | MAP_ERROR(q), 0);
	p[3 * PAGE] = 'y';
	CHECK_EQ(q[3 * PAGE], 'y');
	CHECK_EQ(seal(fd, SEAL_WRITE), -EBUSY);
	p = (char *)sys(SYS_mremap, p, 4 * PAGE, PAGE, 0);
	munmap(q, 4 * PAGE);
	CHECK_EQ(seal(fd, SEAL_WRITE), -EBUSY);
	munmap(p, PAGE);
	CHECK_EQ(seal(fd, SEAL_WRITE), 0);
}

CASE(busy_until_overmapped)
{
	int fd = sealable(PAGE);
	char *p = map(fd, PAGE, RW, MAP_SHARED);

	CHECK_EQ(seal(fd, SEAL_WRITE), -EBUSY);
	CHECK_EQ(sys(SYS_mmap, p, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), (long)p);
	CHECK_EQ(seal(fd, SEAL_WRITE), 0);
	munmap(p, PAGE);
}

enum ending { UNMAPS, EXECUTES, DIES };

/* A child that has inherited the mapping, waits for a word, ends the mapping as asked, and stays, if it lives. */
static int child_with_it(char *p, enum ending how, int from)
{
	struct program_file f;
	size_t size = build_program(&f, PROGRAM_SLEEP);
	char *argv[] = {"sleep", NULL}, c;
	int pid;

	CHILD(pid) {
		sys(SYS_read, from, &c, 1);
		if (how == UNMAPS)
			munmap(p, PAGE);
		if (how == EXECUTES) {
			int fd = (int)memfd("sleep", 0);

			sys(SYS_write, fd, &f, size);
			sys(SYS_execveat, fd, "", argv, NULL, EMPTY_PATH);
			_exit(1);
		}
		if (how == DIES)
			sys(SYS_kill, sys(SYS_getpid), SIGKILL);
		sys(SYS_pause);
	}
	return pid;
}

static void inherited(enum ending how)
{
	int go[2], pid, fd = sealable(PAGE);
	char *p = map(fd, PAGE, RW, MAP_SHARED);

	CHECK_EQ(sys(SYS_pipe, go), 0);
	pid = child_with_it(p, how, go[0]);
	munmap(p, PAGE);
	CHECK_EQ(seal(fd, SEAL_WRITE), -EBUSY);
	CHECK_EQ(sys(SYS_write, go[1], "g", 1), 1);
	for (int64_t end = now_ms() + STATE_WAIT_MS; seal(fd, SEAL_WRITE) == -EBUSY && now_ms() < end;)
		sleep_ms(1);
	CHECK_EQ(seals_of(fd), SEAL_WRITE);
	sys(SYS_kill, pid, SIGKILL);
	CHECK_EQ(reap(pid), KILLED(SIGKILL));
}

CASE(busy_until_a_child_unmaps)
{
	inherited(UNMAPS);
}

CASE(busy_until_a_child_executes)
{
	inherited(EXECUTES);
}

CASE(busy_until_a_child_is_killed)
{
	inherited(DIES);
}

CASE(failed_mappings_leave_no_count)
{
	int fd = sealable(PAGE), reader = reopen(fd, O_RDONLY);
	char *p = map(fd, PAGE, PROT_READ, MAP_PRIVATE);

	CHECK_EQ(sys(SYS_mmap, p, PAGE, RW, MAP_SHARED | MAP_FIXED_NOREPLACE, fd, 0), -EEXIST);
	CHECK_EQ(sys(SYS_mmap, 0, PAGE, RW, MAP_SHARED, reader, 0), -EACCES);
	CHECK_EQ(sys(SYS_mmap, 0, 1L << 48, RW, MAP_SHARED, fd, 0), -ENOMEM);
	CHECK_EQ(seal(fd, FUTURE), 0);
	CHECK_EQ(sys(SYS_mmap, 0, PAGE, RW, MAP_SHARED, fd, 0), -EPERM);
	CHECK_EQ(seal(fd, SEAL_WRITE), 0);
	munmap(p, PAGE);
}

/* One maps and unmaps, the other seals: when the seal is there, no mapping may be writable. */
CASE(seal_against_a_racing_mapper, .timeout = 60)
{
	int *shared = shared_page();

	for (int i = 0; i < ROUNDS; i++) {
		int pid, fd = sealable(PAGE);
		char *p;

		shared[0] = 0;
		CHILD(pid) {
			while (!__atomic_load_n(shared, __ATOMIC_ACQUIRE))
				if (MAP_ERROR(p = map(fd, PAGE, RW, MAP_SHARED)) == 0)
					munmap(p, PAGE);
			p = map(fd, PAGE, RW, MAP_SHARED);
			_exit(MAP_ERROR(p) != -EPERM);
		}
		long r;
		while ((r = seal(fd, SEAL_WRITE)) == -EBUSY)
			;
		__atomic_store_n(shared, 1, __ATOMIC_RELEASE);
		CHECK_EQ(r, 0);
		CHECK_EQ(reap(pid), EXITED(0));
		sys(SYS_close, fd);
	}
}

/* --- F_SEAL_FUTURE_WRITE --- */

CASE(future_write_leaves_old_mappings_alone)
{
	int pid, fd = sealable(PAGE);
	char *p = map(fd, PAGE, RW, MAP_SHARED), *old = map(fd, PAGE, PROT_READ, MAP_SHARED);

	CHECK_EQ(seal(fd, FUTURE), 0);
	p[0] = 'a';
	CHECK_EQ(sys(SYS_mprotect, old, PAGE, RW), 0); /* it could when it was made */
	old[1] = 'b';
	CHILD(pid)
		p[2] = 'c';
	CHECK_EQ(reap(pid), EXITED(0));
	CHECK_EQ(memcmp(p, "abc", 3), 0);
	p = (char *)sys(SYS_mremap, p, PAGE, 2 * PAGE, MAYMOVE);
	CHECK_EQ(MAP_ERROR(p), 0);
	p[3] = 'd';
	CHECK_EQ(seal(fd, SEAL_WRITE), -EBUSY);
	munmap(p, 2 * PAGE);
	munmap(old, PAGE);
	CHECK_EQ(seal(fd, SEAL_WRITE), 0);
}

/* CHECKLIST: a map made read-only after the seal must not be widened, nor what is copied or cut from it. */
CASE(no_read_only_mapping_made_later_becomes_writable)
{
	const int kinds[] = {FUTURE, SEAL_WRITE};

	for (int i = 0; i < 2; i++) {
		int pid, fd = sealable(2 * PAGE);
		char *p;

		CHECK_EQ(seal(fd, kinds[i]), 0);
		p = map(fd, 2 * PAGE, PROT_READ, MAP_SHARED);
		CHECK_EQ(MAP_ERROR(p), 0);
		CHECK_EQ(sys(SYS_mprotect, p, 2 * PAGE, RW), -EACCES);
		CHECK_EQ(sys(SYS_mprotect, p + PAGE, PAGE, PROT_WRITE), -EACCES);
		CHECK_EQ(sys(SYS_mprotect, p + PAGE, PAGE, PROT_NONE), 0);
		CHECK_EQ(sys(SYS_mprotect, p + PAGE, PAGE, RW), -EACCES);
		CHILD(pid)
			if (sys(SYS_mprotect, p, PAGE, RW) != -EACCES)
				_exit(1);
		CHECK_EQ(reap(pid), EXITED(0));
		munmap(p + PAGE, PAGE);
		p = (char *)sys(SYS_mremap, p, PAGE, 2 * PAGE, MAYMOVE);
		CHECK_EQ(MAP_ERROR(p), 0);
		CHECK_EQ(sys(SYS_mprotect, p, PAGE, RW), -EACCES);
		munmap(p, 2 * PAGE);
	}
}

CASE(sealed_mapping_is_not_written_by_debuggers)
{
	int fd = sealable(PAGE), mem = (int)sys(SYS_open, "/proc/self/mem", O_RDWR);
	struct iovec from = {"y", 1}, to;
	char *p;

	CHECK(mem >= 0);
	CHECK_EQ(seal(fd, SEAL_WRITE), 0);
	p = map(fd, PAGE, PROT_READ, MAP_SHARED);
	to = (struct iovec){p, 1};
	CHECK_EQ(sys(SYS_pwrite64, mem, "y", 1, p), -EIO);
	CHECK_EQ(sys(SYS_process_vm_writev, sys(SYS_getpid), &from, 1, &to, 1, 0), -EFAULT);
	CHECK_EQ(sys(SYS_read, (int)sys(SYS_open, "/dev/zero", O_RDONLY), p, 1), -EFAULT);
	CHECK_EQ(p[0], 'x');
	munmap(p, PAGE);
}

CASE(writing_to_a_sealed_mapping_is_a_fault)
{
	int pid, fd = sealable(PAGE);

	CHECK_EQ(seal(fd, SEAL_WRITE), 0);
	CHILD(pid) {
		volatile char *p = map(fd, PAGE, PROT_READ, MAP_SHARED);
		p[0] = 'y';
	}
	CHECK_EQ(reap(pid) & 0x7f, SIGSEGV);
}

/* --- F_SEAL_EXEC --- */

CASE(exec_seal_freezes_the_x_bits)
{
	int fd = (int)memfd("x", NOEXEC);

	CHECK_EQ(sys(SYS_fchmod, fd, 0777), -EPERM);
	CHECK_EQ(sys(SYS_fchmod, fd, 0100), -EPERM);
	CHECK_EQ(sys(SYS_fchmod, fd, 0600), 0);
	CHECK_EQ(sys(SYS_fchown, fd, sys(SYS_geteuid), -1), 0);
	CHECK_EQ(sys(SYS_write, fd, "a", 1), 1);
}

CASE(exec_seal_of_a_program_seals_its_contents)
{
	int fd = sealable(0);

	CHECK_EQ(seal(fd, SEAL_EXEC), 0);
	CHECK_EQ(seals_of(fd), ALL & ~SEAL);
	CHECK_EQ(sys(SYS_fchmod, fd, 0666), -EPERM);
	CHECK_EQ(sys(SYS_fchmod, fd, 04777), 0);
	CHECK_EQ(sys(SYS_write, fd, "a", 1), -EPERM);
}

CASE(exec_seal_of_a_program_is_busy_while_it_is_mapped)
{
	int fd = sealable(PAGE);
	char *p = map(fd, PAGE, RW, MAP_SHARED);

	CHECK_EQ(seal(fd, SEAL_EXEC), -EBUSY);
	CHECK_EQ(seals_of(fd), 0);
	CHECK_EQ(sys(SYS_fchmod, fd, 0600), 0);
	CHECK_EQ(seal(fd, SEAL_EXEC), 0);
	CHECK_EQ(seals_of(fd), SEAL_EXEC);
	munmap(p, PAGE);
}

CASE(mapping_to_execute_is_not_its_business)
{
	int fd = (int)memfd("x", NOEXEC);
	char *p = map(fd, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE);

	CHECK_EQ(MAP_ERROR(p), 0);
	munmap(p, PAGE);
}
