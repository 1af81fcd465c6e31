// SPDX-License-Identifier: MIT
/*
 * tree: copying, removing and visiting whole trees of files.
 *
 * Promise   see tree.h. A file that shrinks or grows while it is copied is copied as far as it was read. Holes
 *           are not kept. Hard links become files of their own.
 * Lifetime  one descriptor per level of the tree is open while it is walked
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/lib/tool.h"
#include "user/lib/tree.h"

enum { BUF_BYTES = 128 * 1024 };

bool tree_tells;

static bool told(const char *path)
{
	tool_warn_errno("%s", path);
	return false;
}

/* Calls for every name in the directory; false when one call or the reading failed. */
static bool each_entry(const char *path, bool (*call)(const char *path, const char *name, void *arg), void *arg)
{
	DIR *d = opendir(path);
	struct dirent *e;
	bool ok = true;

	if (!d)
		return told(path);
	while ((e = readdir(d)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			ok &= call(path, e->d_name, arg);
	closedir(d);
	return ok;
}

/* --- removing --- */

static bool remove_entry(const char *dir, const char *name, void *arg)
{
	char *path = tool_join(dir, name);
	bool ok = tree_remove(path);

	free(path);
	return ok;
}

static bool removed(const char *what, const char *path)
{
	if (tree_tells)
		printf("removed %s'%s'\n", what, path);
	return true;
}

bool tree_remove(const char *path)
{
	if (unlink(path) == 0)
		return removed("", path);
	if (errno != EISDIR)
		return told(path);
	if (!each_entry(path, remove_entry, NULL))
		return false;
	return rmdir(path) == 0 ? removed("directory ", path) : told(path);
}

/* --- visiting --- */

typedef bool visit_fn(const char *path, const struct stat *st);

static bool walk_entry(const char *dir, const char *name, void *visit)
{
	char *path = tool_join(dir, name);
	bool ok = tree_walk(path, (visit_fn *)visit);

	free(path);
	return ok;
}

bool tree_walk(const char *path, visit_fn *visit)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return told(path);
	bool ok = visit(path, &st);
	return !S_ISDIR(st.st_mode) ? ok : each_entry(path, walk_entry, (void *)visit) && ok;
}

/* --- copying --- */

static bool copy_data(int in, int out, const char *from, const char *to)
{
	static char buf[BUF_BYTES];
	ssize_t n;

	while ((n = read(in, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return told(from);
		for (ssize_t done = 0; done < n;) {
			ssize_t w = write(out, buf + done, n - done);
			if (w < 0 && errno != EINTR)
				return told(to);
			done += w > 0 ? w : 0;
		}
	}
	return true;
}

static bool is_same_file(const struct stat *a, const char *to)
{
	struct stat b;

	return stat(to, &b) == 0 && a->st_dev == b.st_dev && a->st_ino == b.st_ino;
}

static bool copy_file(const char *from, const char *to, const struct stat *st, int flags)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);

	if (in < 0)
		return told(from);
	if (is_same_file(st, to)) {
		tool_warn("%s and %s are the same file", from, to);
		close(in);
		return false;
	}
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, st->st_mode & 0777);
	if (out < 0 && (flags & COPY_FORCE) && unlink(to) == 0)
		out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, st->st_mode & 0777);
	bool ok = out >= 0 ? copy_data(in, out, from, to) : told(to);
	close(in);
	if (out >= 0 && close(out) != 0)
		ok = told(to);
	return ok;
}

static bool copy_link(const char *from, const char *to)
{
	char target[PATH_MAX];
	ssize_t n = readlink(from, target, sizeof(target) - 1);

	if (n < 0)
		return told(from);
	target[n] = '\0';
	unlink(to);
	return symlink(target, to) == 0 || told(to);
}

struct copy {
	const char *to;
	int flags;
	dev_t dev; /* the outermost target: not to be copied into itself */
	ino_t ino;
};

static bool copy(const char *from, const struct copy *c);

