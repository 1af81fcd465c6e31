# SPDX-License-Identifier: MIT
"""numbers: kernel/syscalls.def against the system call numbers of the host's Linux headers.

Promise   Every line's number is Linux's for that name, the lines are sorted and none is there twice.
          Calls newer than the host's headers are compared with LATER.
"""
import glob
import re
import sys

TABLE = "kernel/syscalls.def"
HEADERS = ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h",
           "/usr/x86_64-linux-gnu/include/asm/unistd_64.h")
# syscall_64.tbl after Linux 6.1, the oldest headers that we meet.
LATER = {"cachestat": 451, "fchmodat2": 452, "map_shadow_stack": 453, "futex_wake": 454,
         "futex_wait": 455, "futex_requeue": 456, "statmount": 457, "listmount": 458,
         "lsm_get_self_attr": 459, "lsm_set_self_attr": 460, "lsm_list_modules": 461,
         "mseal": 462, "setxattrat": 463, "getxattrat": 464, "listxattrat": 465,
         "removexattrat": 466, "open_tree_attr": 467, "file_getattr": 468, "file_setattr": 469}
LINE = re.compile(r"^SYSCALL\((\d+), (\w+),", re.M)


def linux_numbers():
    for pattern in HEADERS:
        for path in glob.glob(pattern):
            with open(path, encoding="ascii") as f:
                pairs = re.findall(r"^#define __NR_(\w+) (\d+)", f.read(), re.M)
            return dict(LATER, **{name: int(number) for name, number in pairs})
    return None


def main():
    linux = linux_numbers()
    if linux is None:
        print("numbers: no asm/unistd_64.h here; install the Debian package linux-libc-dev")
        return 1
    with open(TABLE, encoding="ascii") as f:
        table = [(int(number), name) for number, name in LINE.findall(f.read())]
    wrong = ["%s: %d %s: Linux has %s" % (TABLE, number, name, linux.get(name, "no such call"))
             for number, name in table if linux.get(name) != number]
    wrong += ["%s: %d %s stands behind %d %s" % (TABLE, *b, *a)
              for a, b in zip(table, table[1:]) if b[0] <= a[0]]
    print("\n".join(wrong) if wrong else "", end="\n" if wrong else "")
    return 1 if wrong or not table else 0


if __name__ == "__main__":
    sys.exit(main())
