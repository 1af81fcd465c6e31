// SPDX-License-Identifier: MIT
/*
 * procfs: file systems whose files are answers: names, buffers and inodes for /proc and /sys.
 *
 * Promise   a row of a table (path, mode, show, store) is a file. A directory may have, besides its rows, a
 *           child per number (a process, a thread, a descriptor), made when it is looked up. What a file
 *           says is one moment's answer: made at the first read and whenever a read begins at 0.
 * Layers    this engine knows names, text and pids, and nothing of processes: what is in /proc/PID is a
 *           table of kernel/proc/procfiles.c, the other rows are kernel/procfs.def. They are declared
 *           here, where the engine finds them.
 * Locks     procfs_open.lock (RANK_INODE) while a text is made and copied out
 * Lifetime  rows are constant. An inode of a process holds its struct pid, which outlives the process:
 *           then the pid's task is NULL and everybody answers -ESRCH or -ENOENT.
 */
#pragma once
#include "fs/inode.h"
#include "kernel/core/pid.h"

struct procfs_item;
struct task;

/* What an inode of procfs stands for: inode->priv. */
struct procfs_node {
	const struct procfs_item *item; /* [const] */
	struct pid *pid;		/* [const] counted: whose; NULL: the system's */
	unsigned number;		/* [const] children of a descriptor directory: which */
	struct rcu_head rcu;
};

/* An open text file: file->priv. */
struct procfs_open {
	const struct procfs_node *node; /* [const] the inode's */
	void *held;			/* [const] what item->open found, for item->close to give back */
	struct mutex lock;
	struct strbuf text;		/* [lock] what was made last: the whole, or a part */
	off_t text_pos;			/* [lock] where in the file it begins */
	bool is_made;			/* [lock] */
	u64 cursor;			/* [lock] for show_of: where to go on (0: from the start); it leaves here where
					 * the next part begins, 0: there is none */
};

/* Children by number. */
struct procfs_numbers {
	const struct procfs_item *item; /* what each child is */
	/* The first number >= child->number, with the counted pid it belongs to: 0, or -errno. */
	int (*next)(const struct procfs_node *dir, struct procfs_node *child);
	/* Is child->number there? Then its counted pid: 0, or -errno. */
	int (*find)(const struct procfs_node *dir, struct procfs_node *child);
};

enum procfs_flags {
	PROCFS_SYSCTL = 1,   /* capabilities do not override the mode; nothing but a read at 0 says anything */
	PROCFS_GUARDED = 2,  /* item->permission decides, not the mode */
	PROCFS_ATTRIBUTE = 4, /* sysfs: the size is said to be a page */
	PROCFS_PUBLIC = 8,   /* a directory that the user owns whatever PR_SET_DUMPABLE says */
};

/* A file, link or directory; which fields count depends on the type in `mode`. */
struct procfs_item {
	const char *name; /* rows of the system's tables: the path */
	u32 mode;	  /* with the type */
	u32 flags;	  /* enum procfs_flags */
	/* --- regular files --- */
	void (*show)(struct strbuf *sb);		       /* of the system */
	int (*store)(char *text);			       /* of the system: 0 or -errno */
	/* Of a task, which is there; of a file with `open`, also when it is gone: NULL. 0 or -errno. */
	int (*show_of)(struct procfs_open *o, struct task *t, struct strbuf *sb);
	int (*store_of)(struct task *t, char *text);
	int (*open)(struct procfs_open *o, struct task *t);    /* 0 or -errno */
	void (*close)(struct procfs_open *o);
	const struct file_ops *fops; /* instead of all these: a kind of its own; priv as its `open` makes it */
	/* --- links --- */
	const char *target;					  /* the text, if it is always the same */
	int (*readlink)(const struct procfs_node *n, char *buf, size_t size); /* NUL-terminated */
	int (*follow)(const struct procfs_node *n, struct path *out);	  /* NULL: by text */
	/* --- directories --- */
	const struct procfs_item *const *items; /* ends with NULL */
	const struct procfs_numbers *numbers;	/* NULL: none */
	int (*permission)(struct inode *ino, unsigned want); /* PROCFS_GUARDED: under RCU; 0 or -EACCES */
	/* --- inodes of a task --- */
	/* Under RCU, the task is there: is this node right? Its mode (0: as it is), or -ENOENT. NULL: it is. */
	int (*revalidate)(const struct procfs_node *n, struct task *t);
	void (*getattr)(const struct procfs_node *n, struct stat *st); /* what differs from the usual */
};

/* Tables of the layers above. */
extern const struct procfs_item procfs_rows[], sysfs_rows[]; /* kernel/procfs.c; end with name NULL */
extern const struct procfs_numbers procfs_processes;	     /* kernel/proc/procfiles.c: /proc/PID */
/* kernel/proc/procfiles.c, under RCU: the owner of a task's files; `is_public`: of a PROCFS_PUBLIC one. */
void procfs_task_owner(struct task *t, bool is_public, u32 *uid, u32 *gid);

/* procfs.c: a tree of rows (and numbers in its root), into sb->root. */
int procfs_build(struct superblock *sb, u32 magic, const struct procfs_item *rows,
	const struct procfs_numbers *numbers);
/* One more row; of "PATH/", a folder, nothing is kept. 0 or -errno. */
int procfs_add_row(struct dentry *root, const struct procfs_item *row);
struct task *procfs_task(const struct procfs_node *n); /* counted; NULL: it is gone */
static inline struct procfs_node *procfs_node_of(const struct file *f) /* a file with item->fops */
{
	return f->inode->priv;
}
struct pid *procfs_process_of(const struct file *f); /* f is /proc/PID: not counted; else NULL */
extern const struct file_ops procfs_text_ops; /* procfs_file.c */
int procfs_text_open(struct file *f);
