// SPDX-License-Identifier: MIT
/*
 * unix_name: the names of AF_UNIX sockets: paths, abstract names, names made up by the kernel.
 *
 * Promise   A path name is an inode of type S_IFSOCK that bind(2) makes, with the permissions of the socket's own
 *           inode less the umask; who connects needs write permission for it. It stays when the socket ends, and
 *           leads nowhere then (ECONNREFUSED). An abstract name begins with a NUL, counts with all its bytes, ends
 *           with the socket, and is one name per type. A name is given once and never changes.
 * Locks     names_lock (RANK_OBJECT): the table of abstract names. inode->priv_lock: from an inode to its socket.
 * Lifetime  a look-up takes a reference only while the socket has one left (sock_put() of the last one comes after
 *           unix_unbind()). A name is set once and goes with the socket: who counts that may read it.
 * Linux     unix(7) "Address format", "Autobind feature", "Pathname socket ownership and permissions"
 */
#include "fs/inode.h"
#include "kernel/core/alloc.h"
#include "kernel/core/random.h"
#include "kernel/lib/errno.h"
#include "kernel/lib/fmt.h"
#include "kernel/lib/hash.h"
#include "kernel/lib/string.h"
#include "kernel/uapi/un.h"
#include "net/unix.h"

enum {
	BUCKETS = 256, BUCKET_BITS = 8,
	PATH_AT = offsetof(struct sockaddr_un, sun_path),
	AUTOBIND_NAMES = 1 << 20, AUTOBIND_DIGITS = 5,
};

static struct spinlock names_lock = SPINLOCK_INIT(RANK_OBJECT);
static struct unix_bucket {
	struct list socks; /* [names_lock]; next NULL: never used */
} buckets[BUCKETS];

/* --- names --- */

struct unix_name *unix_name_get(struct unix_name *n)
{
	if (n)
		ref_get(&n->ref);
	return n;
}

void unix_name_put(struct unix_name *n)
{
	if (n && ref_put(&n->ref))
		kfree(n);
}

void unix_name_tell(const struct unix_name *n, struct sock_name *out)
{
	if (!n) {
		out->family = AF_UNIX;
		out->len = sizeof(out->family);
		return;
	}
	out->len = (int)n->len;
	memcpy(out->bytes, n->bytes, n->len);
}

static struct unix_name *name_new(const char *bytes, size_t len)
{
	struct unix_name *n = kzalloc(sizeof(*n));
	if (!n)
		return NULL;
	ref_init(&n->ref);
	n->len = (u32)len;
	memcpy(n->bytes, bytes, len);
	return n;
}

int unix_check_name(const struct sock_name *name)
{
	if (name->len <= (int)PATH_AT || name->len > (int)sizeof(struct sockaddr_un) || name->family != AF_UNIX)
		return -EINVAL;
	return 0;
}

static bool is_abstract(const struct sock_name *name)
{
	return name->bytes[PATH_AT] == '\0';
}

/* The path of a name that may lack its NUL. */
static size_t path_of(const struct sock_name *name, char *path)
{
	size_t room = (size_t)name->len - PATH_AT, len = strnlen(name->bytes + PATH_AT, room);
	memcpy(path, name->bytes + PATH_AT, len);
	path[len] = '\0';
	return len;
}

/* --- abstract names --- */

static struct list *bucket_of(const char *bytes, size_t len, int type)
{
	assert_spin_held(&names_lock);
	struct list *l = &buckets[hash_bytes(bytes, len, (u64)type) >> (64 - BUCKET_BITS)].socks;
	if (!l->next)
		list_init(l);
	return l;
}

static struct unix_sock *find_locked(struct list *bucket, const char *bytes, size_t len, int type)
{
	struct unix_sock *u;
	list_for_each(u, bucket, hash_node)
		if (u->sk.type == type && u->name->len == len && memcmp(u->name->bytes, bytes, len) == 0)
			return u;
	return NULL;
}

static int find_abstract(const struct sock_name *name, int type, struct unix_sock **out)
{
	guard(spin)(&names_lock);
	struct list *bucket = bucket_of(name->bytes, (size_t)name->len, type);
	struct unix_sock *u = find_locked(bucket, name->bytes, (size_t)name->len, type);
	if (!u || !ref_tryget(&u->sk.ref))
		return -ECONNREFUSED;
	*out = u;
	return 0;
}

/* Under the socket's lock. The name's reference is eaten by success. */
static int bind_abstract_locked(struct unix_sock *u, struct unix_name *n)
{
	assert_unix_held(u);
	if (u->name)
		return -EINVAL;
	guard(spin)(&names_lock);
	struct list *bucket = bucket_of(n->bytes, n->len, u->sk.type);
	if (find_locked(bucket, n->bytes, n->len, u->sk.type))
		return -EADDRINUSE;
	__atomic_store_n(&u->name, n, __ATOMIC_RELEASE);
	list_add(bucket, &u->hash_node);
	return 0;
}

static int bind_abstract(struct unix_sock *u, struct unix_name *n)
{
	unix_lock(u);
	int err = bind_abstract_locked(u, n);
	unix_unlock(u);
	return err;
}

