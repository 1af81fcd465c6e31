// SPDX-License-Identifier: MIT
/*
 * signal/init: process 1 gets only the signals that it handles.
 *
 * Promise   what would end or stop any other process leaves process 1 alone, and the sender is not told.
 * Linux     kill(2) NOTES, pid_namespaces(7).
 */
#include "tests/abi/abi.h"

TAP_DANGEROUS("sends SIGKILL to process 1");

CASE(process_1_does_not_take_what_it_does_not_handle)
{
	static const int unhandled[] = {SIGKILL, SIGSTOP, SIGQUIT, SIGTSTP, SIGVTALRM, 50};

	NEEDS_ROOT();
	for (size_t i = 0; i < sizeof(unhandled) / sizeof(*unhandled); i++) {
		CHECK_EQ(sys(SYS_kill, 1, unhandled[i]), 0);
		CHECK_EQ(sys(SYS_tgkill, 1, 1, unhandled[i]), 0);
	}
	sleep_ms(5);
	CHECK_EQ(sys(SYS_kill, 1, 0), 0);
	CHECK(task_state(1) == 'S' || task_state(1) == 'R');
}
