# SPDX-License-Identifier: MIT
"""second: a second opinion on the kernel's sources, from clang or cppcheck.

    second.py clang CLANG -- FLAGS... -- FILE...       second.py cppcheck CPPCHECK -- -- FILE...

Promise   clang compiles each file without writing anything, with the warnings that gcc has, as
          errors, for release, with the debug options and with those of kasan. cppcheck tells errors only, and ends
          within LIMIT_S seconds.
"""
import subprocess
import sys

LIMIT_S = 300
DEBUG = ["-DDEBUG", "-DDEBUG_LOCKS", "-DDEBUG_SLAB"]
KASAN = [*DEBUG, "-DKASAN", "-DKASAN_OFFSET=0xdffffc0000000000ul"]
TARGET = "--target=x86_64-unknown-none-elf"
EXTENSIONS = ["-Wno-gnu-variable-sized-type-not-at-end"]  # gcc is the compiler of the image
# nullPointer: container_of() as cppcheck sees it. comparePointers: bounds that the linker sets.
# integerOverflow: constants of enums, which it takes for ints.
# syntaxError: tables (*.def) that are included with a macro of their own.
QUIET = ["nullPointer", "comparePointers", "syntaxError", "preprocessorErrorDirective", "integerOverflow",
         "unknownMacro"]


def clang(program, flags, files):
    where = subprocess.run([program, "-print-resource-dir"], check=True, capture_output=True,
                           text=True).stdout.strip()
    for i, flag in enumerate(flags):
        if flag == "-isystem":
            flags[i + 1] = where + "/include"
    jobs = [subprocess.Popen([program, TARGET, "-fsyntax-only", *flags, *EXTENSIONS, *more, *files])
            for more in ([], DEBUG, KASAN)]
    return max(job.wait() for job in jobs)


def cppcheck(program, files):
    argv = [program, "--quiet", "--std=c11", "--platform=unix64", "--error-exitcode=1",
            "--inline-suppr", "-D__KERNEL__", "-I.", *("--suppress=" + s for s in QUIET), *files]
    try:
        return subprocess.run(argv, timeout=LIMIT_S).returncode
    except subprocess.TimeoutExpired:
        print("cppcheck: took longer than %d s" % LIMIT_S)
        return 1


def main():
    tool, program, *rest = sys.argv[1:]
    rest = rest[1:]
    at = rest.index("--")
    flags, files = rest[:at], rest[at + 1:]
    status = clang(program, flags, files) if tool == "clang" else cppcheck(program, files)
    return 1 if status else 0


if __name__ == "__main__":
    sys.exit(main())
