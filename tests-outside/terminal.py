"""The command line on a terminal: prompts that never show what is typed, and progress that is shown there and nowhere else.

python terminal.py PATH_TO_POSTERN
"""

import fcntl
import json
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import termios
import time

from service import Installation
from statements import check, ended

CODE = "PSTN-00000-00000-00000-00000-00000"  # nobody's
SECONDS = 60


def on_terminal(command, typed=(), environment=(), output=None):
    """Runs a command on a terminal and types an answer to each prompt; what the terminal showed, and the exit code.
    `output` is standard output, if it is not the terminal."""
    master, slave = pty.openpty()
    env = {**os.environ, "TERM": "xterm", **dict(environment)}
    program = subprocess.Popen(command, stdin=slave, stdout=output or slave, stderr=slave, env=env,
                               start_new_session=True, preexec_fn=lambda: controlling(0))
    os.close(slave)
    shown, typed, end = b"", list(typed), time.monotonic() + SECONDS
    while time.monotonic() < end:
        ready, _, _ = select.select([master], [], [], 0.1)
        if ready:
            try:
                some = os.read(master, 65536)
            except OSError:  # the last holder of the terminal has gone
                break
            if not some:
                break
            shown += some
        # Asked, and the terminal shows no more what is typed: as a person, who is slower than the program.
        if typed and shown.rstrip().endswith(typed[0][0].encode()) and is_silent(master):
            os.write(master, typed.pop(0)[1].encode() + b"\r")
    program.kill() if time.monotonic() >= end else None
    os.close(master)
    return shown.decode(errors="replace"), program.wait()


def is_silent(terminal):
    return not termios.tcgetattr(terminal)[3] & termios.ECHO


def controlling(descriptor):
    """Makes it the controlling terminal, which is where a prompt without echo is asked."""
    fcntl.ioctl(descriptor, termios.TIOCSCTTY, 0)


def prompts(installation, url):
    """A code and a key that are typed are not shown."""
    tenant = installation.here("tenant", "create", "acme")["tenant"]
    key = installation.here("application", "create", "login", "--tenant", tenant, "--scopes", "redeem,rehearse")["key"]
    for command in ("redeem", "rehearse"):
        typed = [("Application key:", key), ("Code:", CODE)]
        shown, code = on_terminal([installation.postern, command, "alice"], typed, {"POSTERN_URL": url})
        check(f"{command} asks for both", "Application key:" in shown and "Code:" in shown, shown)
        check(f"{command} shows no code", CODE not in shown and "00000" not in shown, shown)
        check(f"{command} shows no key", key not in shown and key[-12:] not in shown, shown)
        check(f"{command} was refused by the service", code == 1 and "error:" in shown, (code, shown))


def progress(installation, folder):
    """Long work is shown on a terminal, never beside --json, and never where there is no terminal."""
    config = ["--config", str(installation.config)]
    system = "ten_" + "0" * 26
    export = ["audit", "export", "--tenant", system]
    for what, command in {"verifying": ["audit", "verify"], "entries": [*export, str(folder / "a")]}.items():
        shown, code = on_terminal([installation.postern, *command, *config])
        check(f"{what} is shown on a terminal", code == 0 and what in shown, (code, shown))
        measured = re.findall(r"(\d+)/(\d+) \S*/s", shown)
        check(f"{what} says how far it is, and how fast", measured and measured[-1][0] == measured[-1][1] != "0", shown)
    for what, command in {"verifying": ["audit", "verify"], "entries": [*export, str(folder / "b")]}.items():
        with tempfile.TemporaryFile() as answer:
            shown, code = on_terminal([installation.postern, *command, *config, "--json"], output=answer)
            answer.seek(0)
            lines = answer.read().decode().splitlines()
        check(f"{what} is not shown beside --json", code == 0 and what not in shown, (code, shown))
        check(f"{what} answers one value", len(lines) == 1 and isinstance(json.loads(lines[0]), dict), lines)
    made, laid = folder / "backup", ["--to", str(folder / "laid")]
    shown, code = on_terminal([installation.postern, "backup", "create", str(made), *config])
    measured = re.findall(r"(\d+)% (\d+)/(\d+) \S*/s", shown)
    check("a backup says how far it is", code == 0 and measured and measured[-1][0] == "100", shown)
    with tempfile.TemporaryFile() as answer:
        more = folder / "another"
        shown, code = on_terminal([installation.postern, "backup", "create", str(more), *config, "--json"], output=answer)
    check("a backup is not shown beside --json", code == 0 and "copying" not in shown, (code, shown))
    done = subprocess.run([installation.postern, "audit", "verify", *config], stdin=subprocess.DEVNULL, capture_output=True)
    check("nothing is drawn where there is no terminal", b"verifying" not in done.stderr + done.stdout, done.stderr)
    # Last, since it takes the anchor over.
    shown, code = on_terminal([installation.postern, "backup", "restore", str(made), *laid, *config])
    measured = re.findall(r"copying.* 100% ([\d.]+ \S+)/([\d.]+ \S+) ", shown)
    check("laying it down says how many bytes are", code in (0, 3) and measured and measured[-1][0] == measured[-1][1], (code, shown))


def resolved(postern, folder):
    """Events that are replayed are counted: after a backup was laid down, and in a data folder of before."""
    installation, place, made = Installation(postern, folder / "ships"), folder / "shipped", folder / "earlier"
    place.mkdir()
    text = installation.config.read_text()
    installation.config.write_text(text.replace('# folder = "/mnt/other/postern"', f'folder = "{place}"'))
    config = ["--config", str(installation.config)]
    installation.here("backup", "create", str(made))
    data, before = folder / "ships" / "data", folder / "before"
    shutil.copytree(data, before)
    installation.here("tenant", "create", "since")
    for command in (["audit", "resolve"], ["backup", "restore", str(made)]):
        shutil.rmtree(data)
        if command[0] == "audit":
            shutil.copytree(before, data)
        shown, code = on_terminal([installation.postern, *command, *config])
        measured = re.findall(r"replaying.* (\d+)/(\d+) \S*/s", shown)
        check(f"{command[0]} {command[1]} says how many events are replayed",
              code == 0 and measured and measured[-1][0] == measured[-1][1] != "0", (code, shown))


def served(installation, folder):
    """A service that does the work says how far it is."""
    config = ["--config", str(installation.config)]
    for what, command in {"verifying": ["audit", "verify"], "copying": ["backup", "create", str(folder / "served")]}.items():
        shown, code = on_terminal([installation.postern, *command, *config])
        measured = re.findall(r"(\d+)/(\d+) \S*/s", shown)
        check(f"{what} in a service is shown", code == 0 and what in shown, (code, shown))
        check(f"{what} in a service says how far it is", measured and measured[-1][0] == measured[-1][1] != "0", shown)


def main(postern):
    with tempfile.TemporaryDirectory(prefix="postern-terminal-") as folder:
        folder = pathlib.Path(folder)
        installation = Installation(postern, folder / "postern")
        with installation.serving() as said:
            prompts(installation, said["url"])
            served(installation, folder)
        progress(installation, folder)
        resolved(postern, folder)
    return ended()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
