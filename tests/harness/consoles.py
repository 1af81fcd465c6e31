# SPDX-License-Identifier: MIT
"""consoles: somebody sits down at the screen and the keyboard of a machine that booted the ISO.

Promise   Each step types keys and waits for a line on the serial port, where the command's effect shows.
          A step whose line does not come fails the case; the machine is switched off by the last one.
"""
import os
import re
import tempfile

from . import guest, ktap, monitor, qemu

LIMIT_S, SILENCE_S = 120, 30
MENU_KEY = "s"  # iso/grub.cfg
TO_SERIAL = " >/dev/ttyS0\n"

# what is typed (keys by name in braces), and what is then seen on the serial port
STEPS = (
    ("echo typed $((6*7))" + TO_SERIAL, r"typed 42$"),
    ("echo 'Shift: AbC~!@#%^&*()_+|:<>?{caps_lock}caps{caps_lock}'" + TO_SERIAL,
     r"Shift: AbC~!@#%\^&\*\(\)_\+\|:<>\?CAPS$"),
    ("ecko edited" + "{left}" * 9 + "{delete}h{end}" + TO_SERIAL, r"edited$"),
    ("{up}\n", r"edited$"),
    ("sleep 1000\n\x03echo interrupted $?" + TO_SERIAL, r"interrupted 130$"),
    ("tty" + TO_SERIAL, r"/dev/tty1$"),
    ("{alt+sysrq+h}dmesg | grep HELP" + TO_SERIAL, r"sysrq: HELP : .*waits\(w\)"),
    ("echo TERM=$TERM" + TO_SERIAL, r"TERM=linux$"),
    # where is the cursor? The answer is typed as if by the keyboard, to `read`.
    ("stty raw -echo; printf '\\033[7;5H\\033[6n'; head -c 6 >/tmp/at; stty sane; "
     "echo $(tail -c 5 /tmp/at)" + TO_SERIAL, r"\[7;5R$"),
)


BREAK = "{break}"

# the same on the serial port of a machine that has a screen and no keyboard
# ^U: what was typed for the menu once too often waits there, too
SERIAL_STEPS = (
    ("\x15echo here $((6*7))\n", r"^here 42$"),
    (BREAK + "w", r"sh +tty"),
    ("echo there $((6*7))\n", r"^there 42$"),
)


def sit_down(paths, config, name, machine, steps, typist):
    """Goes through the steps; typist(run) makes the function that types."""
    left, state = list(steps), {"typed": False, "greeted": False}
    setup = qemu.Machine(iso=paths.iso(config), memory=256, cpus=config.cpus, **machine)
    run = qemu.Run(setup, os.path.join(paths.logs, "boot-%s.log" % name))
    menu = guest.Menu(run, MENU_KEY)
    type_keys = None

    def line(text):
        menu.line(text)
        state["greeted"] = state["greeted"] or "Welcome to Parley" in text
        if left and state["typed"] and re.search(left[0][1], text):
            left.pop(0)
            state["typed"] = False
        go_on()

    def go_on():
        nonlocal type_keys
        if not menu.is_open and state["greeted"] and not state["typed"]:
            type_keys = type_keys or typist(run)
            state["typed"] = True
            type_keys(left[0][0] if left else "poweroff\n")

    def tick():
        menu.tick()
        go_on()

    run.follow(line, LIMIT_S, SILENCE_S, tick)
    problems = []
    if left:
        problems.append("%r was typed and %r not seen" % left[0])
    elif run.ended != "exit":
        problems.append("poweroff was typed, and QEMU was " + run.ended)
    return ktap.Case("boot", name, ktap.FAIL if problems else ktap.PASS, "; ".join(problems))


def run_keyboard(paths, config, name, _archive):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "qmp")
        return sit_down(paths, config, name, {"extra": monitor.arguments(path)}, STEPS,
                        lambda run: monitor.Monitor(path).type)


def serial_typist(run, path):
    """Types on the serial line; {break} breaks it for a moment."""
    wires = monitor.Monitor(path)

    def type_keys(text):
        if text.startswith(BREAK):
            wires.send_break()
        run.type(text.replace(BREAK, ""))

    return type_keys


def run_without_keyboard(paths, config, name, _archive):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "qmp")
        machine = {"machine": "q35,i8042=off", "extra": monitor.arguments(path)}
        return sit_down(paths, config, name, machine, SERIAL_STEPS,
                        lambda run: serial_typist(run, path))


# the rows of boots.py
ROWS = {"console-keyboard": run_keyboard, "console-without-keyboard": run_without_keyboard}
