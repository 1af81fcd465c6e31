// SPDX-License-Identifier: MIT
/*
 * path: the walk from a string to an object. The way back is in path_name.c.
 *
 * Promise   path_resolution(7), openat2(2) RESOLVE_*. The usual walk takes no lock, no reference and no
 *           memory until its end: the text is copied once to the stack, each component costs one hash
 *           over whole words and one chain look-up, a searchable directory three instructions.
 * Locks     RCU from beginning to end. Where a file system must be asked (procfs) or a magic link
 *           jumps, the walk leaves RCU with a counted reference on where it stands (walk_hold), sleeps
 *           if need be, and goes on from the counted result: the slow way is the fast way with stops.
 * Lifetime  what is borrowed lives for a grace period: dentries, inodes and link texts are freed by RCU.
 *           The result is counted with tryget; one that is vanishing counts as not there.
 * Links     are followed by text: the link's text and what is left of the name become the new text, so
 *           that trailing slashes and the rules for the last component need no second treatment.
 * Linux     protected_symlinks is off, as in a kernel whose sysctls nobody set
 */
#include "fs/walk.h"
#include "kernel/core/cred.h"
#include "kernel/core/task.h"
#include "kernel/lib/string.h"
#include "kernel/uapi/fcntl.h"
#include "mm/slab.h"
#include "mm/uaccess.h"

void path_get(const struct path *p)
{
	if (p->mount)
		mount_get(p->mount);
	if (p->dentry)
		dentry_get(p->dentry);
}

void path_put(struct path *p)
{
	struct path old = *p;
	*p = (struct path){};
	dentry_put(old.dentry);
	mount_put(old.mount);
}

/* --- RCU in and out --- */

static void walk_enter(struct walk *w)
{
	if (w->in_rcu)
		return;
	rcu_read_lock();
	w->in_rcu = true;
	w->root = w->scope.dentry ? w->scope : fs_ctx_peek(current->fs, &current->fs->root);
}

static void walk_leave(struct walk *w)
{
	if (w->in_rcu)
		rcu_read_unlock();
	w->in_rcu = false;
}

int walk_hold(struct walk *w)
{
	if (!w->in_rcu)
		return 0;
	struct path old = w->held;
	bool got_mount = ref_tryget(&w->cur.mount->ref);
	bool got_both = got_mount && ref_tryget(&w->cur.dentry->ref);
	walk_leave(w);
	w->held = got_both ? w->cur : (struct path){};
	if (unlikely(old.dentry))
		path_put(&old);
	if (likely(got_both))
		return 0;
	if (got_mount)
		mount_put(w->cur.mount);
	return -ESTALE;
}

void walk_end(struct walk *w)
{
	walk_leave(w);
	if (unlikely(w->held.dentry))
		path_put(&w->held);
	if (unlikely(w->scope.dentry))
		path_put(&w->scope);
	if (unlikely(w->heap)) {
		kfree(w->heap);
		w->heap = NULL;
	}
	fdref_put(&w->dir);
	w->dir = (struct fdref){};
}

/* --- the text --- */

enum { WORD = sizeof(u64) };
#define BYTES_OF_1 0x0101010101010101ull
#define BYTES_OF_SLASH (BYTES_OF_1 * '/')
#define BYTES_OF_80 (BYTES_OF_1 << 7)

/* The top bit of each zero byte; bytes above the first zero byte may be wrong. */
static inline u64 zero_bytes(u64 v)
{
	return (v - BYTES_OF_1) & ~v & BYTES_OF_80;
}

/* The length and name_hash() of the component at p, eight bytes at a time: buffers are padded. */
static inline u32 scan_component(const char *p, u64 *hash)
{
	const char *start = p;
	u64 h = 0;
	for (;; p += WORD) {
		u64 word;
		__builtin_memcpy(&word, p, WORD);
		u64 ends = zero_bytes(word) | zero_bytes(word ^ BYTES_OF_SLASH);
		if (ends) {
			unsigned bytes = (unsigned)__builtin_ctzll(ends) / 8;
			if (bytes)
				h = name_hash_step(h, word & (~0ull >> (64 - 8 * bytes)));
			*hash = h;
			return (u32)(p - start) + bytes;
		}
		h = name_hash_step(h, word);
	}
}

/* Copies the user's name: to the stack, or to the heap when it is long. */
static ssize_t import_text(struct walk *w, const char __user *name)
{
	ssize_t n = strncpy_from_user(w->text[0], name, WALK_TEXT);
	w->rest = w->text[0];
	if (likely(n != -ENAMETOOLONG))
		return n;
	w->heap = kmalloc(FS_PATH_MAX + WALK_PAD);
	if (!w->heap)
		return -ENOMEM;
	w->rest = w->heap;
	return strncpy_from_user(w->heap, name, FS_PATH_MAX);
}

