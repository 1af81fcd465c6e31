// SPDX-License-Identifier: MIT
/*
 * cred: who a task is, and the one permission check for things with owner, group and mode.
 *
 * Promise   a struct cred never changes after it is published; changing identity replaces it. What a user
 *           causes the kernel to keep is charged to his account and limited.
 * Locks     none for cred (immutable, counted, freed after a grace period); an account's counters are atomic
 * Linux     credentials(7), capabilities(7), path_resolution(7)
 */
#pragma once
#include "kernel/core/rcu.h"
#include "kernel/core/ref.h"
#include "kernel/core/task.h"
#include "kernel/uapi/capability.h"

#define CAP_ALL ((2ull << CAP_LAST_CAP) - 1) /* a bit per capability that there is */

enum charge_kind { CHARGE_PIPE_PAGES, CHARGE_SIGPENDING, CHARGE_PROCESSES, CHARGE_FILES, CHARGE_INOTIFY_INSTANCES,
	CHARGE_INOTIFY_WATCHES, CHARGE_EPOLL_WATCHES, CHARGE_FILELOCKS,
	CHARGE_FILES_IN_FLIGHT, CHARGE_KINDS };

/* One per user id that has anything charged. */
struct account {
	struct ref ref;
	struct rcu_head rcu;
	u32 uid;		    /* [const] */
	s64 used[CHARGE_KINDS];	    /* [atomic] */
	struct list node;	    /* [accounts_lock] */
};

struct groups {
	struct ref ref;
	u32 nr;
	u32 gid[]; /* sorted */
};

struct ids {
	u32 real, effective, saved, fs;
};

struct cred {
	struct ref ref;
	struct rcu_head rcu;
	union { /* by name, or as the four that go together */
		struct { u32 uid, euid, suid, fsuid; };
		struct ids user;
	};
	union {
		struct { u32 gid, egid, sgid, fsgid; };
		struct ids group;
	};
	struct groups *groups;	/* never NULL */
	struct account *account; /* of the real uid */
	u64 cap_permitted, cap_effective, cap_inheritable, cap_bounding, cap_ambient;
	u32 securebits;
	bool no_new_privs;
};

static inline const struct cred *current_cred(void)
{
	return current->cred;
}
const struct cred *cred_of_kernel(void);      /* root with everything, counted: for kernel threads and process 1 */
void cred_init(void);			      /* the boot task becomes root */
const struct cred *cred_get(const struct cred *c);
void cred_put(const struct cred *c);
struct cred *cred_copy(const struct cred *c); /* a private, changeable copy; NULL: no memory */
void cred_commit(struct cred *c);	      /* publishes it as the current task's, eats the reference */
int cred_set_account(struct cred *c, u32 uid); /* account of the (new) real uid; -ENOMEM */
bool cred_has_cap(const struct cred *c, int cap);
static inline bool capable(int cap)
{
	return cred_has_cap(current_cred(), cap);
}
bool cred_in_group(const struct cred *c, u32 gid); /* fsgid or supplementary */

enum want { WANT_EXEC = 1, WANT_WRITE = 2, WANT_READ = 4 };
/* May `c` (by its fsuid/fsgid) do `want` to a thing of uid:gid with these mode bits? 0 or -EACCES.
 * `is_dir` and mode decide how CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH apply. */
int cred_permits(const struct cred *c, u32 uid, u32 gid, u32 mode, unsigned want, bool is_dir);

struct account *account_get(u32 uid); /* NULL: no memory */
void account_put(struct account *a); /* any context */
s64 charge(struct account *a, enum charge_kind kind, s64 n); /* answers the new total */
void uncharge(struct account *a, enum charge_kind kind, s64 n);
struct strbuf;
void accounts_show(struct strbuf *sb); /* /proc/ipc/charges: what is charged, of each kind, to all users together */
