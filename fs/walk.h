// SPDX-License-Identifier: MIT
/*
 * walk: the inside of path.c, for the calls that create, remove and rename (create.c, open.c, rename.c).
 *
 * Promise   a walk in progress: begun on a user string, run to the end or up to the last name, ended
 *           once. While it runs it is under RCU and `cur` is borrowed; walk_hold() makes it counted.
 */
#pragma once
#include "fs/file.h"
#include "fs/inode.h"

enum last_type { LAST_NAME, LAST_DOT, LAST_DOTDOT, LAST_ROOT };
enum { WALK_TEXT = 192, WALK_PAD = 8 };

struct walk {
	struct path cur;	/* where we are: borrowed under RCU */
	struct path held;	/* counted, or empty: keeps something alive across a sleep */
	struct path root;	/* borrowed: ".." and "/" end here */
	struct path scope;	/* counted, or empty: root of a scoped walk (openat2) */
	struct fdref dir;	/* the descriptor the walk started from */
	const char *rest;	/* what is left of the text */
	const char *last;	/* walk_run_parent(): the last name, not terminated, padded */
	u64 last_hash;
	u32 last_len;
	u32 flags;		/* enum lookup_flags */
	u8 last_type;		/* enum last_type */
	u8 links;		/* followed so far */
	u8 text_used;		/* which of `text` holds rest */
	bool last_slash;	/* the last name was followed by a slash */
	bool in_rcu;
	bool passed_root;	/* the walk began at the root, or went up */
	char *heap;		/* text that was too long for `text` */
	char text[2][WALK_TEXT + WALK_PAD];
};

/* Not begun: walk_end() finds nothing to do. */
static inline void walk_init_empty(struct walk *w)
{
	w->held = w->scope = (struct path){};
	w->dir = (struct fdref){};
	w->flags = 0;
	w->links = w->text_used = 0;
	w->in_rcu = w->last_slash = w->passed_root = false;
	w->heap = NULL;
}
/* 0 or -errno; after an error the walk need not (but may) be ended. */
int walk_begin(struct walk *w, int dirfd, const char __user *name, unsigned flags);
int walk_begin_kernel(struct walk *w, const char *name, unsigned flags);
int walk_run(struct walk *w);		/* to the end: w->cur is the result, under RCU */
int walk_run_parent(struct walk *w);	/* to the last name: w->cur is its directory, searchable, under RCU */
/* The last name is a link: goes on with its text (or jumps); then run again. Eats the reference on `link`. Not
 * under RCU before, under RCU after success. */
int walk_follow_last(struct walk *w, struct dentry *link);
int walk_to_dots(struct walk *w);	/* the last name is no name: w->held becomes what it means, "." or ".." */
/* Leaves RCU with cur counted (in w->held). 0, or -ESTALE if it is just vanishing: walk again. */
int walk_hold(struct walk *w);
void walk_end(struct walk *w);		/* puts everything */
/* AT_EMPTY_PATH with "" or NULL means the descriptor itself. */
bool path_is_empty(const char __user *path);
/* All of it for the usual caller: begun, run to the last name, held. On success walk_end() is due. */
int walk_to_parent(struct walk *w, int dirfd, const char __user *name);
int walk_to_parent_kernel(struct walk *w, const char *name);
/* A local walk that is ended with its scope, from the very declaration on. */
#define WALK(name)                                                                                 \
	__cleanup(walk_end) struct walk name;                                                      \
	walk_init_empty(&name)
bool path_is_reachable(const struct path *p); /* from the caller's root */
