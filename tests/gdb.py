# SPDX-License-Identifier: MIT
"""gdb: commands that know the kernel's structures.

    make debug            waits for gdb; then, in another terminal:
    gdb -x tests/gdb.py -ex 'target remote build/gdb.sock' build/release/parley.elf

    lsprocs               every task: tid, pid, state, CPU, name, what it waits for
    lsfds PID             the open files of a process
    lswait                who sleeps on which object
    lslocks               the ranked locks that are held (debug builds)
    lsbt TID              the calls that led a sleeping task to where it is

Promise   Nothing of the machine is changed and no function of it is called. A list that is being
          changed just now ends early rather than running for ever.
"""
import gdb

MAX_ENTRIES, MAX_DEPTH = 10000, 100
STATES = ("running", "sleeping", "stopped", "dead")


def type_of(name):
    return gdb.lookup_type("struct " + name)


def container(pointer, kind, member):
    field = next(f for f in type_of(kind).fields() if f.name == member)
    return (pointer.cast(gdb.lookup_type("char").pointer()) - field.bitpos // 8).cast(
        type_of(kind).pointer())


def entries(head, kind, member):
    """The objects of a struct list whose head is at `head`."""
    at, count = head["next"], 0
    while int(at) and at != head.address and count < MAX_ENTRIES:
        yield container(at, kind, member)
        at, count = at["next"], count + 1


def tasks():
    return entries(gdb.parse_and_eval("all_tasks"), "task", "all_node")


def text(array):
    return array.string("utf-8", "replace").split("\0")[0]


def pid_of(task):
    process = task["process"]
    return int(process["pid"]["nr"]) if int(process) else 0


def state_of(task):
    if int(task["on_cpu"]):
        return "on cpu"
    state = int(task["state"])
    return STATES[state] if state < len(STATES) else "?%d" % state


def wait_of(task):
    """(kind, queue, object) of what a task sleeps on, or None."""
    waiter = task["waiter"]
    if not int(waiter) or int(task["state"]) != STATES.index("sleeping"):
        return None
    queue = waiter["on"]
    if not int(queue):
        return "?", 0, 0
    kind = gdb.parse_and_eval("wait_kind_names")[int(queue["kind"])].string()
    return kind, int(queue), int(queue["object"])


def symbol_at(address):
    block = gdb.execute("info symbol %#x" % address, to_string=True)
    return block.split(" in section")[0].strip() if "No symbol" not in block else "%#x" % address


class ListProcesses(gdb.Command):
    """lsprocs: every task with its state and what it waits for."""

    def __init__(self):
        super().__init__("lsprocs", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        print("%6s %6s %-9s %3s %-16s %s" % ("tid", "pid", "state", "cpu", "name", "waits for"))
        for task in tasks():
            wait = wait_of(task)
            print("%6d %6d %-9s %3d %-16s %s" % (
                int(task["tid"]), pid_of(task), state_of(task), int(task["cpu"]),
                text(task["comm"]), wait[0] if wait else ""))


class ListFiles(gdb.Command):
    """lsfds PID: the descriptors of a process."""

    def __init__(self):
        super().__init__("lsfds", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        wanted = int(argument)
        for task in tasks():
            if pid_of(task) == wanted and int(task["fdtable"]):
                self.show(task["fdtable"])
                return
        print("no process %d with open files" % wanted)

    def show(self, table):
        for fd, entry in table_entries(table["ids"]):
            f = gdb.Value(entry & ~1).cast(type_of("file").pointer())
            if not int(f):
                continue
            name = ""
            if int(f["path"]["dentry"]):
                name = path_name(f["path"]["dentry"])
            print("%4d %-10s flags %#o pos %d refs %d%s  %s" % (
                fd, f["ops"]["name"].string(), int(f["flags"]), int(f["pos"]),
                int(f["ref"]["count"]), " cloexec" if entry & 1 else "", name))


def path_name(dentry):
    """The names from the root of the file system down."""
    chars, names = gdb.lookup_type("char").pointer(), []
    while int(dentry["parent"]) != int(dentry) and len(names) < MAX_DEPTH:
        names.append(dentry["name_words"].cast(chars).string("utf-8", "replace"))
        dentry = dentry["parent"]
    return "/" + "/".join(reversed(names))


def table_entries(table):
    """(id, pointer) of an idtable."""
    top = int(table["top"])
    if not top:
        return
    bits = int(gdb.parse_and_eval("(int)IDTABLE_BITS"))
    mask = int(gdb.parse_and_eval("(int)IDTABLE_LEVELS_MASK"))
    node_type = type_of("idtable_node").pointer()

    def walk(address, shift, base):
        node = gdb.Value(address).cast(node_type)
        for slot in range(1 << bits):
            child = int(node["slots"][slot])
            if not child:
                continue
            at = base | slot << shift
            if shift:
                yield from walk(child, shift - bits, at)
            else:
                yield at, child

    yield from walk(top & ~mask, (top & mask) * bits, 0)


class ListWaits(gdb.Command):
    """lswait: who sleeps on which object."""

    def __init__(self):
        super().__init__("lswait", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        queues = {}
        for task in tasks():
            wait = wait_of(task)
            if wait:
                queues.setdefault(wait, []).append("%d (%s)" % (int(task["tid"]),
                                                               text(task["comm"])))
        for (kind, queue, owner), names in sorted(queues.items()):
            print("%-10s queue %#x object %#x: %s" % (kind, queue, owner, ", ".join(names)))


class ListLocks(gdb.Command):
    """lslocks: the ranked locks that tasks hold; debug builds record them."""

    def __init__(self):
        super().__init__("lslocks", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        ranks = {f.enumval: f.name for f in gdb.lookup_type("enum lock_rank").fields()}
        found = False
        for task in tasks():
            for i in range(int(task["held_count"])):
                held = task["held"][i]
                found = True
                print("%6d %-16s %-16s at %#x, taken by %s" % (
                    int(task["tid"]), text(task["comm"]), ranks.get(int(held["rank"]), "?"),
                    int(held["lock"]), symbol_at(int(held["pc"]))))
        if not found:
            print("none; only BUILD=debug records them")


class Backtrace(gdb.Command):
    """lsbt TID: the calls that led a task to where it sleeps, by frame pointers."""

    FRAMES = 40

    def __init__(self):
        super().__init__("lsbt", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        for task in tasks():
            if int(task["tid"]) == int(argument):
                self.show(task)
                return
        print("no task %s" % argument)

    def show(self, task):
        """What arch_switch saved lies at arch.sp; frames lie above it in the same stack."""
        word = gdb.lookup_type("unsigned long").pointer()
        bottom, top = int(task["kstack"]), int(task["arch"]["stack_top"])
        at, shown = int(task["arch"]["sp"]), 0
        while bottom <= at < top and shown < self.FRAMES:
            value = int(gdb.Value(at).cast(word).dereference())
            name = symbol_at(value)
            if not name.startswith("0x"):
                print("  %#x  %s" % (value, name))
                shown += 1
            at += 8


for command in (ListProcesses, ListFiles, ListWaits, ListLocks, Backtrace):
    command()
gdb.execute("set pagination off")
gdb.execute("set architecture i386:x86-64")
print("parley: lsprocs, lsfds PID, lswait, lslocks, lsbt TID")
