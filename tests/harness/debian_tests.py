# SPDX-License-Identifier: MIT
"""debian_tests: the same Debian programs on the host and in a guest, and what they print.

Promise   Each script of tests/debian runs in a chroot of the cached root image on the host's
          Linux (in name spaces of its own, so nothing is left behind; where the harness itself runs
          in a chroot, mounts cannot be kept private and are undone), and in a guest whose initrd
          is that image. A line "## NAME" of its output begins a case; a case passes when its
          lines are the same in both. Standard error is part of the output. What wants a terminal is in
          tests/debian/screens, see screens.py; its cases are called screens/NAME.
          Two scripts run at a time.
Groups    A folder of tests/debian with a list of packages of its own is a group: its scripts are called
          FOLDER/NAME and run in a root of their own. What they do could harm a host, so they are compared
          with Debian's Linux in QEMU; what that says is kept under build/cache as long as script, packages
          and kernel are the same. A script NAME.slow.sh runs when it is asked for: by --slow, or by name.
"""
import concurrent.futures
import contextlib
import functools
import glob
import hashlib
import os
import shutil
import subprocess
import tempfile
import threading
import time
import types

from . import command, cpio, debian, guest, ktap, libraries, qemu, report, screens, signals

SCRIPT_TIMEOUT_S, SLOW_TIMEOUT_S = 240, 1500
GROUP_MEMORY_MIB = 768
PARALLEL = 2
UNWANTED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info",
            "usr/share/lintian", "usr/share/bug", "usr/lib/x86_64-linux-gnu/gconv")
ENV = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "TERM": "dumb", "LC_ALL": "C"}
# Run by the host's shell as root of new mount and pid name spaces; $1 is the root, $2 for its shell.
CHROOT = """
mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && mount --make-rslave "$1/dev" &&
mount --rbind /sys "$1/sys" && mount --make-rslave "$1/sys" && mount -t tmpfs tmpfs "$1/tmp" &&
chmod 1777 "$1/tmp" && exec chroot "$1" /bin/sh -c "cd /tmp; $2"
"""
shared_mounts = threading.Lock()


def packages(folder):
    with open(os.path.join(folder, "packages"), encoding="ascii") as f:
        lines = (line.split("#")[0].strip() for line in f)
        return [line for line in lines if line]


class Group:
    """Scripts that share a list of packages; the one without a name is tests/debian itself."""

    def __init__(self, paths, name):
        self.name = name
        self.folder = os.path.join(paths.root, "tests/debian", name)
        self.cache = os.path.join(paths.cache, "debian", name)

    def scripts(self):
        """{name of the cases: file}"""
        files = sorted(glob.glob(os.path.join(self.folder, "*.sh")))
        return {os.path.join(self.name, os.path.basename(f)).removesuffix(".sh"): f for f in files}


def groups(paths):
    found = glob.glob(os.path.join(paths.root, "tests/debian/*/packages"))
    return [Group(paths, "")] + [Group(paths, os.path.basename(os.path.dirname(f)))
                                 for f in sorted(found)]


def root_image(paths, group):
    """The unpacked root, made at the first use and whenever the list of packages changes."""
    names = packages(group.folder)
    root = os.path.join(group.cache, "root")
    stamp = root + ".packages"
    wanted = "\n".join(names)
    with debian.alone(paths.cache):
        if not is_file_of(stamp, wanted):
            fill_root(paths, root, names)
            with open(stamp, "w", encoding="ascii") as f:
                f.write(wanted)
    return root


def is_file_of(path, text):
    if not os.path.exists(path):
        return False
    with open(path, encoding="ascii") as f:
        return f.read() == text


def fill_root(paths, root, names):
    shutil.rmtree(root, ignore_errors=True)
    for name in debian.closure(names):
        debian.unpack(debian.download(name, os.path.join(paths.cache, "deb")), root)
    for path in UNWANTED:
        shutil.rmtree(os.path.join(root, path), ignore_errors=True)
    for path in ("proc", "dev", "sys", "tmp", "etc", "root", "tests"):
        os.makedirs(os.path.join(root, path), exist_ok=True)
    with open(os.path.join(root, "etc/passwd"), "w", encoding="ascii") as f:
        f.write("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n")
    with open(os.path.join(root, "etc/group"), "w", encoding="ascii") as f:
        f.write("root:x:0:\nnogroup:x:65534:\n")
    if not os.path.lexists(os.path.join(root, "bin/sh")):
        os.symlink("dash", os.path.join(root, "bin/sh"))


@functools.lru_cache(maxsize=None)
def unshare_command():
    """(the command, whether its mounts are seen outside and have to be undone)"""
    unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    if os.geteuid() != 0:
        return unshare + ["--map-root-user"], False
    # In a chroot "/" is no mount point: its propagation cannot be changed.
    private = subprocess.run(unshare + ["true"], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL).returncode == 0
    return (unshare, False) if private else (unshare + ["--propagation", "unchanged"], True)


