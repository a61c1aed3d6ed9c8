"""The unit of systemd, really started: by systemd, as process 1 of namespaces of its own."""

import os
import pathlib
import signal
import subprocess
import time

from statements import check

HERE = pathlib.Path(__file__).parent
HIERARCHY = pathlib.Path("/sys/fs/cgroup/systemd")
SYSTEMD = pathlib.Path("/lib/systemd/systemd")
SECONDS = 30
ASK = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:7879/readyz', timeout=5).read().decode())"


def can():
    return os.geteuid() == 0 and SYSTEMD.exists() and os.access(HIERARCHY / "cgroup.procs", os.W_OK)


def children(pid):
    listed = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text().split()] if listed.exists() else []


class Booted:
    """What runs as process 1, and commands beside it."""

    def __init__(self, pid):
        self.pid = pid

    def run(self, *command):
        inside = ["nsenter", "-t", str(self.pid), "-m", "-p", "-n", *command]
        return subprocess.run(inside, stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout.strip()

    def shows(self, what):
        return self.run("systemctl", "show", "postern", "--value", "-p", what)

    def awaited(self, what, value):
        end = time.monotonic() + SECONDS
        while self.shows(what) != value and time.monotonic() < end:
            time.sleep(0.1)
        return self.shows(what)


def first_process(program):
    """The process that is 1 in there, once it is systemd."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and program.poll() is None:
        for pid in children(program.pid):
            if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == "systemd":
                return Booted(pid)
        time.sleep(0.1)
    return None


def unit(postern, folder):
    """systemd starts it, it answers, it has nothing that it does not need, and it stops in order."""
    if not can():
        print("packaging: the unit is not started: that needs root, systemd, and its own hierarchy of control groups")
        return
    units, cgroup = folder / "units", HIERARCHY / f"postern-test-{os.getpid()}"
    units.mkdir()
    command = ["bash", HERE / "booted.sh", cgroup, pathlib.Path(postern).resolve(),
               HERE.parent / "packaging" / "postern.service", units]
    program = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
    booted = first_process(program)
    try:
        if booted is None:
            program.kill()
        check("systemd begins", booted is not None, "" if booted else program.stderr.read())
        if booted is not None:
            looked_at(booted)
    finally:
        if booted is not None:
            os.kill(booted.pid, signal.SIGKILL)  # all of the namespaces end with their first process
        program.wait(SECONDS)
        for left in sorted([cgroup, *cgroup.rglob("*/")], reverse=True):
            left.rmdir() if left.is_dir() else None


def looked_at(booted):
    check("the unit starts", booted.awaited("SubState", "running") == "running", booted.shows("Result"))
    ready, end = "", time.monotonic() + SECONDS
    while "true" not in ready and time.monotonic() < end:
        ready = booted.run("python3", "-c", ASK)
    check("it is ready", '"ready":true' in ready, ready)
    status = booted.run("cat", f"/proc/{booted.shows('MainPID')}/status")
    has = dict(line.split(":\t") for line in status.splitlines() if ":\t" in line)
    check("it is nobody else", set(has.get("Uid", "0").split()) == {"60977"}, has.get("Uid"))
    check("it has no capability", {int(has.get(name, "1"), 16) for name in ("CapEff", "CapBnd", "CapPrm")} == {0}, has)
    check("it gets none, and its system calls are filtered", (has.get("NoNewPrivs"), has.get("Seccomp")) == ("1", "2"), has)
    booted.run("systemctl", "stop", "postern")
    ended = [booted.shows(what) for what in ("SubState", "Result", "ExecMainStatus", "NRestarts")]
    check("it stops in order", ended == ["dead", "success", "0", "0"], ended)
