"""Asks a running service for everything that its OpenAPI document says, and for much that it does not, with schemathesis:
examples, made-up requests, and sequences of requests that follow from each other. No answer is a server's error, and none
is one that the document does not have.

python contract.py PATH_TO_POSTERN [--long]
"""

import json
import pathlib
import subprocess
import sys
import tempfile

from receipt import demonstration
from statements import check, ended

EXAMPLES = {False: "15", True: "300"}  # requests made up for each route
SECONDS = {False: "75", True: "1200"}  # for all of it

# Left out of all checks: lengths and characters of names, and which members go together, are said in the document's
# sentences and not in its schemas, so a request may fit the schema and be refused with 422.
EXCLUDED = "positive_data_acceptance"

LEAST = 60  # requests, or it cannot have tried much


def asked(demo, folder, long):
    """Runs it; its exit code, its report, and what it printed."""
    report = pathlib.Path(folder, "report.json")
    command = [sys.executable, "-m", "schemathesis.cli", "run", demo["url"] + "/openapi.json",
               "-H", "Authorization: Bearer " + demo["application_key"],
               "--checks", "all", "--exclude-checks", EXCLUDED, "--phases", "examples,fuzzing,stateful",
               "--max-examples", EXAMPLES[long], "--max-time", SECONDS[long], "--request-timeout", "60", "--max-response-time", "40", "--seed", "1", "--continue-on-failure",
               "--generation-database", "none", "--no-color", "--report", "json", "--report-json-path", str(report)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    return done, json.loads(report.read_text()) if report.exists() else None


def main(postern, long):
    with demonstration(postern) as demo, tempfile.TemporaryDirectory(prefix="postern-contract-") as folder:
        done, report = asked(demo, folder, long)
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
    return ended()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--long" in sys.argv[2:]))