def host_argv(root, text, env):
    """The command that runs a text of /bin/sh in a chroot."""
    return unshare_command()[0] + ["env", "-i"] + ["%s=%s" % kv for kv in env.items()] + \
        ["/bin/sh", "-c", CHROOT, "sh", root, text]


@contextlib.contextmanager
def mounts_of(root):
    """Around a run in the chroot: what it mounts is undone where that is needed, one run at a time."""
    if not unshare_command()[1]:
        yield
        return
    with shared_mounts:
        try:
            yield
        finally:
            for name in ("tmp", "sys", "dev", "proc"):
                subprocess.run(["umount", "--recursive", "--lazy", os.path.join(root, name)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def run_on_host(root, script):
    """(output, exit status) of the script in a chroot."""
    argv = host_argv(root, "exec /tests/%s 2>&1" % script, ENV)
    try:
        with mounts_of(root):
            done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=SCRIPT_TIMEOUT_S,
                                  preexec_fn=signals.default_signals)
    except subprocess.TimeoutExpired as e:
        return (e.stdout or b"") + b"time-out\n", -1
    return done.stdout, done.returncode


class Output:
    """Collects what a guest's command writes."""

    def __init__(self):
        self.data = bytearray()

    def write(self, data):
        self.data += data

    def flush(self):
        pass


def guest_settings(config, script=""):
    return types.SimpleNamespace(
        linux=config.system == "linux", strace=False, gdb=False, cpus=config.cpus,
        memory=config.memory, kernel_args=config.append, build=config.build, dry_run=False,
        timeout=SLOW_TIMEOUT_S if script.endswith(".slow.sh") else SCRIPT_TIMEOUT_S, console=False)


def with_job(image, mode, argv, env):
    """The initrd whose process 2 is a command: the job is an archive of its own behind the image."""
    job = cpio.Archive()
    job.file(".run/job", command.job_bytes(mode, "/tmp", argv, env))
    return image + job.bytes()


def run_in_guest(repo, config, image, script):
    """(output, exit status, complaint) of the script as process 2 of a machine."""
    argv = ["/bin/sh", "-c", "exec \"$0\" 2>&1", "/tests/" + script]
    out, err = Output(), Output()
    status = command.boot_image(repo, guest_settings(config, script),
                                with_job(image, "null", argv, ENV), "null", out, err, "tcg")
    return bytes(out.data), status, err.data.decode("utf-8", "replace")


def sections(data):
    """[(name, lines)]; what stands before the first "## " is called "start"."""
    found = [("start", [])]
    for line in data.decode("utf-8", "replace").splitlines():
        if line.startswith("## "):
            name = line[3:]
            used = sum(1 for n, _ in found if n == name or n.startswith(name + "#"))
            found.append(("%s#%d" % (name, used + 1) if used else name, []))
        else:
            found[-1][1].append(line)
    return [s for s in found if s[1] or s[0] != "start"]


def first_difference(want, got):
    for i in range(max(len(want), len(got))):
        a = want[i] if i < len(want) else "(no line)"
        b = got[i] if i < len(got) else "(no line)"
        if a != b:
            return "line %d" % (i + 1), ["host  %s" % a, "guest %s" % b]
    return "", []


def compare(title, host, got):
    """One case for each section of the host's output, and one for the exit status."""
    (want_data, want_status), (got_data, got_status, complaint) = host, got
    if not got_data and complaint:
        return [ktap.Case(title, ktap.WHOLE, ktap.FAIL, "the machine failed",
                          complaint.splitlines()[-40:])]
    cases, have = [], dict(sections(got_data))
    for name, want in sections(want_data):
        if name not in have:
            cases.append(ktap.Case(title, name, ktap.FAIL, "no output",
                                   complaint.splitlines()[-20:]))
            continue
        where, log = first_difference(want, have.pop(name))
        cases.append(ktap.Case(title, name, ktap.FAIL if log else ktap.PASS, where, log))
    for name in have:
        cases.append(ktap.Case(title, name, ktap.FAIL, "not in the host's output"))
    same = want_status == got_status
    cases.append(ktap.Case(title, "exit status", ktap.PASS if same else ktap.FAIL, "" if same else
                           "host %d, guest %d" % (want_status, got_status),
                           [] if same else complaint.splitlines()[-20:]))
    return cases


def prepare(root, group, paths):
    """The guest's image, with the group's files in /tests of both the image and the chroot."""
    shutil.rmtree(os.path.join(root, "tests"), ignore_errors=True)
    os.makedirs(os.path.join(root, "tests"))
    for path in glob.glob(os.path.join(group.folder, "*")):
        if os.path.isfile(path):
            shutil.copy(path, os.path.join(root, "tests", os.path.basename(path)))
    programs = libraries.build_group(paths, group.folder) if group.name else libraries.build(paths)
    for name, program in programs.items():
        os.makedirs(os.path.join(root, "tests", os.path.dirname(name)), exist_ok=True)
        shutil.copy(program, os.path.join(root, "tests", name))
    archive = cpio.base()
    archive.tree(root)
    helper = paths.need(os.path.join(paths.bin, "runcmd"), "all")
    archive.program(command.HELPER, helper)
    return archive.bytes()


preparing = threading.Lock()


@functools.lru_cache(maxsize=None)
def prepared_once(paths, name):
    group = Group(paths, name)
    root = root_image(paths, group)
    return root, prepare(root, group, paths)


def prepared(paths, name):
    """(root, image) of a group; the same for every machine"""
    with preparing:
        return prepared_once(paths, name)


@functools.lru_cache(maxsize=None)
def host_output(root, name):
    return run_on_host(root, name)


def linux_output(paths, group, image, path):
    """What Debian's Linux says of a script, in the same QEMU."""
    kernel = debian.kernel(paths.cache)
    with open(path, "rb") as f:
        told = [f.read()] + [os.fsencode("%s %d" % (kernel, os.path.getsize(kernel)))]
    for other in sorted(glob.glob(os.path.join(group.folder, "*"))):
        if not other.endswith(".sh"):
            with open(other, "rb") as f:
                told.append(f.read())
    key = hashlib.sha256(b"\0".join(told)).hexdigest()[:16]
    kept = os.path.join(group.cache, "%s.%s" % (os.path.basename(path), key))
    if os.path.exists(kept):
        with open(kept, "rb") as f:
            status, output = f.read().split(b"\n", 1)
            return output, int(status)
    config = guest.Config("linux", memory=GROUP_MEMORY_MIB)
    output, status, complaint = run_in_guest(paths.root, config, image, os.path.basename(path))
    if complaint:
        return output + complaint.encode(), status
    for old in glob.glob(os.path.join(group.cache, os.path.basename(path) + ".*")):
        os.unlink(old)
    with open(kept + ".new", "wb") as f:
        f.write(b"%d\n" % status + output)
    os.replace(kept + ".new", kept)
    return output, status


def run_script(paths, config, name):
    """(cases, log) of one script"""
    group = Group(paths, os.path.dirname(name))
    path = group.scripts()[name]
    root, image = prepared(paths, group.name)
    if group.name:
        config = guest.Config("parley", config.build, config.cpus, config.route,
                              max(config.memory, GROUP_MEMORY_MIB), config.append)
        want = linux_output(paths, group, image, path)
    else:
        want = host_output(root, os.path.basename(path))
    got = run_in_guest(paths.root, config, image, os.path.basename(path))
    log = b"# %s\n%s%s" % (name.encode(), got[0], got[2].encode())
    return compare("debian/" + name, want, got), log


@functools.lru_cache(maxsize=None)
def host_screens(root, path):
    script, steps = screens.read(path)
    with mounts_of(root):
        return screens.on_host(host_argv(root, script, screens.environment(ENV)), steps)


def run_screen(paths, config, name):
    """The same of one file of tests/debian/screens."""
    root, image = prepared(paths, "")
    path = os.path.join(paths.root, "tests/debian", name + ".keys")
    script, steps = screens.read(path)
    want = host_screens(root, path)
    with tempfile.NamedTemporaryFile(prefix="parley-screen-", suffix=".cpio") as file:
        file.write(with_job(image, "tty", ["/bin/sh", "-c", script], screens.environment(ENV)))
        file.flush()
        machine = command.build_machine(paths.root, guest_settings(config), file.name, "tcg")
        got = screens.in_guest(machine, steps, want)
    cases = screens.compare("debian/" + name, steps, want, got)
    return cases, "".join("# %s: %s\n" % (c.title(), c.outcome) for c in cases).encode()


def timed(function, *args):
    started = time.monotonic()
    cases, log = function(*args)
    cases[-1].seconds = time.monotonic() - started
    return cases, log


def is_wanted(name, globs, slow):
    if name.endswith(".slow") and not slow and not set(globs) - {"*"}:
        return False
    return not globs or any(guest.glob_match(g, name) for g in globs)


@contextlib.contextmanager
def ended_with_us(pool):
    """Around the wait for a pool's jobs: at ^C or SIGTERM none is begun any more, and the running ones end."""
    try:
        yield
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        qemu.end_all()
        raise


def run(paths, config, title, globs, slow=False):
    """The scripts that a glob selects, on one machine; returns (cases, log's path, exit code)."""
    names = [(run_script, name) for group in groups(paths) for name in group.scripts()]
    names += [(run_screen, "screens/" + name)
              for name in screens.names(os.path.join(paths.root, "tests/debian/screens"))]
    todo = [(function, name) for function, name in names if is_wanted(name, globs, slow)]
    os.makedirs(paths.logs, exist_ok=True)
    live, cases = report.Live(title), []
    log_path = os.path.join(paths.logs, title + ".log")
    with open(log_path, "wb") as log, concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
        jobs = [(what, pool.submit(timed, function, paths, config, what))
                for function, what in todo]
        with ended_with_us(pool):
            for what, job in jobs:
                live.show("%s  %s" % (report.tally_text(report.tally(cases)), what))
                new, text = job.result()
                cases += new
                log.write(text)
    live.end(cases)
    failed = any(c.outcome == ktap.FAIL for c in cases)
    return cases, log_path, 1 if failed or not todo else 0
