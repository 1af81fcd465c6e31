# SPDX-License-Identifier: MIT
"""compdb: writes compile_commands.json, for editors.

    compdb.py 'COMPILER FLAGS' FILE... [-- 'COMPILER FLAGS' FILE...]... >compile_commands.json
"""
import json
import os
import sys


def main():
    entries, command = [], None
    for word in sys.argv[1:]:
        if word == "--":
            command = None
        elif command is None:
            command = word
        else:
            entries.append({"directory": os.getcwd(), "file": word,
                            "command": "%s -c %s" % (command, word)})
    json.dump(entries, sys.stdout, indent=0)
    print()


main()
