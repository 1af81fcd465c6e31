# SPDX-License-Identifier: MIT
"""links: every relative link of a Markdown file leads to a file, and every README is in SUMMARY.md."""
import os
import re
import subprocess
import sys

LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def main():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.md"], check=True,
                            capture_output=True, text=True).stdout.split()
    pages = [p for p in listed if os.path.exists(p)]
    wrong, linked = 0, set()
    for page in pages:
        with open(page, encoding="utf-8") as f:
            for target in LINK.findall(f.read()):
                path = os.path.normpath(os.path.join(os.path.dirname(page), target))
                if page == "SUMMARY.md":
                    linked.add(path)
                if not os.path.exists(path):
                    print("%s: a link to %s, which is not there" % (page, target))
                    wrong += 1
    for page in pages:
        if os.path.basename(page) == "README.md" and page not in linked:
            print("SUMMARY.md: %s is not in it" % page)
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
