# SPDX-License-Identifier: MIT
"""debian: fetches Debian packages with apt-get and unpacks them under build/cache.

Promise   Nothing is installed and nothing outside the cache is written. What was fetched once is
          used again without the network. Packages are the ones of the release that apt knows.
Locks     What is made once for all, a root or the kernel, is made by one thread of one process at a
          time: the file lock of alone().
"""
import contextlib
import fcntl
import glob
import os
import re
import shutil
import subprocess

KERNEL_META = "linux-image-cloud-amd64"


class FetchError(Exception):
    pass


def command(*argv, cwd=None):
    done = subprocess.run(argv, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise FetchError("%s: %s" % (" ".join(argv), (done.stderr or done.stdout).strip()))
    return done.stdout


def depends(*names):
    """The names that packages depend on, first alternatives only."""
    out = command("apt-cache", "depends", "--no-recommends", "--no-suggests", "--no-conflicts",
                  "--no-breaks", "--no-replaces", "--no-enhances", *names)
    return re.findall(r"^ +(?:Pre)?Depends: ([^<\s]+)$", out, re.M)


def known(names):
    """The first of the packages "A|B|C" that apt knows; releases name some differently."""
    for name in names.split("|"):
        if subprocess.run(["apt-cache", "show", name], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0:
            return name
    raise FetchError("%s: apt knows no such package (apt-get update?)" % names)


@contextlib.contextmanager
def alone(cache):
    """Around work on the cache that a second thread or process must not do meanwhile; not to be nested."""
    os.makedirs(cache, exist_ok=True)
    with open(os.path.join(cache, "lock"), "w", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def download(package, cache):
    """The path of the package's .deb in the cache."""
    os.makedirs(cache, exist_ok=True)
    have = sorted(glob.glob(os.path.join(cache, package + "_*.deb")))
    if not have:
        command("apt-get", "download", package, cwd=cache)
        have = sorted(glob.glob(os.path.join(cache, package + "_*.deb")))
    if not have:
        raise FetchError("apt-get download %s left no package in %s" % (package, cache))
    return have[-1]


def unpack(deb, root):
    os.makedirs(root, exist_ok=True)
    command("dpkg-deb", "-x", deb, root)


def closure(packages):
    """The packages and all that they depend on, in a stable order; "-NAME" leaves out one of those, "A|B"
    is whichever there is."""
    out = {name[1:] for name in packages if name.startswith("-")}
    seen, new = [], [known(name) if "|" in name else name
                     for name in packages if not name.startswith("-")]
    while new:
        seen += new
        new = sorted(set(depends(*new)) - set(seen) - out)
    return seen


def kernel(cache):
    """The path of the Linux that the package linux-image-cloud-amd64 stands for now."""
    vmlinuz = os.path.join(cache, "linux", "vmlinuz")
    with alone(cache):
        if not os.path.exists(vmlinuz):
            fetch_kernel(cache, vmlinuz)
    return vmlinuz


def fetch_kernel(cache, vmlinuz):
    names = [d for d in depends(KERNEL_META) if d.startswith("linux-image-")]
    if not names:
        raise FetchError("%s depends on no kernel; is the package list there (apt-get update)?" %
                         KERNEL_META)
    deb = download(names[0], os.path.join(cache, "deb"))
    tree = os.path.join(os.path.dirname(vmlinuz), "tree")
    unpack(deb, tree)
    found = glob.glob(os.path.join(tree, "boot", "vmlinuz-*"))
    if not found:
        raise FetchError("%s holds no kernel" % deb)
    os.replace(found[0], vmlinuz)
    shutil.rmtree(tree)
