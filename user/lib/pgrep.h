// SPDX-License-Identifier: MIT
/*
 * pgrep: finds processes by name, for pgrep and pkill.
 */
#pragma once

enum { PGREP_FOUND, PGREP_NONE, PGREP_USAGE };

/*
 * Takes the options and the pattern, and calls `act` with the id and the name of each process that fits, never with
 * this process itself. `extra` are more options, each with no argument, for which `take` is called.
 */
int pgrep_run(int argc, char **argv, const char *extra, void (*take)(int option),
	void (*act)(int pid, const char *name));
