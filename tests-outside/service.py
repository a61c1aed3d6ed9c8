"""Programs that the outside tests start: a real installation of Postern, and whatever says in one line where it is."""

import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile
import threading

NAME = pathlib.Path(sys.argv[0]).stem
READY_SECONDS = 60


class Installation:
    """Made by `init`, on free ports."""

    def __init__(self, postern, home):
        self.postern, self.config = str(pathlib.Path(postern).resolve()), home / "postern.toml"
        self.say("init", str(home), "--name", "postern.test")
        text = self.config.read_text()
        self.config.write_text(text.replace("127.0.0.1:7878", "127.0.0.1:0").replace("127.0.0.1:7879", "127.0.0.1:0"))

    def say(self, *arguments):
        done = subprocess.run([self.postern, *arguments, "--json"], stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode:
            raise SystemExit(f"{NAME}: {' '.join(arguments)}: {done.stderr.decode()}")
        return json.loads(done.stdout)

    def here(self, *arguments):
        return self.say(*arguments, "--config", str(self.config))

    @contextlib.contextmanager
    def serving(self):
        """Where it serves: `{url, admin}`."""
        command = [self.postern, "serve", "--json", "--config", str(self.config)]
        with open(self.config.with_name("log"), "a") as log, started(command, log) as said:
            yield said


@contextlib.contextmanager
def demonstration(postern):
    """A demonstration on temporary data and a free port: `{url, application_key, tenant, data}`."""
    with tempfile.TemporaryDirectory(prefix=f"postern-{NAME}-") as folder:
        command = [str(postern), "demo", "--json", "--listen", "127.0.0.1:0", "--data", folder]
        with started(command, None) as said:
            yield said


@contextlib.contextmanager
def started(command, log):
    """A program that says in one line of JSON where it is; ended whatever happens."""
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
    late = threading.Timer(READY_SECONDS, program.kill)
    late.start()
    try:
        line = program.stdout.readline()
        late.cancel()
        if not line:
            raise SystemExit(f"{NAME}: {command[0]} did not begin")
        yield json.loads(line)
    finally:
        late.cancel()
        program.terminate()
        program.wait(30)
