// SPDX-License-Identifier: MIT
/*
 * cpio: fills the root from the archives that the boot loader brought.
 *
 * Promise   entries become files, folders, links and devices with owner, mode (set-id bits too) and time of the
 *           archive, in its order. A later entry replaces an earlier one of its name; folders stay and get the
 *           new attributes; folders that are missing above an entry are made. Several archives may follow one
 *           another, each plain or gzip. The first thing that is wrong ends the work with a sentence; what was
 *           complete before stays, and of the entry at fault nothing does.
 * Locks     none of its own: names and contents are changed as system calls change them
 * Lifetime  the work's memory is allocated for one call; the sentence is valid until the next one
 * Linux     initramfs buffer format
 */
#include "fs/cpio_stream.h"
#include "fs/inode.h"
#include "kernel/core/alloc.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/fmt.h"
#include "kernel/lib/hash.h"
#include "kernel/lib/inflate.h"
#include "kernel/lib/string.h"

enum { PERM_BITS = 07777, PARENT_MODE = 0755, WRITING_MODE = 0600 };
enum { BUCKET_BITS = 6, MESSAGE_BYTES = 256, NAME_SHOWN = 128 };

/* Something to come back to: the first name of a file with several, or a folder whose time is set at the end. */
struct note {
	struct note *next;
	struct path path; /* counted */
	u32 ino, dev_major, dev_minor;
	s64 mtime_ns;
};

struct unpacker {
	struct cpio_stream stream;
	const struct cpio_entry *entry; /* being made; NULL: none */
	struct path dir;   /* its folder, counted */
	const char *last;  /* its name in it; last_len 0: the root itself */
	size_t last_len;
	struct path path;  /* what has been made of it, counted; empty: nothing yet */
	bool is_new;	   /* goes away again if something fails */
	struct file *file; /* regular files with contents: open for writing */
	off_t pos;
	size_t link_len;   /* links: bytes of the target so far */
	char link[FS_PATH_MAX];
	char text[FS_PATH_MAX + 2 * sizeof(u64)]; /* a name on its way through the walk */
	bool refused;	   /* it was the archive within the compressed data that failed */
	struct note *firsts[1u << BUCKET_BITS];
	struct note *folders;
};

/* --- notes --- */

static int note_add(struct note **list, const struct path *p, const struct cpio_entry *e)
{
	struct note *n = kzalloc(sizeof(*n));
	if (!n)
		return -ENOMEM;
	path_get(p);
	*n = (struct note){ .next = *list, .path = *p, .ino = e->ino, .dev_major = e->dev_major,
		.dev_minor = e->dev_minor, .mtime_ns = (s64)e->mtime * (s64)NSEC_PER_SEC };
	*list = n;
	return 0;
}

static void notes_free(struct note **list)
{
	while (*list) {
		struct note *n = *list;
		*list = n->next;
		path_put(&n->path);
		kfree(n);
	}
}

static bool has_other_names(const struct cpio_entry *e)
{
	return e->nlink > 1 && !S_ISDIR(e->mode);
}

static struct note **bucket_of(struct unpacker *u, const struct cpio_entry *e)
{
	return &u->firsts[hash_bits((u64)e->dev_minor << 32 ^ e->ino, BUCKET_BITS)];
}

static struct note *first_name_of(struct unpacker *u, const struct cpio_entry *e)
{
	struct note *n = *bucket_of(u, e);
	while (n && (n->ino != e->ino || n->dev_minor != e->dev_minor || n->dev_major != e->dev_major))
		n = n->next;
	return n;
}

/* --- folders --- */

/* The folder called by the first `len` bytes of `name`. */
static int find_folder(struct unpacker *u, const char *name, size_t len, struct path *out)
{
	u->text[0] = '/';
	memcpy(u->text + 1, name, len);
	u->text[len + 1] = '\0';
	return path_lookup_kernel(u->text, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, out);
}

/* The same; what is missing of it is made, from the root downwards. */
static int make_folder(struct unpacker *u, const char *name, size_t len, struct path *out)
{
	int err = find_folder(u, name, 0, out);
	for (size_t from = 0, to; err == 0 && from < len; from = to + 1) {
		struct dentry *d = NULL;
		struct path up = *out;
		for (to = from; to < len && name[to] != '/'; to++)
			;
		err = find_folder(u, name, to, out);
		if (err == -ENOENT) {
			err = vfs_create_at(&up, name + from, to - from, S_IFDIR | PARENT_MODE, 0, NULL, &d);
			if (err == 0)
				*out = (struct path){ mount_get(up.mount), d };
		}
		path_put(&up);
	}
	return err;
}

static int parent_folder(struct unpacker *u, const char *name, size_t len)
{
	int err = find_folder(u, name, len, &u->dir);
	return err == -ENOENT ? make_folder(u, name, len, &u->dir) : err;
}

