// SPDX-License-Identifier: MIT
/*
 * regex: what regcomp.c makes and regexec.c runs.
 */
#pragma once
#include <stdbool.h>

enum { SET_BYTES = 32, MAX_PROGRAM = 8192 };

enum op { OP_CHAR, OP_ANY, OP_SET, OP_SPLIT, OP_JUMP, OP_SAVE, OP_LINE_START, OP_LINE_END, OP_WORD_START, OP_WORD_END,
	OP_MATCH };

struct instruction {
	enum op op;
	union {
		unsigned char c;
		int set;	/* which of the program's */
		int slot;	/* of the match: 2 * group, + 1 for its end */
		int to[2];	/* OP_SPLIT: both, the first is preferred; OP_JUMP: the first */
	};
};

struct regex_program {
	int len, nr_sets, nr_slots;
	bool newline; /* REG_NEWLINE */
	struct instruction *code;
	unsigned char (*sets)[SET_BYTES];
};
