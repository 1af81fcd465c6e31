# SPDX-License-Identifier: MIT
"""closure: which files of the host a command needs, packed into an initrd at their own paths.

Promise   For each program: the chain of links to it, its ELF interpreter and libraries as that
          interpreter itself resolves them (`ld.so --list`), or the interpreter of its `#!` line.
          Words of the arguments and of a script that name programs of the PATH come along, and
          arguments that name files. Nothing is executed but the dynamic loader.
"""
import os
import re
import shutil
import stat
import struct
import subprocess

PT_INTERP = 3
LOADER_CACHE = "/etc/ld.so.cache"  # where the libraries are, so that the loader need not search
ELF_MAGIC = b"\x7fELF"
GUESTS_OWN = ("/proc", "/sys", "/dev")  # what is there is made by the kernel that runs
MAX_ARGUMENT_FILE = 64 << 20
MAX_SCRIPT_SCAN = 1 << 20
WORD = re.compile(r"[A-Za-z0-9_./+\[-]+")


def elf_interpreter(data):
    """The PT_INTERP path of an ELF64 file, or None."""
    phoff, = struct.unpack_from("<Q", data, 32)
    phentsize, phnum = struct.unpack_from("<HH", data, 54)
    for i in range(phnum):
        kind, _, offset, _, _, size = struct.unpack_from("<IIQQQQ", data, phoff + i * phentsize)
        if kind == PT_INTERP:
            return os.fsdecode(data[offset:offset + size].rstrip(b"\0"))
    return None


class Packer:
    def __init__(self, archive, path=None):
        self.archive, self.path = archive, path or os.environ.get("PATH", os.defpath)
        self.done = set()

    def add(self, path):
        """A file or folder link, at its own path, with every link on the way to it."""
        path = os.path.abspath(path)
        if path in self.done or path.startswith(tuple(t + "/" for t in GUESTS_OWN)):
            return
        self.done.add(path)
        self._links_above(path)
        real = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
        st = os.lstat(real)
        if stat.S_ISLNK(st.st_mode):
            target = os.readlink(real)
            self.archive.link(real, target)
            self.add(os.path.join(os.path.dirname(real), target))
        elif stat.S_ISREG(st.st_mode):
            self.archive.program(real, real)
        elif stat.S_ISDIR(st.st_mode):
            self.archive.folder(real, stat.S_IMODE(st.st_mode))

    def _links_above(self, path):
        """/bin -> usr/bin and its like."""
        above = os.path.dirname(path)
        if above == path:
            return
        self._links_above(above)
        if os.path.islink(above) and above not in self.done:
            self.done.add(above)
            real = os.path.join(os.path.realpath(os.path.dirname(above)), os.path.basename(above))
            self.archive.entries.pop(real.strip("/"), None)
            self.archive.link(real, os.readlink(above))

    def program(self, path, follow_words=True):
        if path in self.done:
            return
        self.add(path)
        with open(path, "rb") as f:
            data = f.read()
        if data[:4] == ELF_MAGIC:
            interpreter = elf_interpreter(data)
            if interpreter:
                self.program(interpreter)
                self._libraries(interpreter, path)
                if os.path.exists(LOADER_CACHE):
                    self.add(LOADER_CACHE)
        elif data[:2] == b"#!":
            words = os.fsdecode(data[2:].split(b"\n", 1)[0]).split()
            for word in words[:2]:
                self.word(word)
            if follow_words:
                self.words(data[:MAX_SCRIPT_SCAN].decode("utf-8", "replace"))

    def _libraries(self, interpreter, path):
        listed = subprocess.run([interpreter, "--list", path], stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, text=True)
        for line in listed.stdout.splitlines():
            m = re.search(r"=> (/\S+)", line) or re.match(r"\s*(/\S+) \(", line)
            if m:
                self.add(m.group(1))

    def find(self, word):
        """The path of a program of this name, or None."""
        found = shutil.which(word, path=self.path)
        return os.path.abspath(found) if found else None

    def word(self, word):
        found = self.find(word)
        if found:
            self.program(found)
        return found

    def words(self, text):
        for word in set(WORD.findall(text)):
            self.word(word)

    def argument(self, word):
        """A file that an argument names, and the programs that its words name."""
        if os.path.isfile(word) and os.path.getsize(word) <= MAX_ARGUMENT_FILE:
            if os.access(word, os.X_OK):
                self.program(os.path.abspath(word))
            else:
                self.add(word)
        elif os.path.isdir(word):
            self.add(word)
        self.words(word)