static bool copy_entry(const char *dir, const char *name, void *arg)
{
	const struct copy *outer = arg;
	char *from = tool_join(dir, name), *to = tool_join(outer->to, name);
	struct copy inner = *outer;

	inner.to = to;
	bool ok = copy(from, &inner);
	free(from);
	free(to);
	return ok;
}

static bool copy_directory(const char *from, const struct copy *c, const struct stat *st)
{
	struct copy inner = *c;
	struct stat made;

	if (!(c->flags & COPY_TREE)) {
		tool_warn("%s: is a directory (-r copies it)", from);
		return false;
	}
	if (st->st_dev == c->dev && st->st_ino == c->ino)
		return true;
	/* It must be usable while it is filled. */
	if (mkdir(c->to, (st->st_mode & 07777) | 0700) != 0 && errno != EEXIST)
		return told(c->to);
	if (stat(c->to, &made) == 0 && !c->ino) {
		inner.dev = made.st_dev;
		inner.ino = made.st_ino;
	}
	bool ok = each_entry(from, copy_entry, &inner);
	if (!(c->flags & COPY_KEEP)) {
		mode_t mask = umask(0);
		umask(mask);
		chmod(c->to, st->st_mode & 07777 & ~mask);
	}
	return ok;
}

static bool copy_special(const char *to, const struct stat *st)
{
	unlink(to);
	return mknod(to, st->st_mode, st->st_rdev) == 0 || told(to);
}

static void keep_attributes(const char *to, const struct stat *st)
{
	struct timespec times[] = { st->st_atim, st->st_mtim };

	/* Who may not give a file away keeps it without the bits that would then be dangerous. */
	mode_t dangerous = lchown(to, st->st_uid, st->st_gid) == 0 ? 0 : S_ISUID | S_ISGID;
	if (!S_ISLNK(st->st_mode))
		chmod(to, st->st_mode & 07777 & ~dangerous);
	utimensat(AT_FDCWD, to, times, AT_SYMLINK_NOFOLLOW);
}

static bool copy(const char *from, const struct copy *c)
{
	struct stat st;
	bool ok;

	if ((c->flags & COPY_LINKS ? lstat : stat)(from, &st) != 0)
		return told(from);
	if ((c->flags & COPY_NO_REPLACE) && !S_ISDIR(st.st_mode) && access(c->to, F_OK) == 0)
		return true;
	if (S_ISDIR(st.st_mode))
		ok = copy_directory(from, c, &st);
	else if (S_ISLNK(st.st_mode))
		ok = copy_link(from, c->to);
	else if (S_ISREG(st.st_mode) || !(c->flags & COPY_TREE))
		ok = copy_file(from, c->to, &st, c->flags);
	else
		ok = copy_special(c->to, &st);
	if (ok && tree_tells)
		printf("'%s' -> '%s'\n", from, c->to);
	if (ok && (c->flags & COPY_KEEP))
		keep_attributes(c->to, &st);
	return ok;
}

bool tree_copy(const char *from, const char *to, int flags)
{
	struct copy c = { .to = to, .flags = flags };

	return copy(from, &c);
}

/* --- sources and a target --- */

static char *place_in(const char *dir, const char *name)
{
	char *own = tool_must(strdup(name)), *path = tool_join(dir, __xpg_basename(own));

	free(own);
	return path;
}

int tree_each(char **names, bool not_into, bool (*act)(const char *from, const char *to, int flags), int flags)
{
	struct stat st;
	int n = 0;

	while (names[n])
		n++;
	if (n < 2)
		tool_usage();
	const char *target = names[n - 1];
	bool into = !not_into && stat(target, &st) == 0 && S_ISDIR(st.st_mode);
	if (n > 2 && !into)
		tool_die("%s: is not a directory", target);
	for (int i = 0; i < n - 1; i++) {
		char *to = into ? place_in(target, names[i]) : tool_must(strdup(target));
		act(names[i], to, flags);
		free(to);
	}
	return tool_finish();
}
