# SPDX-License-Identifier: MIT
"""format: what of clang-format's opinion is enforced, and `make fmt`.

    format.py CLANG-FORMAT [--write] [FILE...]      without files: all C files under version control

Promise   A line is wrong when clang-format (.clang-format) keeps it as one line but spaces or
          indents it otherwise. Where it would break or join lines the author's layout stays: tables
          are the reason. The place of a comment behind code is the author's, too, and so is the
          indentation of the second and further lines of a statement.
"""
import concurrent.futures
import difflib
import os
import re
import subprocess
import sys

SHOWN = 40
COMMENT = re.compile(r"\s*/[*/].*$")
BRACES = re.compile(r"\s*([{}])\s*")
ALIGNED = re.compile(r"(?<=\S)(\t|[ \t]{2,})(?=\S)")
ENDS = re.compile(r"[;{}:]$|\*/$|^#|^$|\)$")  # what a line may end with before a new statement


def tracked():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.c", "*.h"],
                            check=True, capture_output=True, text=True).stdout.split()
    return [f for f in listed if os.path.exists(f)]


def essence(line):
    """The line without what its author may decide; indentation stays."""
    indent = line[:len(line) - len(line.lstrip())]
    code = COMMENT.sub("", line.strip())
    code = ALIGNED.sub(" ", code)  # columns: of declarations, of macros' values
    return indent + BRACES.sub(r"\1", code).replace(") new", ")new")  # no word of C


def is_continued(lines, i):
    """Line i goes on with the statement of the line above."""
    above = COMMENT.sub("", lines[i - 1].strip()) if i else ""
    return not ENDS.search(above) or above.startswith("#") or " ? " in above + lines[i]


def is_macro(lines):
    return any(line.rstrip().endswith("\\") or line.startswith("#") for line in lines)


def corrections(path, clang_format):
    """[(line number, line, right line)], and the corrected text"""
    with open(path, encoding="utf-8") as f:
        old = f.read()
    new = subprocess.run([clang_format, "--assume-filename", path], input=old, check=True,
                         capture_output=True, text=True).stdout.splitlines(True)
    old, found = old.splitlines(True), []
    fixed = list(old)
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, False).get_opcodes():
        if tag != "replace" or b - a != d - c or is_macro(old[a:b]):
            continue
        for i in range(b - a):
            mine, right = old[a + i], new[c + i]
            same_code = "".join(mine.split()) == "".join(right.split())
            in_comment = mine.lstrip().startswith(("*", "/*", "//"))
            # Operands of asm have their own ways.
            if not same_code or in_comment or "asm" in mine or mine.lstrip()[0] in ":?\"":
                continue
            want, have = essence(right), essence(mine)
            if is_continued(old, a + i):
                want, have = want.lstrip(), have.lstrip()
            if want != have:
                found.append((a + i + 1, mine, right))
                fixed[a + i] = right
    return found, "".join(fixed)


def main():
    clang_format, rest = sys.argv[1], sys.argv[2:]
    write = "--write" in rest
    files = [f for f in rest if f != "--write"] or tracked()
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = [(f, pool.submit(corrections, f, clang_format)) for f in files]
        for path, job in jobs:
            found, fixed = job.result()
            if found and write:
                with open(path, "w", encoding="utf-8") as f:
                    f.write(fixed)
                print("%s: %d lines" % (path, len(found)))
            elif found:
                for number, mine, right in found:
                    wrong += 1
                    if wrong <= SHOWN:
                        print("%s:%d: layout\n   is:    %r\n   right: %r" %
                              (path, number, mine.rstrip("\n"), right.rstrip("\n")))
    if wrong:
        print("fmt-check: %d lines in %d files differ; `make fmt` corrects them" %
              (wrong, len(files)))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