/* The new text is `link` and then what is left. Not under a lock; may be under RCU (kmalloc does not sleep). */
static int push_text(struct walk *w, const char *link)
{
	size_t a = strlen(link), b = strlen(w->rest);
	if (a == 0)
		return -ENOENT;
	if (a >= FS_PATH_MAX)
		return -ENAMETOOLONG;
	char *old_heap = w->heap, *to;
	bool fits = a + b < WALK_TEXT;
	if (fits) {
		w->text_used ^= 1;
		to = w->text[w->text_used];
	} else {
		to = kmalloc(a + b + 1 + WALK_PAD);
		if (!to)
			return -ENOMEM;
	}
	memcpy(to, link, a);
	memcpy(to + a, w->rest, b + 1);
	w->rest = to;
	w->heap = fits ? NULL : to;
	kfree(old_heap);
	return 0;
}

bool path_is_empty(const char __user *path)
{
	u8 first;
	return !path || (get_user(first, (const u8 __user *)path) == 0 && first == 0);
}

/* --- beginning --- */

static int begin_at(struct walk *w, int dirfd, bool is_empty)
{
	struct fs_ctx *ctx = current->fs;
	bool scoped = w->flags & (LOOKUP_BENEATH | LOOKUP_IN_ROOT);
	if (w->rest[0] == '/' && !(w->flags & LOOKUP_IN_ROOT)) {
		if (w->flags & LOOKUP_BENEATH)
			return -EXDEV;
		walk_enter(w);
		w->cur = w->root;
		w->passed_root = true;
		return 0;
	}
	struct path start;
	if (dirfd != AT_FDCWD) {
		w->dir = fd_borrow_any(dirfd);
		if (!w->dir.file)
			return -EBADF;
		start = w->dir.file->path;
		if (!start.dentry)
			return -ENOTDIR;
		if (!is_empty && !S_ISDIR(start.dentry->inode->mode))
			return -ENOTDIR;
	}
	if (unlikely(scoped)) {
		if (dirfd == AT_FDCWD)
			fs_ctx_paths(ctx, NULL, &start);
		else
			path_get(&start);
		w->scope = start;
	}
	walk_enter(w);
	w->cur = dirfd == AT_FDCWD && !scoped ? fs_ctx_peek(ctx, &ctx->cwd) : start;
	return 0;
}

int walk_begin(struct walk *w, int dirfd, const char __user *name, unsigned flags)
{
	walk_init_empty(w);
	w->flags = flags;
	ssize_t n = import_text(w, name);
	if (n == 0 && !(flags & LOOKUP_EMPTY))
		n = -ENOENT;
	int err = n < 0 ? (int)n : begin_at(w, dirfd, n == 0);
	if (unlikely(err))
		walk_end(w);
	return err;
}

int walk_begin_kernel(struct walk *w, const char *name, unsigned flags)
{
	walk_init_empty(w);
	w->flags = flags;
	w->rest = "";
	int err = push_text(w, name);
	if (err == 0)
		err = begin_at(w, AT_FDCWD, false);
	if (err)
		walk_end(w);
	return err;
}

/* --- steps --- */

static inline bool same_place(const struct path *a, const struct path *b)
{
	return a->dentry == b->dentry && a->mount == b->mount;
}

static int cross_down(struct walk *w)
{
	struct mount *m;
	while ((m = mount_at(w->cur.mount, w->cur.dentry)) != NULL) {
		if (w->flags & LOOKUP_NO_XDEV)
			return -EXDEV;
		w->cur = (struct path){ m, m->root };
	}
	return 0;
}

/* Also where there is no way up, what is mounted there is entered: so does Linux. */
static int step_up(struct walk *w)
{
	w->passed_root = true;
	for (;;) {
		if (same_place(&w->cur, &w->root)) {
			if (w->flags & LOOKUP_BENEATH)
				return -EXDEV;
			break;
		}
		if (w->cur.dentry != w->cur.mount->root) {
			w->cur.dentry = READ_ONCE(w->cur.dentry->parent);
			break;
		}
		struct path up = mount_place(w->cur.mount);
		if (!up.mount)
			break; /* the top of everything, or of a tree that was unmounted */
		if (w->flags & LOOKUP_NO_XDEV)
			return -EXDEV;
		w->cur = up;
	}
	return cross_down(w);
}

/* The entry is not in memory: asks the file system, outside RCU. */
static int step_slow(struct walk *w, const char *name, u32 len)
{
	struct dentry *dir = w->cur.dentry, *d;
	if (w->flags & LOOKUP_CACHED)
		return -EAGAIN;
	if (!dir->inode->ops->lookup)
		return -ENOENT;
	int err = walk_hold(w);
	if (err == 0)
		err = dentry_lookup(dir, name, len, &d);
	if (err)
		return err;
	dentry_put(w->held.dentry);
	w->held.dentry = d;
	w->cur = w->held;
	walk_enter(w);
	return 0;
}

