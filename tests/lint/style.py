# SPDX-License-Identifier: MIT
"""style: the rules of CONTRIBUTING.md that a machine can check, for C, assembly and scripts.

Promise   Every source file begins with its licence and, C files and headers, with a theory comment;
          no file has more than FILE_LINES lines, no function more than FUNCTION_LINES; no line has
          spaces for tabs, blanks at its end, more than LINE_COLUMNS columns of code, or a mark of
          unfinished work. A rule that is broken is named as CONTRIBUTING.md names it.
"""
import os
import re
import subprocess
import sys

FILE_LINES, FUNCTION_LINES, LINE_COLUMNS, TAB = 800, 80, 120, 8
LICENCE = "SPDX-License-Identifier: MIT"
TRACKED = ["*.c", "*.h", "*.S", "*.def", "*.py", "*.sh", "*.ld", "*.lds", "*.mk", "Makefile", "run"]
MARK = re.compile(r"(?<!\|)\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")  # but KTAP's directives
TRAILING_COMMENT = re.compile(r"\s*/[*/].*$")
NO_FUNCTION = re.compile(r"^(struct|union|enum|static const struct|extern|typedef)\b[^()]*\{?$")
# What a theory comment is: a block in the first lines, with a name, a colon and a sentence.
THEORY = re.compile(r"\A// SPDX[^\n]*\n/\*\n \* [^\n]+:[ \n].*?\*/", re.S)
FREE_OF_THEORY = ("user/include/",)


def tracked():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", *TRACKED], check=True,
                            capture_output=True, text=True).stdout.split()
    return [f for f in listed if os.path.exists(f)]


def functions(lines):
    """(first line, name, number of lines) of each function: from its head to the brace in column 0."""
    head = None
    for i, line in enumerate(lines):
        if line.startswith("{"):
            start = i
            while start > 0 and lines[start - 1].strip() and lines[start - 1][0] not in "}#/ *":
                start -= 1
            head = start
        elif line.startswith("}") and head is not None:
            m = re.search(r"(\w+)\s*\(", " ".join(lines[head:i]))
            yield head + 1, m.group(1) if m else "?", i - head + 1
            head = None


def check_c(path, text, lines, complain):
    if not text.startswith("// " + LICENCE) and not text.startswith("/* " + LICENCE):
        complain(1, "licence-first", "the first line is not `// %s`" % LICENCE)
    if not path.startswith(FREE_OF_THEORY) and not THEORY.match(text):
        complain(2, "theory-first", "no theory comment (CONTRIBUTING.md)")
    for number, name, count in functions(lines):
        if count > FUNCTION_LINES:
            complain(number, "small-functions", "%s() has %d lines" % (name, count))
    for i, line in enumerate(lines, 1):
        code = TRAILING_COMMENT.sub("", line).expandtabs(TAB)
        if len(code) > LINE_COLUMNS:
            complain(i, "line-length", "%d columns" % len(code))
        if line.startswith(" " * TAB) and "*" not in line[:TAB + 4]:
            complain(i, "tabs", "indented by spaces")


def check(path):
    """The complaints about one file: (path, line, rule, what)"""
    found = []
    with open(path, encoding="utf-8") as f:
        text = f.read()
    lines = text.splitlines()

    def complain(number, rule, what):
        found.append((path, number, rule, what))

    if len(lines) > FILE_LINES:
        complain(len(lines), "small-files", "%d lines" % len(lines))
    if path.endswith((".c", ".h")):
        check_c(path, text, lines, complain)
    elif path.endswith((".py", ".S", ".sh")) and LICENCE not in "\n".join(lines[:3]):
        complain(1, "licence-first", "no `%s`" % LICENCE)
    for i, line in enumerate(lines, 1):
        if line != line.rstrip() and not (path.startswith("tests/") and path.endswith(".sh")):
            complain(i, "blanks", "blanks at the end of the line")
        if MARK.search(line):
            complain(i, "no-marks", "a mark of unfinished work: " + MARK.search(line).group(1))
    if text and not text.endswith("\n"):
        complain(len(lines), "blanks", "no newline at the end of the file")
    return found


def main():
    found = [c for path in sys.argv[1:] or tracked() for c in check(path)]
    for path, number, rule, what in found:
        print("%s:%d: %s: %s" % (path, number, rule, what))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
