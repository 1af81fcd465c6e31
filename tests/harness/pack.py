# SPDX-License-Identifier: MIT
"""pack: writes the two archives of the ISO and of `make run`.

    pack.py programs FILE     the tree that every start needs, with our programs in /bin
    pack.py tests FILE        the test programs, in /tests
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness import cpio, guest  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def main():
    what, target = sys.argv[1:]
    paths = guest.Paths(ROOT, os.path.join(ROOT, "build"))
    if what == "programs":
        archive = cpio.base()
        guest.add_programs(archive, paths)
    else:
        archive = cpio.Archive()
        guest.add_tests(archive, paths, guest.Selection(paths.tests, []))
    archive.write(target)


main()
