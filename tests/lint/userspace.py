# SPDX-License-Identifier: MIT
"""userspace: user memory is touched by the copy functions alone.

    userspace.py OBJDUMP OBJECT...

Promise   A pointer to user memory is a pointer in the address space __seg_fs. Mixing it with a plain
          one does not compile; dereferencing it does, and shows as an access through %fs. The kernel
          has no other use of %fs than the switch of its base, so every one is an error. Likewise
          %gs is used with constant places of per-CPU variables or registers that hold such places.
"""
import re
import subprocess
import sys

FUNCTION = re.compile(r"^[0-9a-f]+ <([^>]+)>:$")
SHOWN = 20
# Where %fs itself is loaded and saved: (object's source, function).
ALLOWED = {("arch/x86_64/entry.S", "*"), ("arch/x86_64/gdt.c", "*"), ("boot/entry.S", "*")}


def is_allowed(source, function):
    return any(source.endswith(s) and f in ("*", function) for s, f in ALLOWED)


def main():
    objdump, objects = sys.argv[1], sys.argv[2:]
    out = subprocess.run([objdump, "-dr", "--no-show-raw-insn", *objects], check=True,
                         capture_output=True, text=True).stdout
    source = function = ""
    wrong = 0
    for line in out.splitlines():
        m = FUNCTION.match(line)
        if m:
            function = m.group(1)
        elif "file format" in line:
            source = line.split(":")[0].removesuffix(".o")
        elif "%fs:" in line and not is_allowed(source, function):
            wrong += 1
            if wrong <= SHOWN:
                print("%s: %s(): user memory is dereferenced (user-memory-is-a-type): %s" %
                      (source, function, line.strip().replace("\t", " ")))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
