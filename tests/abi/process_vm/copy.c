// SPDX-License-Identifier: MIT
/*
 * process_vm/copy: bytes between two address spaces: vectors, borders, what is not there.
 *
 * Promise   as many bytes as both vectors and both memories have, in order; a short count tells where it
 *           stopped; nothing at all is EFAULT; and a private mapping's file is never written (CVE-2016-5195).
 * Linux     process_vm_readv(2)
 */
#include <sys/uio.h>
#include "tests/abi/abi.h"
#include "tests/abi/process_vm/process_vm.h"

static unsigned char here[5 * PAGE], there[5 * PAGE];

static void fill(unsigned char *p, size_t n, int seed)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)(i * 7 + i / 253 + seed);
}

CASE(reads_and_writes_a_child)
{
	fill(there, sizeof(there), 1);
	struct other o = other_start(NULL, NULL);
	fill(here, sizeof(here), 9);

	CHECK_EQ(vm_read(o.pid, here, sizeof(here), there), sizeof(here));
	CHECK_MEM(here, there, sizeof(here));
	fill(here, sizeof(here), 77);
	CHECK_EQ(vm_write(o.pid, here, sizeof(here), there), sizeof(here));
	CHECK_EQ(there[0], 1); /* ours is another copy */
	memset(here, 0, sizeof(here));
	CHECK_EQ(vm_read(o.pid, here, sizeof(here), there), sizeof(here));
	fill(there, sizeof(there), 77);
	CHECK_MEM(here, there, sizeof(here));
	other_end(&o);
}

CASE(oneself)
{
	fill(there, 5000, 3);
	CHECK_EQ(vm_read(getpid(), here + 13, 5000, there), 5000);
	CHECK_MEM(here + 13, there, 5000);
	CHECK_EQ(vm_write(getpid(), there, 100, here), 100);
	CHECK_MEM(here, there, 100);
}

CASE(vectors_of_different_shapes)
{
	fill(there, sizeof(there), 5);
	struct other o = other_start(NULL, NULL);
	struct iovec near[] = {{here, 10}, {here + 10, 0}, {here + 10, 6000}, {here + 6010, 3990}};
	struct iovec far[] = {{there, 4097}, {(void *)8, 0}, {there + 4097, 1}, {there + 4098, 5902}};

	memset(here, 0, sizeof(here));
	CHECK_EQ(sys(SYS_process_vm_readv, o.pid, near, 4, far, 4, 0), 10000);
	CHECK_MEM(here, there, 10000);
	CHECK_EQ(here[10000], 0);
	other_end(&o);
}

CASE(the_shorter_side_ends_it)
{
	fill(there, sizeof(there), 5);
	struct iovec near = {here, 100}, far = {there, 300};

	CHECK_EQ(sys(SYS_process_vm_readv, getpid(), &near, 1, &far, 1, 0), 100);
	near.iov_len = 900;
	memset(here, 0, sizeof(here));
	CHECK_EQ(sys(SYS_process_vm_readv, getpid(), &near, 1, &far, 1, 0), 300);
	CHECK_EQ(here[300], 0);
}

CASE(nothing_to_move_is_0_whoever_it_is)
{
	struct iovec near = {here, 0}, far = {there, 10}, some = {here, 10}, none = {there, 0};

	CHECK_EQ(sys(SYS_process_vm_readv, NO_PID, &near, 1, &far, 1, 0), 0);
	CHECK_EQ(sys(SYS_process_vm_readv, NO_PID, 0, 0, &far, 1, 0), 0);
	CHECK_EQ(sys(SYS_process_vm_readv, NO_PID, &some, 1, &none, 1, 0), 0);
	CHECK_EQ(sys(SYS_process_vm_readv, NO_PID, &some, 1, 0, 0, 0), 0);
	CHECK_EQ(sys(SYS_process_vm_readv, NO_PID, &some, 1, &far, 1, 0), -ESRCH);
}

CASE(bad_arguments)
{
	struct iovec some = {here, 10}, far = {there, 10}, negative = {there, -1ul};

	CHECK_EQ(sys(SYS_process_vm_readv, getpid(), &some, 1, &far, 1, 1), -EINVAL);
	CHECK_EQ(sys(SYS_process_vm_readv, getpid(), &some, 1025, &far, 1, 0), -EINVAL);
	CHECK_EQ(sys(SYS_process_vm_readv, getpid(), &some, 1, &far, 1025, 0), -EINVAL);
	CHECK_EQ(sys(SYS_process_vm_readv, getpid(), &negative, 1, &far, 1, 0), -EINVAL);
	CHECK_EQ(sys(SYS_process_vm_readv, getpid(), &some, 1, &negative, 1, 0), -EINVAL);
	CHECK_EQ(sys(SYS_process_vm_readv, getpid(), hole(), 1, &far, 1, 0), -EFAULT);
	CHECK_EQ(sys(SYS_process_vm_readv, getpid(), &some, 1, hole(), 1, 0), -EFAULT);
	CHECK_EQ(sys(SYS_process_vm_readv, getpid(), &some, 1, (void *)(1ul << 63), 1, 0), -EFAULT);
	CHECK_EQ(sys(SYS_process_vm_readv, -1, &some, 1, &far, 1, 0), -ESRCH);
	CHECK_EQ(sys(SYS_process_vm_readv, 0, &some, 1, &far, 1, 0), -ESRCH);
}

