// SPDX-License-Identifier: MIT
/*
 * uapi/kcmp: what kcmp(2) compares.
 *
 * Linux     kcmp(2)
 */
#pragma once

enum kcmp_type {
	KCMP_FILE, KCMP_VM, KCMP_FILES, KCMP_FS, KCMP_SIGHAND, KCMP_IO, KCMP_SYSVSEM, KCMP_EPOLL_TFD,
	KCMP_TYPES,
};

/* The file that epoll set `efd` watches as descriptor `tfd`: the one numbered `toff` among those of that number. */
struct kcmp_epoll_slot {
	unsigned efd, tfd, toff;
};