/* Takes the entry's name apart: u->dir and u->last. */
static int place_entry(struct unpacker *u)
{
	const char *name = u->stream.name;
	while (*name == '/' || (name[0] == '.' && (name[1] == '/' || !name[1])))
		name++;
	size_t len = strlen(name);
	while (len && name[len - 1] == '/')
		len--;
	size_t from = len;
	while (from && name[from - 1] != '/')
		from--;
	u->last = name + from;
	u->last_len = len - from;
	if (u->last_len > FS_NAME_MAX)
		return -ENAMETOOLONG;
	if (u->last[0] == '.' && (u->last_len == 1 || (u->last_len == 2 && u->last[1] == '.')))
		return -EINVAL;
	return parent_folder(u, name, from ? from - 1 : 0);
}

/* --- making --- */

static int remove_last(struct unpacker *u, bool is_dir)
{
	return vfs_unlink_at(&u->dir, u->last, u->last_len, is_dir);
}

/* What has the name already: kept if it is a folder and is to be one, else removed. */
static int clear_the_way(struct unpacker *u)
{
	struct dentry *d;
	if (!u->last_len) { /* the root */
		path_get(&u->dir);
		u->path = u->dir;
		return S_ISDIR(u->entry->mode) ? 0 : -EISDIR;
	}
	int err = dentry_lookup(u->dir.dentry, u->last, u->last_len, &d);
	if (err)
		return err == -ENOENT ? 0 : err;
	bool is_dir = S_ISDIR(d->inode->mode);
	if (is_dir && S_ISDIR(u->entry->mode)) {
		u->path = (struct path){ mount_get(u->dir.mount), d };
		path_cross_mounts(&u->path);
		return 0;
	}
	dentry_put(d);
	return remove_last(u, is_dir);
}

static int create(struct unpacker *u, u32 mode, const char *target)
{
	const struct cpio_entry *e = u->entry;
	struct dentry *d;
	u64 rdev = rdev_make(e->rdev_major, e->rdev_minor);
	int err = vfs_create_at(&u->dir, u->last, u->last_len, mode, rdev, target, &d);
	if (err)
		return err;
	u->path = (struct path){ mount_get(u->dir.mount), d };
	u->is_new = true;
	return has_other_names(e) ? note_add(bucket_of(u, e), &u->path, e) : 0;
}

static int link_to_first(struct unpacker *u, const struct path *first)
{
	int err = vfs_link_at(first, &u->dir, u->last, u->last_len);
	if (err)
		return err;
	path_get(first);
	u->path = *first;
	u->is_new = true;
	return 0;
}

/* A later name of a file brings the contents, if it has any; the others have none. */
static int open_for_writing(struct unpacker *u)
{
	if (!S_ISREG(u->entry->mode) || !u->entry->size)
		return 0;
	u->pos = 0;
	int err = inode_truncate(u->path.dentry->inode, 0);
	return err ? err : open_path(&u->path, O_WRONLY | O_LARGEFILE, &u->file);
}

static bool is_known_type(u32 mode)
{
	return S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode) || S_ISCHR(mode) || S_ISBLK(mode) || S_ISFIFO(mode) ||
	       S_ISSOCK(mode);
}

static int begin_entry(void *arg, const struct cpio_entry *e)
{
	struct unpacker *u = arg;
	u->entry = e;
	u->link_len = 0;
	int err = is_known_type(e->mode) ? place_entry(u) : -EINVAL;
	struct note *first = has_other_names(e) ? first_name_of(u, e) : NULL;
	if (err == 0)
		err = clear_the_way(u);
	if (err)
		return err;
	if (first)
		err = link_to_first(u, &first->path);
	else if (!u->path.dentry && !S_ISLNK(e->mode)) /* a link needs its target first */
		err = create(u, (e->mode & S_IFMT) | (S_ISDIR(e->mode) ? PARENT_MODE : WRITING_MODE), NULL);
	return err ? err : open_for_writing(u);
}

static int take_data(void *arg, const u8 *data, size_t n)
{
	struct unpacker *u = arg;
	if (S_ISLNK(u->entry->mode)) {
		if (n >= sizeof(u->link) - u->link_len)
			return -ENAMETOOLONG;
		memcpy(u->link + u->link_len, data, n);
		u->link_len += n;
		return 0;
	}
	while (u->file && n) {
		ssize_t done = kernel_write(u->file, data, n, &u->pos);
		if (done <= 0)
			return done ? (int)done : -ENOSPC;
		data += done;
		n -= (size_t)done;
	}
	return 0;
}

/* The top of a file system that is mounted below the root: /proc and its like are not the archive's. */
static bool is_mounted(const struct path *p)
{
	return p->mount->parent && p->dentry == p->mount->root;
}

static int set_attributes(struct unpacker *u)
{
	const struct cpio_entry *e = u->entry;
	if (is_mounted(&u->path))
		return 0;
	struct inode *ino = u->path.dentry->inode;
	rwlock_write(&ino->lock);
	ino->uid = e->uid;
	ino->gid = e->gid;
	if (!S_ISLNK(ino->mode))
		ino->mode = (ino->mode & S_IFMT) | (e->mode & PERM_BITS);
	ino->atime_ns = ino->mtime_ns = (s64)e->mtime * (s64)NSEC_PER_SEC;
	rwlock_write_done(&ino->lock);
	return S_ISDIR(ino->mode) ? note_add(&u->folders, &u->path, e) : 0;
}