/* From the directory w->cur to its entry: w->cur.dentry. */
static inline int step_name(struct walk *w, const char *name, u32 len, u64 hash)
{
	struct dentry *d = dentry_find_rcu(w->cur.dentry, name, len, hash);
	if (unlikely(d && d->inode->ops->revalidate && d->inode->ops->revalidate(d) != 0)) {
		dentry_drop(d);
		d = NULL;
	}
	if (unlikely(!d)) {
		int err = step_slow(w, name, len);
		if (err)
			return err;
		d = w->cur.dentry;
	}
	w->cur.dentry = d;
	return likely(!READ_ONCE(d->mounted)) ? 0 : cross_down(w);
}

static int jump(struct walk *w, struct dentry *link)
{
	struct path to = {};
	if (w->flags & (LOOKUP_NO_MAGIC | LOOKUP_NO_SYMLINKS))
		return -ELOOP;
	if (w->flags & (LOOKUP_BENEATH | LOOKUP_IN_ROOT))
		return -EXDEV;
	if (w->flags & LOOKUP_CACHED)
		return -EAGAIN;
	int err = link->inode->ops->follow(link->inode, &to);
	if (err)
		return err;
	if (w->flags & LOOKUP_NO_XDEV && to.mount != w->held.mount) {
		path_put(&to);
		return -EXDEV;
	}
	path_put(&w->held);
	w->held = w->cur = to;
	return 0;
}

/* The text of a link that has to be asked for; outside RCU. */
static int push_asked(struct walk *w, struct dentry *link)
{
	if (!link->inode->ops->readlink)
		return -EINVAL;
	if (w->flags & LOOKUP_CACHED)
		return -EAGAIN;
	char *buf = kmalloc(FS_PATH_MAX);
	if (!buf)
		return -ENOMEM;
	int err = link->inode->ops->readlink(link->inode, buf, FS_PATH_MAX);
	if (err == 0)
		err = push_text(w, buf);
	kfree(buf);
	return err;
}

static int start_again_if_absolute(struct walk *w)
{
	if (w->rest[0] != '/')
		return 0;
	if (w->flags & LOOKUP_BENEATH)
		return -EXDEV;
	walk_enter(w);
	/* A walk that has had nothing to do with the root yet crosses a boundary by going there, says Linux. */
	if (w->flags & LOOKUP_NO_XDEV && (!w->passed_root || w->root.mount != w->cur.mount))
		return -EXDEV;
	w->cur = w->root;
	return 0;
}

/* One more link, which lies in that mount. */
static int count_link(struct walk *w, const struct mount *m)
{
	if (w->flags & LOOKUP_NO_SYMLINKS || READ_ONCE(m->flags) & MS_NOSYMFOLLOW || ++w->links > FS_MAX_LINKS)
		return -ELOOP;
	return 0;
}

/* w->cur is a link found in `dir`: replaces it by where it leads, or by `dir` and more text. */
static int follow(struct walk *w, struct path dir)
{
	struct dentry *link = w->cur.dentry;
	int err = count_link(w, w->cur.mount);
	if (err)
		return err;
	if (likely(link->inode->link_target)) {
		err = push_text(w, link->inode->link_target);
		w->cur = dir;
		return err ? err : start_again_if_absolute(w);
	}
	/* its directory is kept by the link as its parent: both are in one file system */
	err = walk_hold(w);
	if (err)
		return err;
	if (link->inode->ops->follow) {
		err = jump(w, link);
		if (err == 0)
			walk_enter(w);
		return err;
	}
	err = push_asked(w, link);
	if (err)
		return err;
	w->held.dentry = dentry_get(link->parent);
	dentry_put(link);
	w->cur = w->held;
	walk_enter(w);
	return start_again_if_absolute(w);
}

/* Its directory is w->held: that is where a relative text goes on. */
int walk_follow_last(struct walk *w, struct dentry *link)
{
	struct inode *ino = link->inode;
	bool is_magic = !ino->link_target && ino->ops->follow;
	int err = count_link(w, w->held.mount);
	if (err == 0)
		err = is_magic ? jump(w, link) :
		      ino->link_target ? push_text(w, ino->link_target) : push_asked(w, link);
	dentry_put(link);
	if (err)
		return err;
	walk_enter(w);
	w->cur = w->held;
	return is_magic ? 0 : start_again_if_absolute(w);
}

int walk_to_dots(struct walk *w)
{
	int err = 0;
	if (w->last_type == LAST_DOTDOT) {
		walk_enter(w);
		w->cur = w->held;
		err = step_up(w);
	}
	return err ? err : walk_hold(w);
}

static inline bool is_dot(const char *name, u32 len)
{
	return name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'));
}