CASE(addresses_that_are_not_there)
{
	struct iovec some = {here, 10}, kernel = {(void *)0xffffffff80000000, 10};
	char *end = page_end(PROT_READ | PROT_WRITE);

	CHECK_EQ(vm_read(getpid(), here, 10, hole()), -EFAULT);
	CHECK_EQ(vm_read(getpid(), hole(), 10, there), -EFAULT);
	CHECK_EQ(vm_write(getpid(), hole(), 10, there), -EFAULT);
	CHECK_EQ(sys(SYS_process_vm_readv, getpid(), &some, 1, &kernel, 1, 0), -EFAULT);
	CHECK_EQ(sys(SYS_process_vm_readv, getpid(), &kernel, 1, &some, 1, 0), -EFAULT);
	CHECK_EQ(vm_read(getpid(), here, 200, end - 100), 100);
	CHECK_EQ(vm_write(getpid(), here, 200, end - 100), 100);
	CHECK_EQ(vm_read(getpid(), end - 100, 200, there), 100);
	CHECK_EQ(vm_write(getpid(), end - 100, 200, there), 100);
}

CASE(a_hole_in_a_later_piece_keeps_what_was_moved)
{
	struct iovec near = {here, sizeof(here)};
	struct iovec far[] = {{there, 1000}, {hole(), 5}, {there, 1000}};

	CHECK_EQ(sys(SYS_process_vm_readv, getpid(), &near, 1, far, 3, 0), 1000);
	CHECK_EQ(sys(SYS_process_vm_writev, getpid(), &near, 1, far, 3, 0), 1000);
}

CASE(untouched_memory_on_both_sides)
{
	unsigned char *a = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char *b = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct other o = other_start(NULL, NULL);

	CHECK_EQ(vm_read(o.pid, a + 50, 2 * PAGE, b + 70), 2 * PAGE);
	for (int i = 0; i < 4 * PAGE; i++)
		CHECK_EQ(a[i], 0);
	fill(here, 2 * PAGE, 4);
	CHECK_EQ(vm_write(o.pid, here, 2 * PAGE, b + 70), 2 * PAGE);
	CHECK_EQ(vm_read(o.pid, a, 2 * PAGE, b + 70), 2 * PAGE);
	CHECK_MEM(a, here, 2 * PAGE);
	CHECK_EQ(b[70], 0);
	other_end(&o);
}

CASE(protection_of_the_other_side_counts)
{
	unsigned char *p = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(p, 7, 3 * PAGE);
	CHECK_EQ(sys(SYS_mprotect, p + PAGE, PAGE, PROT_READ), 0);
	CHECK_EQ(sys(SYS_mprotect, p + 2 * PAGE, PAGE, PROT_NONE), 0);
	struct other o = other_start(NULL, NULL);
	CHECK_EQ(vm_read(o.pid, here, 3 * PAGE, p), 2 * PAGE);
	CHECK_EQ(vm_write(o.pid, here, 3 * PAGE, p), PAGE);
	CHECK_EQ(vm_write(o.pid, here, 10, p + PAGE), -EFAULT);
	CHECK_EQ(vm_read(o.pid, here, 10, p + 2 * PAGE), -EFAULT);
	other_end(&o);
}

CASE(a_private_mapping_never_reaches_its_file)
{
	unsigned char c = 0;

	scratch();
	long fd = sys(SYS_open, "f", O_RDWR | O_CREAT, 0600);
	fill(here, PAGE, 1);
	CHECK_EQ(sys(SYS_write, fd, here, PAGE), PAGE);
	unsigned char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	unsigned char *ro = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	unsigned char *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	struct other o = other_start(NULL, NULL);

	CHECK_EQ(p[0], 0 * 7 + 1);
	CHECK_EQ(vm_write(o.pid, "new", 3, p), 3);
	CHECK_EQ(vm_read(o.pid, &c, 1, p), 1);
	CHECK_EQ(c, 'n');
	CHECK_EQ(vm_write(o.pid, "new", 3, ro), -EFAULT);
	CHECK_EQ(sys(SYS_pread64, fd, &c, 1, 0), 1);
	CHECK_EQ(c, 1);
	CHECK_EQ(vm_write(o.pid, "seen", 4, shared), 4);
	CHECK_MEM(shared, "seen", 4);
	CHECK_EQ(sys(SYS_pread64, fd, &c, 1, 0), 1);
	CHECK_EQ(c, 's');
	other_end(&o);
}

CASE(large_copies)
{
	enum { LARGE = 3 << 20 };
	unsigned char *a = mmap(NULL, LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char *b = mmap(NULL, LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	fill(b, LARGE, 11);
	struct other o = other_start(NULL, NULL);
	CHECK_EQ(vm_read(o.pid, a, LARGE, b), LARGE);
	CHECK_MEM(a, b, LARGE);
	other_end(&o);
}