static void leave_entry(struct unpacker *u)
{
	file_put(take(u->file));
	path_put(&u->path);
	path_put(&u->dir);
	u->entry = NULL;
	u->is_new = false;
}

static int end_entry(void *arg)
{
	struct unpacker *u = arg;
	int err = 0;
	if (!u->path.dentry) { /* a link */
		u->link[u->link_len] = '\0';
		err = u->link_len ? create(u, S_IFLNK | 0777, u->link) : -EINVAL;
	}
	if (err == 0)
		err = set_attributes(u);
	if (err == 0)
		leave_entry(u);
	return err;
}

/* Inode numbers mean something within one archive only. */
static void end_archive(void *arg)
{
	struct unpacker *u = arg;
	for (size_t i = 0; i < ARRAY_LEN(u->firsts); i++)
		notes_free(&u->firsts[i]);
}

static const struct cpio_ops unpack_ops = {
	.begin = begin_entry, .data = take_data, .end = end_entry, .archive_end = end_archive,
};

/* --- the whole --- */

static int feed(struct unpacker *u, const u8 *data, size_t n, size_t *used)
{
	return cpio_stream_feed(&u->stream, data, n, used);
}

static int inflate_sink(void *arg, const u8 *data, size_t n)
{
	struct unpacker *u = arg;
	size_t used;
	int err = feed(u, data, n, &used);
	if (err == 0 && used < n) {
		u->stream.why = "what is compressed in it is no newc cpio archive";
		err = -EINVAL;
	}
	u->refused = err;
	return err;
}

static int unpack_gzip(struct unpacker *u, const u8 *data, size_t n, size_t *used)
{
	struct inflate *z = kmalloc(sizeof(*z));
	if (!z)
		return -ENOMEM;
	z->sink = inflate_sink;
	z->arg = u;
	int err = inflate_gzip(z, data, n, used);
	if (err == -EINVAL && !u->refused) /* the compressed data itself is damaged */
		u->stream.why = z->why;
	kfree(z);
	return err ? err : cpio_stream_is_between(&u->stream) ? 0 : cpio_stream_finish(&u->stream);
}

static int unpack(struct unpacker *u, const u8 *data, size_t n)
{
	while (n) {
		size_t used;
		bool is_gzip = cpio_stream_is_between(&u->stream) && inflate_is_gzip(data, n);
		int err = is_gzip ? unpack_gzip(u, data, n, &used) : feed(u, data, n, &used);
		if (err)
			return err;
		data += used;
		n -= used;
		if (!is_gzip && n && !inflate_is_gzip(data, n)) {
			u->stream.why = u->stream.nr_archives ? "something else follows the archive" :
								"it is neither a newc cpio archive nor gzip";
			return -EINVAL;
		}
	}
	return cpio_stream_finish(&u->stream);
}

static const char *reason(const struct unpacker *u, int err)
{
	static char number[32];
	switch (err) {
	case -ENOMEM:
		return "there is no memory for it";
	case -ENOSPC:
		return "the root file system is full";
	case -ENAMETOOLONG:
		return "its name or target is too long";
	case -EINVAL:
		return u->stream.why ? u->stream.why : "its name, type or target makes no sense";
	default:
		fmt_snprintf(number, sizeof(number), "error %d", -err);
		return number;
	}
}

static const char *sentence(const struct unpacker *u, int err)
{
	static char message[MESSAGE_BYTES];
	if (u->entry)
		fmt_snprintf(message, sizeof(message), "%.*s (entry %u): %s", NAME_SHOWN, u->stream.name,
			u->stream.nr_entries + 1, reason(u, err));
	else
		fmt_snprintf(message, sizeof(message), "after %u entries: %s", u->stream.nr_entries, reason(u, err));
	return message;
}

/* The entry at fault leaves nothing behind. */
static void undo_entry(struct unpacker *u)
{
	bool is_dir = S_ISDIR(u->entry->mode);
	if (u->file) /* the file may have earlier names, under which it was empty so far */
		(void)inode_truncate(u->path.dentry->inode, 0);
	if (u->is_new)
		(void)remove_last(u, is_dir);
	leave_entry(u);
}

int cpio_unpack(const void *archive, size_t bytes, const char **error)
{
	struct unpacker *u = kzalloc(sizeof(*u));
	if (!u) {
		*error = "there is no memory to unpack it";
		return -ENOMEM;
	}
	cpio_stream_init(&u->stream, &unpack_ops, u);
	int err = unpack(u, archive, bytes);
	if (err)
		*error = sentence(u, err);
	if (u->entry)
		undo_entry(u);
	for (struct note *n = u->folders; n; n = n->next)
		n->path.dentry->inode->atime_ns = n->path.dentry->inode->mtime_ns = n->mtime_ns;
	notes_free(&u->folders);
	end_archive(u);
	kfree(u);
	return err;
}
