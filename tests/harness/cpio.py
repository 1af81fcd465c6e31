# SPDX-License-Identifier: MIT
"""cpio: writes newc archives, the form of every initrd.

Promise   The same tree gives the same bytes: times are 0, inode numbers count from 1, owner is
          root. Folders above an entry are made when they are not there. Adding a path again
          replaces it.
"""
import os
import stat

TRAILER = "TRAILER!!!"
BLOCK = 512
MACHINE = ".machine-of-tests"  # programs that would harm any other machine look for it


class Archive:
    def __init__(self):
        self.entries = {}

    def _add(self, path, mode, data=b"", rdev=(0, 0)):
        path = path.strip("/")
        if not path:
            return
        parent = os.path.dirname(path)
        if parent and parent not in self.entries:
            self.folder(parent)
        self.entries[path] = (mode, data, rdev)

    def folder(self, path, mode=0o755):
        if path.strip("/") not in self.entries:
            self._add(path, stat.S_IFDIR | mode)

    def file(self, path, data, mode=0o644):
        self._add(path, stat.S_IFREG | mode, data)

    def program(self, path, source):
        """A file of the host, with its permissions."""
        with open(source, "rb") as f:
            self.file(path, f.read(), stat.S_IMODE(os.stat(source).st_mode))

    def link(self, path, target):
        self._add(path, stat.S_IFLNK | 0o777, os.fsencode(target))

    def device(self, path, major, minor, mode=0o666, block=False):
        self._add(path, (stat.S_IFBLK if block else stat.S_IFCHR) | mode, b"", (major, minor))

    def tree(self, source, at=""):
        """Everything under the host folder `source`, without following links."""
        for folder, folders, files in os.walk(source):
            folders.sort()
            inside = os.path.join(at, os.path.relpath(folder, source))
            inside = os.path.normpath(inside).lstrip("/")
            if inside != ".":
                self._add(inside, stat.S_IFDIR | stat.S_IMODE(os.lstat(folder).st_mode))
            for name in sorted(files + folders):
                path = os.path.join(folder, name)
                to = os.path.normpath(os.path.join(inside, name))
                st = os.lstat(path)
                if stat.S_ISLNK(st.st_mode):
                    self.link(to, os.readlink(path))
                elif stat.S_ISREG(st.st_mode):
                    self.program(to, path)
                elif stat.S_ISCHR(st.st_mode) or stat.S_ISBLK(st.st_mode):
                    self.device(to, os.major(st.st_rdev), os.minor(st.st_rdev),
                                stat.S_IMODE(st.st_mode), stat.S_ISBLK(st.st_mode))

    def _parts(self):
        # A folder stands before what is in it, because "a" sorts before "a/b".
        for ino, (path, (mode, data, rdev)) in enumerate(sorted(self.entries.items()), 1):
            yield from entry(path, ino, mode, data, rdev)
        yield from entry(TRAILER, 0, 0, b"", (0, 0))

    def bytes(self):
        data = b"".join(self._parts())
        return data + b"\0" * (-len(data) % BLOCK)

    def write(self, path):
        with open(path, "wb") as f:
            f.write(self.bytes())


def entry(path, ino, mode, data, rdev):
    name = os.fsencode(path) + b"\0"
    nlink = 2 if stat.S_ISDIR(mode) else 1
    fields = (ino, mode, 0, 0, nlink, 0, len(data), 0, 0, rdev[0], rdev[1], len(name), 0)
    head = b"070701" + b"".join(b"%08x" % f for f in fields) + name
    yield head + b"\0" * (-len(head) % 4)
    yield data
    yield b"\0" * (-len(data) % 4)


def base():
    """What every initrd of ours begins with; Linux opens /dev/console before any mount."""
    a = Archive()
    for folder in ("bin", "dev", "proc", "sys", "etc", "root"):
        a.folder(folder)
    a.folder("tmp", 0o1777)
    a.device("dev/console", 5, 1, 0o600)
    a.device("dev/null", 1, 3)
    a.file(MACHINE, b"made by tests/harness\n")
    a.file("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n")
    a.file("etc/group", b"root:x:0:\nnogroup:x:65534:\n")
    return a
