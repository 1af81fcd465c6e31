# SPDX-License-Identifier: MIT
"""layers: who includes whom (DESIGN in the root README; rule `no-sideways-include`).

Promise   A file includes headers of its own folder and of lower layers only; mechanisms (the files of
          ipc, and net as a whole) do not include one another; the uapi headers include nothing of the kernel; nothing outside
          arch/x86_64 includes another header of it than the contract (arch.h and what it includes);
          there is no cycle of includes.
"""
import os
import re
import subprocess
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
# Lowest first. Folders of one row are siblings and do not see each other.
ROWS = (("kernel/lib",), ("arch/x86_64", "arch/x86_64/vdso"), ("boot",), ("kernel/core",), ("mm",),
        ("kernel/dev",), ("fs",), ("kernel/proc",), ("ipc", "net"), ("kernel",))
LEVEL = {folder: level for level, row in enumerate(ROWS) for folder in row}
UAPI = "kernel/uapi"
# Visible to every layer: only declarations expanded from the table of system calls.
EVERYWHERE = {"kernel/syscall.h", "kernel/syscalls.def", "boot/bootinfo.h"}
SHARED_BY_SIBLINGS = {"ipc/sysv.h"}
ARCH_CONTRACT = {"arch/x86_64/" + h for h in (
    "arch.h", "upcalls.h", "atomic.h", "paging.h", "percpu.h", "regs.h", "usermem.h", "io.h")}
# What the .c files of arch/x86_64 may use of the layer above: they report, allocate and lock like
# everybody. Its headers may not, and these headers need no more of arch than its contract.
ARCH_SERVICES = {"kernel/core/" + h for h in (
    "alloc.h", "kasan.h", "log.h", "panic.h", "preempt.h", "spinlock.h", "task.h", "trace.h")}
SIBLING_PAIRS = {("arch/x86_64", "arch/x86_64/vdso"), ("arch/x86_64/vdso", "arch/x86_64")}


def sources():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.c", "*.h", "*.S",
                             "*.def"], check=True, capture_output=True, text=True).stdout.split()
    return [f for f in listed if os.path.dirname(f) in LEVEL or f.startswith(UAPI)]


def fault(path, header):
    """Why `path` may not include `header`; None when it may."""
    here, there = os.path.dirname(path), os.path.dirname(header)
    if header in EVERYWHERE or there == UAPI:
        return None
    if here == UAPI:
        return "uapi headers are also user space's and see nothing of the kernel"
    if there not in LEVEL:
        return "is in no layer"
    if there == "arch/x86_64" and header not in ARCH_CONTRACT and \
            here not in ("arch/x86_64", "arch/x86_64/vdso"):
        return "the contract of arch/x86_64 is arch.h and what that includes"
    if here == there or (here, there) in SIBLING_PAIRS:
        sideways = here == "ipc" and header not in SHARED_BY_SIBLINGS  # net/ is one mechanism
        stem = os.path.splitext(os.path.basename(path))[0]
        family = os.path.splitext(os.path.basename(header))[0].split("_")[0]
        if sideways and stem.split("_")[0] != family:
            return "mechanisms do not include one another (no-sideways-include)"
        return None
    if here == "arch/x86_64" and path.endswith(".c") and header in ARCH_SERVICES:
        return None
    if LEVEL[there] > LEVEL[here]:
        return "is in a higher layer (no-upward-include)"
    if LEVEL[there] == LEVEL[here]:
        return "is in a sibling folder (no-sideways-include)"
    return None


def find_cycle(graph):
    """A list of files that include each other in a ring, or None."""
    state, path = {}, []

    def visit(node):
        state[node] = "open"
        path.append(node)
        for other in graph.get(node, ()):
            if state.get(other) == "open":
                return path[path.index(other):] + [other]
            if other not in state:
                ring = visit(other)
                if ring:
                    return ring
        path.pop()
        state[node] = "done"
        return None

    for node in sorted(graph):
        if node not in state:
            ring = visit(node)
            if ring:
                return ring
    return None


def main():
    graph, wrong = {}, 0
    for path in sources():
        with open(path, encoding="utf-8") as f:
            headers = INCLUDE.findall(f.read())
        graph[path] = [h for h in headers if not h.endswith(".def")]
        for header in headers:
            why = fault(path, header)
            if why:
                print("%s includes %s, which %s" % (path, header, why) if why.startswith("is ") else
                      "%s includes %s: %s" % (path, header, why))
                wrong += 1
    ring = find_cycle(graph)
    if ring:
        print("a cycle of includes: " + " -> ".join(ring))
    return 1 if wrong or ring else 0


if __name__ == "__main__":
    sys.exit(main())
