#!/bin/sh
# SPDX-License-Identifier: MIT
# Threads and semaphores of glibc and of musl: the programs of tests/abi/posix, built with each.
t() { echo "## $1"; }
cd /tmp || exit 1
for library in glibc musl; do
	for program in /tests/"$library"/*; do
		t "$library-$(basename "$program")"
		"$program" | sed 's/ # time=.*//; /^ *#/d'
	done
done
