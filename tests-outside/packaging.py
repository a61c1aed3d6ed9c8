"""What is packaged beside the program: the unit of systemd, and the rules for alarms.

python packaging.py PATH_TO_POSTERN
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request

import yaml

import booted
from service import Installation
from statements import check, ended

ROOT = pathlib.Path(__file__).parent.parent
EXPOSURE = 1.0  # at most, of `systemd-analyze security`; 10 is the worst
REASON = re.compile(r'(?:not_ready|degraded|ring)\([^;]*?"([a-z]+(?:-[a-z]+)+)"')
METRIC = re.compile(r"postern_[a-z_]+")


def unit(postern, folder):
    """The unit is one, and it gives the service little."""
    text = (ROOT / "packaging" / "postern.service").read_text()
    check("it starts what the documents say", "ExecStart=/usr/bin/postern serve --config /var/lib/postern/postern.toml" in text)
    here = folder / "postern.service"
    here.write_text(text.replace("/usr/bin/postern", str(pathlib.Path(postern).resolve())))
    if shutil.which("systemd-analyze") is None:
        print("packaging: systemd-analyze is not here: the unit is not verified. Debian's package systemd has it")
        return
    done = subprocess.run(["systemd-analyze", "verify", str(here)], capture_output=True, text=True)
    check("systemd takes the unit", done.returncode == 0 and not done.stderr, done.stderr)
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", str(here)], capture_output=True, text=True)
    level = re.search(r"Overall exposure level for postern.service: ([0-9.]+)", done.stdout)
    check("it exposes little", level and float(level[1]) <= EXPOSURE, done.stdout[-200:] + done.stderr)


def reasons():
    """Every reason of /readyz, from the sources."""
    files = (ROOT / "crates" / "postern-cli" / "src").rglob("*.rs")
    return {reason for file in files for reason in REASON.findall(file.read_text())}


def alarms(metrics):
    """Every alarm has a rule, and every rule asks for numbers that there are."""
    rules = yaml.safe_load((ROOT / "packaging" / "alerts.yml").read_text())["groups"][0]["rules"]
    told = (ROOT / "docs" / "operations" / "README.md").read_text()
    # A number with labels is told only when there is one, so the names are those of the sources.
    sources = "".join(file.read_text() for file in (ROOT / "crates/postern-server/src/metrics").glob("*.rs"))
    known = {f"postern_{name}" for name in re.findall(r'register\(\s*"([a-z_]+)"', sources)}
    told_now = set(re.findall(r"^# HELP (postern_[a-z_]+) ", metrics, re.MULTILINE))
    check("what is told is known", len(told_now) > 8 and told_now <= known, told_now - known)
    for rule in rules:
        name = rule.get("alert", "")
        check(f"{name} is whole", {"alert", "expr", "labels", "annotations"} <= set(rule), rule)
        check(f"{name} has a severity", rule["labels"].get("severity") in ("page", "ticket"), rule)
        check(f"{name} has a sentence", rule["annotations"].get("summary", "").endswith("."), rule)
        for metric in METRIC.findall(rule["expr"]):
            check(f"{metric} is a number of the service", metric.removesuffix("_total") in known, sorted(known))
    check("no two have one name", len({rule["alert"] for rule in rules}) == len(rules))
    found = reasons()
    check("there are reasons", {"anchor-old", "disk-low", "disk-full", "evidence-differs"} <= found, found)
    for reason in found:
        check(f"{reason} has a rule", any(f'reason="{reason}"' in rule["expr"] for rule in rules))
        check(f"{reason} is explained", f"`{reason}`" in told)
    for metric in known:
        check(f"{metric} is explained", f"`{metric}" in told)


def main(postern):
    with tempfile.TemporaryDirectory(prefix="postern-packaging-") as folder:
        folder = pathlib.Path(folder)
        unit(postern, folder)
        booted.unit(postern, folder)
        with Installation(postern, folder / "postern").serving() as said:
            with urllib.request.urlopen(said["admin"] + "/metrics", timeout=30) as answer:
                metrics = answer.read().decode()
        alarms(metrics)
    if shutil.which("promtool"):
        rules = [shutil.which("promtool"), "check", "rules", str(ROOT / "packaging" / "alerts.yml")]
        check("Prometheus takes the rules", subprocess.run(rules, capture_output=True).returncode == 0)
    return ended()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
