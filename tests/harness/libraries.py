# SPDX-License-Identifier: MIT
"""libraries: programs of ours with other libraries than ours.

Promise   Each program of tests/abi/posix is built twice: dynamic with the glibc of this system, static with the musl of
          Debian's package musl-dev, of which nothing is installed. A C file in the folder of a group of Debian's
          programs is built with glibc and OpenMP. Built again only when a source has changed.
"""
import glob
import os
import subprocess

from . import debian

FLAGS = ["-std=gnu17", "-O2", "-w", "-D_GNU_SOURCE", "-fno-stack-protector", "-I."]
OPENMP = ["-std=gnu17", "-O2", "-Wall", "-Wextra", "-Werror", "-fopenmp"]
NOT_IN_MUSL = ("clock",)  # what its release does not have


def musl_flags(cache):
    """(before, after) the sources on the compiler's command line"""
    tree = os.path.join(cache, "musl")
    include, lib = tree + "/usr/include/x86_64-linux-musl", tree + "/usr/lib/x86_64-linux-musl"
    if not os.path.isdir(include):
        debian.unpack(debian.download("musl-dev", os.path.join(cache, "deb")), tree)
    compiler = debian.command("gcc", "-print-file-name=include").strip()
    return (["-nostdinc", "-isystem", include, "-isystem", compiler, "-nostdlib", "-static", "-no-pie",
             lib + "/crt1.o", lib + "/crti.o"],
            ["-L" + lib, "-Wl,--start-group", "-lc", "-lgcc", "-Wl,--end-group", lib + "/crtn.o"])


def newest(paths):
    return max(os.path.getmtime(p) for p in paths)


def build(paths):
    """{"glibc/thread": file}"""
    folder = os.path.join(paths.root, "tests/abi/posix")
    shared = [os.path.join(paths.root, "tests/lib", name) for name in ("tap.c", "tap.h")] + \
        glob.glob(folder + "/*.h") + [os.path.join(paths.root, "tests/abi/abi.h"), __file__]
    libraries = {"glibc": ([], ["-pthread"]), "musl": musl_flags(paths.cache)}
    made = {}
    for library, (before, after) in libraries.items():
        for source in sorted(glob.glob(folder + "/*.c")):
            name = os.path.basename(source)[:-2]
            if library == "musl" and name in NOT_IN_MUSL:
                continue
            program = os.path.join(paths.build, "tests/posix", library, name)
            made[library + "/" + name] = program
            if os.path.exists(program) and os.path.getmtime(program) > newest(shared + [source]):
                continue
            os.makedirs(os.path.dirname(program), exist_ok=True)
            debian.command("gcc", *FLAGS, *before, source, "tests/lib/tap.c", *after, "-o", program,
                           cwd=paths.root)
    return made


def build_group(paths, folder):
    """{"openmp": file}, of the C files in a folder of tests/debian"""
    made = {}
    for source in sorted(glob.glob(folder + "/*.c")):
        name = os.path.basename(source)[:-2]
        program = made[name] = os.path.join(paths.build, "tests/debian", os.path.basename(folder), name)
        if not os.path.exists(program) or os.path.getmtime(program) <= newest([source, __file__]):
            os.makedirs(os.path.dirname(program), exist_ok=True)
            debian.command("gcc", *OPENMP, source, "-o", program)
    return made
