# SPDX-License-Identifier: MIT
"""monitor: what a person does at a machine: types on its keyboard, looks at its screen.

Promise   Talks QMP over a socket of the machine's (ARGUMENTS add it to QEMU's command line). type()
          presses the keys of a US keyboard one after the other; picture() writes what the screen
          shows as a PNG.
"""
import json
import os
import socket
import time

HOLD_MS = 12
CONNECT_S = 10
SHIFTED = dict(zip('!@#$%^&*()_+{}|:"<>?~', "1234567890-=[]\\;',./`"))
SIGNS = {" ": "spc", "-": "minus", "=": "equal", "[": "bracket_left", "]": "bracket_right",
         "\\": "backslash", ";": "semicolon", "'": "apostrophe", "`": "grave_accent", ",": "comma",
         ".": "dot", "/": "slash", "\n": "ret", "\t": "tab", "\x1b": "esc", "\x7f": "backspace"}


def arguments(path):
    """More of QEMU's command line: a monitor that listens at this path."""
    return ["-qmp", "unix:%s,server=on,wait=off" % path]


def keys_of(char):
    """The keys that are held together to type a character: QEMU's names."""
    if "\x01" <= char <= "\x1a" and char not in SIGNS:
        return ["ctrl", chr(ord(char) + 0x60)]
    if char.isupper():
        return ["shift", char.lower()]
    if char in SHIFTED:
        return ["shift", *keys_of(SHIFTED[char])]
    return [SIGNS.get(char, char)]


class Monitor:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        end = time.monotonic() + CONNECT_S
        while True:
            try:
                self.socket.connect(path)
                break
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
        self.stream = self.socket.makefile("rw")
        self.stream.readline()  # the greeting
        self.command("qmp_capabilities")

    def command(self, name, **given):
        self.stream.write(json.dumps({"execute": name, "arguments": given}) + "\n")
        self.stream.flush()
        for line in self.stream:
            answer = json.loads(line)
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise OSError("QEMU: %s: %s" % (name, answer["error"]["desc"]))
        raise OSError("QEMU: %s: the machine is gone" % name)

    def key(self, *names):
        """Holds these keys together for a moment; answers before it is over."""
        self.command("send-key", keys=[{"type": "qcode", "data": n} for n in names],
                     **{"hold-time": HOLD_MS})

    def type(self, keys):
        """Characters, and names of other keys in braces: "ls{left}x\\n{alt+sysrq+h}"."""
        while keys:
            if keys[0] == "{" and "}" in keys:
                name, _, keys = keys[1:].partition("}")
                self.key(*name.split("+"))
            else:
                self.key(*keys_of(keys[0]))
                keys = keys[1:]

    def send_break(self):
        """On the first serial line."""
        self.command("chardev-send-break", id="serial0")

    def picture(self, path):
        self.command("screendump", filename=os.path.abspath(path), format="png")

    def close(self):
        self.socket.close()
