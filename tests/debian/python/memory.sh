#!/bin/sh
# SPDX-License-Identifier: MIT
# CPython on memory: its own tests of mmap and of shared memory, and both in use between processes.
t() { echo "## $1"; }
cd /tmp || exit 1
t mmap; python3 /tests/unit.py test_mmap
t shared-memory; python3 /tests/unit.py test_multiprocessing_fork.WithProcessesTestSharedMemory
t sum; python3 - <<'END'
from multiprocessing import get_context, shared_memory

fork = get_context("fork")

def add(name, lock, times):
    memory = shared_memory.SharedMemory(name)
    for _ in range(times):
        with lock:
            memory.buf[0:4] = (int.from_bytes(memory.buf[0:4], "little") + 1).to_bytes(4, "little")
    memory.close()

memory, lock = shared_memory.SharedMemory(create=True, size=10000), fork.Lock()
workers = [fork.Process(target=add, args=(memory.name, lock, 200)) for _ in range(3)]
for w in workers:
    w.start()
for w in workers:
    w.join()
print(memory.size, int.from_bytes(memory.buf[0:4], "little"), [w.exitcode for w in workers])
memory.close()
memory.unlink()
END
t list; python3 - <<'END'
from multiprocessing import shared_memory

a = shared_memory.ShareableList([1, 2.5, "three", b"four", None, True])
b = shared_memory.ShareableList(name=a.shm.name)
b[2] = "other"
print(list(a), a.count(1), b.index(None))
b.shm.close()
a.shm.close()
a.shm.unlink()
END
t copy; python3 - <<'END'
import mmap, os

with open("file", "w+b") as f:
    f.write(b"x" * 10000)
    f.flush()
    shared = mmap.mmap(f.fileno(), 0)
    private = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_COPY)
    private[5:8], shared[0:3] = b"yyy", b"zzz"
    print(shared[:10], private[:10], os.pread(f.fileno(), 10, 0))
    shared.resize(20000)
    print(len(shared), os.fstat(f.fileno()).st_size, shared[9999:10002], shared.find(b"\0"))
END
