"""Asks a running service for everything that its OpenAPI document says, and for much that it does not, with schemathesis:
examples, the bounds of every member, made-up requests, and sequences of requests that follow from each other. No answer is
a server's error, and none is one that the document does not have; what fits the document is taken, and what does not is not.

python contract.py PATH_TO_POSTERN [--long]
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

from service import demonstration
from statements import check, ended

HERE = pathlib.Path(__file__).parent / "contract"
sys.path.append(str(HERE))
import links  # noqa: E402 (it is in that folder)

EXAMPLES = {False: "15", True: "300"}  # requests made up for each route
SECONDS = {False: "120", True: "1200"}  # for all of it
LEAST = 60  # requests, or it cannot have tried much

# Operations that no made-up request is answered well by. The list only shrinks: one that is reached has to leave it.
UNREACHED = HERE / "unreached.txt"


def asked(demo, folder, long):
    """Runs it; what it printed, its report, and the operations that were answered with success."""
    report, reached = pathlib.Path(folder, "report.json"), pathlib.Path(folder, "reached.txt")
    reached.touch()
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"),
               "run", demo["url"] + "/openapi.json", "-H", "Authorization: Bearer " + demo["application_key"],
               "--checks", "all", "--phases", "examples,coverage,fuzzing,stateful",
               "--max-examples", EXAMPLES[long], "--max-time", SECONDS[long], "--request-timeout", "60",
               "--max-response-time", "40", "--seed", "1", "--continue-on-failure", "--generation-database", "none",
               "--no-color", "--report", "json", "--report-json-path", str(report)]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "contract_hooks", "POSTERN_REACHED": str(reached),
                   "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, check=False)
    return done, json.loads(report.read_text()) if report.exists() else None, set(reached.read_text().splitlines())


def follow(demo, document):
    """The operations that the document's links lead to."""
    followed, listed = links.followed(demo, document), UNREACHED.read_text().split("\n")
    for chain, (status, operation, is_whole) in followed.items():
        check(f"the links {chain} lead on", is_whole and (status < 300 or operation in listed), status)
    return {operation for status, operation, is_whole in followed.values() if is_whole and status < 300}


def reach(document, reached):
    """That every operation is reached, but for those of the list."""
    known = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item
             if path != "/openapi.json"}
    listed = set(UNREACHED.read_text().split("\n")) - {""}
    print(f"contract: {len(known & reached)} of {len(known)} operations were answered with success")
    check("every operation that can be reached is", known - reached <= listed, sorted(known - reached - listed))
    check("what is reached is not listed as unreached", not listed & reached, sorted(listed & reached))
    check("what is listed is in the document", listed <= known, sorted(listed - known))


def main(postern, long):
    with demonstration(postern) as demo, tempfile.TemporaryDirectory(prefix="postern-contract-") as folder:
        done, report, reached = asked(demo, folder, long)
        key = demo["application_key"]
        check("every answer is one that the document has, and none is a server's error",
              done.returncode == 0, (done.stdout[-6000:] + done.stderr[-2000:]).replace(key, "the key"))
        check("a report was written", report is not None)
        generated = [word for word in done.stdout.split("\n") if word.strip().endswith("skipped") or "generated" in word]
        count = next((int(line.split()[0]) for line in generated if line.split()[0].isdigit()), 0)
        check("it tried a lot", count >= LEAST, count)
        tested = [line for line in done.stdout.split("\n") if line.strip().startswith(("Selected:", "Tested:"))]
        selected = tested[0].split(":")[1].strip().split("/") if tested else ["0", "1"]
        check("it asked every route", selected[0] == selected[-1], tested)
        with urllib.request.urlopen(demo["url"] + "/openapi.json") as document:
            document = json.load(document)
        reach(document, reached | follow(demo, document))
    return ended()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--long" in sys.argv[2:]))