/* Five hexadecimal digits that nobody has, from a random one on. */
int unix_autobind(struct unix_sock *u)
{
	char bytes[SOCK_NAME_MAX] = {};
	u32 first;
	if (READ_ONCE(u->name))
		return 0;
	random_bytes(&first, sizeof(first));
	*(sa_family_t *)bytes = AF_UNIX;
	for (u32 i = 0; i < AUTOBIND_NAMES; i++) {
		fmt_snprintf(bytes + PATH_AT + 1, AUTOBIND_DIGITS + 1, "%05x", (first + i) % AUTOBIND_NAMES);
		struct unix_name *n = name_new(bytes, PATH_AT + 1 + AUTOBIND_DIGITS);
		if (!n)
			return -ENOMEM;
		int err = bind_abstract(u, n);
		if (err == 0)
			return 0;
		unix_name_put(n);
		if (err != -EADDRINUSE)
			return 0; /* somebody else has named it meanwhile */
	}
	return -ENOSPC;
}

/* --- paths --- */

static int find_path(const struct sock_name *name, int type, struct unix_sock **out)
{
	char text[sizeof(struct sockaddr_un)];
	PATHREF p = {};
	path_of(name, text);
	int err = path_lookup_kernel(text, LOOKUP_FOLLOW, &p);
	if (err)
		return err;
	struct inode *ino = p.dentry->inode;
	err = inode_permission(ino, WANT_WRITE);
	if (err)
		return err;
	if (!S_ISSOCK(ino->mode))
		return -ECONNREFUSED;
	spin_lock(&ino->priv_lock);
	struct unix_sock *u = ino->priv;
	if (u && !ref_tryget(&u->sk.ref))
		u = NULL;
	spin_unlock(&ino->priv_lock);
	if (!u)
		return -ECONNREFUSED;
	if (u->sk.type != type) {
		unix_put(u);
		return -EPROTOTYPE;
	}
	inode_touch_atime(ino, p.mount);
	*out = u;
	return 0;
}

/* The inode is there: from now on it leads to u, which counts it. -EINVAL: u has got a name meanwhile. */
static int attach_path(struct unix_sock *u, struct unix_name *n, struct path *p)
{
	struct inode *ino = p->dentry->inode;
	unix_lock(u);
	bool is_named = u->name;
	if (!is_named) {
		u->path = path_take(p);
		__atomic_store_n(&u->name, n, __ATOMIC_RELEASE);
		spin_lock(&ino->priv_lock);
		ino->priv = u;
		spin_unlock(&ino->priv_lock);
	}
	unix_unlock(u);
	return is_named ? -EINVAL : 0;
}

/* Another bind(2) of the same socket was faster: the name that was made for this one goes. */
static void take_back(struct path *p)
{
	struct dentry *d = p->dentry;
	struct path dir = { p->mount, d->parent };
	path_get(&dir);
	(void)vfs_unlink_at(&dir, dentry_name(d), d->name_len, false);
	path_put(&dir);
}

static int bind_path(struct unix_sock *u, const char *text, struct unix_name *n)
{
	PATHREF p = {};
	u32 mode = u->sk.file ? u->sk.file->inode->mode : S_IFSOCK | 0777;
	int err = vfs_make_node(text, mode, &p);
	if (err)
		return err == -EEXIST ? -EADDRINUSE : err;
	err = attach_path(u, n, &p);
	if (err)
		take_back(&p);
	return err;
}

/* --- what others use --- */

int unix_find(const struct sock_name *name, int type, struct unix_sock **out)
{
	return is_abstract(name) ? find_abstract(name, type, out) : find_path(name, type, out);
}

int unix_bind(struct sock *s, const struct sock_name *name)
{
	struct unix_sock *u = unix_of(s);
	struct sock_name n = *name;
	char text[sizeof(struct sockaddr_un)];
	if (n.len == sizeof(n.family) && n.family == AF_UNIX)
		return unix_autobind(u);
	int err = unix_check_name(&n);
	if (err)
		return err;
	if (!is_abstract(&n)) {
		size_t len = path_of(name, text);
		memcpy(n.bytes + PATH_AT, text, len + 1);
		n.len = (int)(PATH_AT + len + 1);
	}
	struct unix_name *fresh = name_new(n.bytes, (size_t)n.len);
	if (!fresh)
		return -ENOMEM;
	if (is_abstract(&n))
		err = bind_abstract(u, fresh);
	else
		err = bind_path(u, text, fresh);
	if (err)
		unix_name_put(fresh);
	return err;
}

void unix_unbind(struct unix_sock *u)
{
	if (list_is_linked(&u->hash_node)) {
		spin_lock(&names_lock);
		list_del(&u->hash_node);
		spin_unlock(&names_lock);
	}
	if (!u->path.dentry)
		return;
	struct inode *ino = u->path.dentry->inode;
	spin_lock(&ino->priv_lock);
	if (ino->priv == u)
		ino->priv = NULL;
	spin_unlock(&ino->priv_lock);
	path_put(&u->path);
}