static int stop_at_last(struct walk *w, const char *name, u32 len, u64 hash, bool has_slash)
{
	w->last = name;
	w->last_len = len;
	w->last_hash = hash;
	w->last_slash = has_slash;
	w->last_type = !is_dot(name, len) ? LAST_NAME : len == 1 ? LAST_DOT : LAST_DOTDOT;
	w->rest = name + len;
	return 0;
}

static int end_of_text(struct walk *w, bool want_parent)
{
	if (want_parent)
		w->last_type = LAST_ROOT;
	bool has_slash = w->rest[0] == '/';
	return has_slash && !S_ISDIR(w->cur.dentry->inode->mode) ? -ENOTDIR : 0;
}

static __always_inline int walk_steps(struct walk *w, bool want_parent)
{
	for (;;) {
		const char *name = w->rest, *next;
		while (*name == '/')
			name++;
		if (!*name)
			return end_of_text(w, want_parent);
		struct inode *dir = w->cur.dentry->inode;
		if (unlikely(!S_ISDIR(READ_ONCE(dir->mode))))
			return w->flags & LOOKUP_CACHED ? -EAGAIN : -ENOTDIR;
		int err = inode_permission(dir, WANT_EXEC);
		if (unlikely(err))
			return err;
		u64 hash;
		u32 len = scan_component(name, &hash);
		if (unlikely(len > FS_NAME_MAX))
			return -ENAMETOOLONG;
		for (next = name + len; *next == '/'; next++)
			;
		bool is_last = !*next, has_slash = name[len] == '/';
		if (want_parent && is_last)
			return stop_at_last(w, name, len, hash, has_slash);
		w->rest = name + len;
		if (unlikely(is_dot(name, len))) {
			err = len == 2 ? step_up(w) : 0;
			if (err)
				return err;
			continue;
		}
		struct path from = w->cur;
		err = step_name(w, name, len, hash);
		if (unlikely(err))
			return err;
		u32 mode = READ_ONCE(w->cur.dentry->inode->mode);
		if (unlikely(S_ISLNK(mode)) && (!is_last || has_slash || w->flags & LOOKUP_FOLLOW)) {
			err = follow(w, from);
			if (err)
				return err;
			continue;
		}
		if (is_last)
			return has_slash && !S_ISDIR(mode) ? -ENOTDIR : 0;
	}
}

int walk_run(struct walk *w)
{
	int err = walk_steps(w, false);
	if (err == 0 && w->flags & LOOKUP_DIRECTORY && !S_ISDIR(w->cur.dentry->inode->mode))
		return -ENOTDIR;
	return err;
}

int walk_run_parent(struct walk *w)
{
	return walk_steps(w, true);
}

/* --- whole look-ups --- */

static int finish(struct walk *w, int err, struct path *out)
{
	if (err == 0)
		err = walk_hold(w);
	*out = (struct path){};
	if (err == 0) {
		*out = w->held;
		w->held = (struct path){};
	}
	walk_end(w);
	return err;
}

int path_lookup(int dirfd, const char __user *name, unsigned flags, struct path *out)
{
	int err;
	do { /* -ESTALE: what was found vanished before it could be counted */
		struct walk w;
		err = walk_begin(&w, dirfd, name, flags);
		if (err)
			return err;
		err = finish(&w, walk_run(&w), out);
	} while (unlikely(err == -ESTALE));
	return err;
}

int path_lookup_kernel(const char *name, unsigned flags, struct path *out)
{
	int err;
	do {
		struct walk w;
		err = walk_begin_kernel(&w, name, flags);
		if (err)
			return err;
		err = finish(&w, walk_run(&w), out);
	} while (unlikely(err == -ESTALE));
	return err;
}

/* The walk has begun, or answered err. */
static int run_to_parent(struct walk *w, int err)
{
	if (err)
		return err;
	err = walk_run_parent(w);
	if (err == 0)
		err = walk_hold(w);
	if (err)
		walk_end(w);
	return err;
}

int walk_to_parent(struct walk *w, int dirfd, const char __user *name)
{
	int err;
	do
		err = run_to_parent(w, walk_begin(w, dirfd, name, 0));
	while (unlikely(err == -ESTALE));
	return err;
}

int walk_to_parent_kernel(struct walk *w, const char *name)
{
	int err;
	do
		err = run_to_parent(w, walk_begin_kernel(w, name, 0));
	while (unlikely(err == -ESTALE));
	return err;
}

void path_cross_mounts(struct path *p)
{
	for (;;) {
		rcu_read_lock();
		struct mount *m = READ_ONCE(p->dentry->mounted) ? mount_at(p->mount, p->dentry) : NULL;
		bool got = m && ref_tryget(&m->ref);
		rcu_read_unlock();
		if (!got)
			return;
		struct path up = { m, dentry_get(m->root) };
		path_put(p);
		*p = up;
	}
}
