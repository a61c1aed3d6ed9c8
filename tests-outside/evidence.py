"""Reads a log as an auditor would: an exported folder, proofs and tiles over HTTP, verified with a verifier of RFC 6962
and of signed notes written here, and with a tree of other people's make (pymerkle). Then spoils each, and sees that
`postern audit check` and the verifier here refuse the same.

python evidence.py PATH_TO_POSTERN
"""

import base64
import contextlib
import hashlib
import http.client
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.parse

import pymerkle
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from statements import check, ended

PEOPLE = 300  # so that the log has more than a tile
READY_SECONDS = 60
REFUSED = 3  # exit code of `postern audit check`
TIERS = "standard,elevated,privileged,break_glass,service"


# --- RFC 6962, signed notes, tiles: written from the specifications alone.

class Wrong(Exception):
    """What is wrong with the evidence."""


def require(holds, what):
    if not holds:
        raise Wrong(what)


def digest(data):
    return hashlib.sha256(data).digest()


def leaf(entry):
    return digest(b"\x00" + entry)


def root(leaves):
    """MTH, RFC 6962 section 2.1."""
    if not leaves:
        return digest(b"")
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return digest(b"\x01" + root(leaves[:half]) + root(leaves[half:]))


def follow(hashed, index, size, path):
    """The root that an audit path leads to, RFC 9162 section 2.1.3.2."""
    require(index < size, "the index is not in the tree")
    node, last = index, size - 1
    for beside in path:
        require(last > 0, "the path is too long")
        if node & 1 or node == last:
            hashed = digest(b"\x01" + beside + hashed)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            hashed = digest(b"\x01" + hashed + beside)
        node, last = node >> 1, last >> 1
    require(last == 0, "the path is too short")
    return hashed


def opened(note, key):
    """Size and root of a checkpoint whose signature is right (C2SP signed-note, tlog-checkpoint)."""
    name, key_id, public = key.split("+", 2)
    public = base64.b64decode(public, validate=True)
    require(public[0] == 1 and digest(name.encode() + b"\n" + public)[:4].hex() == key_id, "no Ed25519 key")
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    for line in signatures.splitlines():
        dash, signer, signature = line.split(" ")
        signature = base64.b64decode(signature, validate=True)
        if dash == "\u2014" and signer == name and signature[:4].hex() == key_id:
            try:
                Ed25519PublicKey.from_public_bytes(public[1:]).verify(signature[4:], text.encode())
            except InvalidSignature:
                raise Wrong("the signature is wrong") from None
            origin, size, hashed = text.splitlines()
            require(origin == name, "of another log")
            return int(size), base64.b64decode(hashed, validate=True)
    raise Wrong("not signed by the key")


def entries_of(bundle):
    entries = []
    while bundle:
        length = int.from_bytes(bundle[:2], "big")
        require(len(bundle) >= 2 + length, "the bundle is cut")
        entries.append(bundle[2:2 + length])
        bundle = bundle[2 + length:]
    return entries


def tile_path(kind, index, width):
    elements = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        elements.insert(0, f"x{index % 1000:03}")
    return f"{kind}/{'/'.join(elements)}" + (f".p/{width}" if width < 256 else "")


def tiles(kind, count):
    """Paths of the tiles that hold so many, with the places of what they hold."""
    for first in range(0, count, 256):
        end = min(count, first + 256)
        yield tile_path(kind, first // 256, end - first), first, end


def verify_log(read, key):
    """Every bundle and tile of a log; its entries. `read` gives a file by its path."""
    size, signed = opened(read("checkpoint").decode(), key)
    entries = []
    for path, first, end in tiles("entries", size):
        some = entries_of(read(f"tile/{path}"))
        require(len(some) == end - first, f"{path} has {len(some)} entries")
        entries += some
    level, hashes = 0, [leaf(entry) for entry in entries]
    while hashes:
        for path, first, end in tiles(level, len(hashes)):
            require(read(f"tile/{path}") == b"".join(hashes[first:end]), f"{path} is another")
        level, hashes = level + 1, [root(hashes[at:at + 256]) for at in range(0, len(hashes) // 256 * 256, 256)]
    require(root([leaf(entry) for entry in entries]) == signed, "another root than the one that is signed")
    return entries


def verify_proof(text, key):
    """The event of a proof, with its index and its path (c2sp.org/tlog-proof)."""
    head, _, note = text.partition("\n\n")
    first, extra, index, *path = head.split("\n")
    require(first == "c2sp.org/tlog-proof@v1" and extra.startswith("extra ") and index.startswith("index "), "no proof")
    event, index = base64.b64decode(extra[6:], validate=True), int(index[6:])
    path = [base64.b64decode(line, validate=True) for line in path]
    size, signed = opened(note, key)
    require(follow(leaf(event), index, size, path) == signed, "not included")
    return event, index, size, path


def continued(earlier, size, hashed, proof):
    """The root of the later log that a consistency proof leads to, RFC 9162 section 2.1.4.2."""
    require(0 < earlier <= size, "no earlier log")
    if earlier == size:
        require(not proof, "the proof is too long")
        return hashed
    if earlier & (earlier - 1) == 0:
        proof = [hashed, *proof]
    require(proof, "the proof is too short")
    node, last = earlier - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = proof[0]
    for beside in proof[1:]:
        require(last > 0, "the proof is too long")
        if node & 1 or node == last:
            old, new = digest(b"\x01" + beside + old), digest(b"\x01" + beside + new)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            new = digest(b"\x01" + new + beside)
        node, last = node >> 1, last >> 1
    require(last == 0 and old == hashed, "not the beginning of it")
    return new


def verify_continued(text, earlier, hashed, key):
    """That a log begins with an earlier one of this size and root (the body of c2sp.org/tlog-witness)."""
    head, _, note = text.partition("\n\n")
    old, *proof = head.split("\n")
    require(old == f"old {earlier}", "of another size")
    size, signed = opened(note, key)
    proof = [base64.b64decode(line, validate=True) for line in proof]
    require(continued(earlier, size, hashed, proof) == signed, "the log was changed")


def holds(verify, *arguments):
    try:
        verify(*arguments)
        return True
    except (Wrong, ValueError, OSError):
        return False


# --- The product.

class Installation:
    """A real one, made by `init`, with one tenant and one application."""

    def __init__(self, postern, home):
        self.postern, self.config = postern, home / "postern.toml"
        self.say("init", str(home), "--name", "postern.test")
        text = self.config.read_text()
        self.config.write_text(text.replace("127.0.0.1:7878", "127.0.0.1:0").replace("127.0.0.1:7879", "127.0.0.1:0"))
        self.tenant = self.here("tenant", "create", "acme")["tenant"]
        self.key = self.here("application", "create", "login", "--tenant", self.tenant, "--tiers", TIERS,
                             "--scopes", "log:read,events:read,subjects:write")["key"]

    def say(self, *arguments):
        done = subprocess.run([self.postern, *arguments, "--json"], stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode:
            raise SystemExit(f"evidence: {' '.join(arguments)}: {done.stderr.decode()}")
        return json.loads(done.stdout)

    def here(self, *arguments):
        return self.say(*arguments, "--config", str(self.config))

    def checks(self, path, key, *more):
        """The exit code of a check that knows nothing of the installation."""
        command = [self.postern, "audit", "check", str(path), "--key", key, *more]
        return subprocess.run(command, capture_output=True, cwd="/").returncode

    @contextlib.contextmanager
    def serving(self):
        command = [self.postern, "serve", "--json", "--config", str(self.config)]
        with open(self.config.with_name("log"), "w") as log:
            service = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
        late = threading.Timer(READY_SECONDS, service.kill)
        late.start()
        try:
            line = service.stdout.readline()
            late.cancel()
            if not line:
                raise SystemExit("evidence: the service did not begin")
            yield urllib.parse.urlsplit(json.loads(line)["url"]).netloc
        finally:
            late.cancel()
            service.terminate()
            check("the service stops when asked to", service.wait(30) == 0)


class Client:
    """The application, over one connection."""

    def __init__(self, address, key):
        self.connection = http.client.HTTPConnection(address, timeout=30)
        self.key = {"Authorization": f"Bearer {key}"}

    def ask(self, method, path, body=None, headers=()):
        self.connection.request(method, path, body, {**self.key, **dict(headers)})
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def create(self, name):
        headers = {"Content-Type": "application/json", "Idempotency-Key": name}
        return self.ask("POST", "/v1/subjects", json.dumps({"external_id": name}), headers)[0]

    def read(self, path):
        status, body = self.ask("GET", f"/v1/log/{path}")
        require(status == 200, f"{path}: {status}")
        return body


def folder(path):
    return lambda name: (path / name).read_bytes()


def served(client, entries, key):
    """Tiles and proofs over HTTP say the same as the folder."""
    check("what is served verifies", verify_log(client.read, key) == entries)
    other = pymerkle.InmemoryTree.init_from_entries(entries)
    for index in (0, 1, 255, 256, len(entries) - 1):
        name = json.loads(entries[index])["id"] if index % 2 else index
        event, at, size, path = verify_proof(client.read(f"proof?event={name}").decode(), key)
        check(f"event {index} is proved", (event, at) == (entries[index], index))
        # It counts from 1, and its path begins with the leaf itself.
        theirs = other.prove_inclusion(index + 1, size).serialize()["path"]
        check(f"pymerkle has the same path for event {index}", theirs[1:] == [one.hex() for one in path], theirs)
    hashes = [leaf(entry) for entry in entries]
    for earlier in (1, 2, 7, 255, 256, 257, len(entries) - 1, len(entries)):
        text, hashed = client.read(f"proof?from={earlier}").decode(), root(hashes[:earlier])
        check(f"the log begins with its first {earlier}", holds(verify_continued, text, earlier, hashed, key))
        changed = root([leaf(b"another"), *hashes[1:earlier]])
        check(f"and not with another {earlier}", not holds(verify_continued, text, earlier, changed, key))


def spoiled(installation, whole, before, key):
    """Whatever is changed is refused, by the program and by the verifier here."""
    def refused(what, change):
        copy = whole.with_name("spoiled")
        shutil.copytree(whole, copy)
        change(copy)
        check(f"the program refuses {what}", installation.checks(copy, key) == REFUSED)
        check(f"the verifier here refuses {what}", not holds(verify_log, folder(copy), key))
        shutil.rmtree(copy)

    def flip(name, at):
        def change(copy):
            data = bytearray((copy / name).read_bytes())
            data[at] ^= 1
            (copy / name).write_bytes(data)
        return change

    def swap(copy):
        """Two events in each other's place, and every tile made anew: only the signature is against it."""
        entries = entries_of((copy / "tile/entries/000").read_bytes())
        entries[2], entries[3] = entries[3], entries[2]
        bundle = b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
        (copy / "tile/entries/000").write_bytes(bundle)
        hashes = [leaf(entry) for entry in entries]
        (copy / "tile/0/000").write_bytes(b"".join(hashes))
        (copy / "tile/1/000.p/1").write_bytes(root(hashes))

    refused("a flipped bit in an event", flip("tile/entries/000", 40))
    refused("a flipped bit in a length", flip("tile/entries/000", 1))
    refused("a flipped bit in a tile", flip("tile/0/000", 8191))
    refused("a flipped bit in a tile above", flip("tile/1/000.p/1", 0))
    refused("a flipped bit in the root that is signed", flip("checkpoint", 60))
    refused("swapped events", swap)
    refused("an older checkpoint", lambda copy: shutil.copy(before / "checkpoint", copy / "checkpoint"))
    # What an installation lets go of with time is told, and only from the beginning on.
    copy = whole.with_name("thinned")
    shutil.copytree(whole, copy)
    (copy / "tile/entries/000").unlink()
    (copy / "begins").write_text("256\n")
    command = [installation.postern, "audit", "check", str(copy), "--key", key, "--json"]
    told = json.loads(subprocess.run(command, capture_output=True, cwd="/").stdout)
    check("a bundle that is missing at the beginning is told as thinned", told.get("thinned") == 256, told)
    shutil.rmtree(copy)
    refused("a missing bundle at the beginning of an export that had it", lambda copy: (copy / "tile/entries/000").unlink())
    refused("a missing bundle after others", lambda copy: next((copy / "tile/entries/001.p").iterdir()).unlink())
    refused("a missing bundle and its leaves",
            lambda copy: [(copy / name).unlink() for name in ("tile/entries/000", "tile/0/000")])


def spoiled_proof(installation, file, before, key):
    text = file.read_text()
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    event = base64.b64decode(lines[1][6:])
    other = base64.b64encode(bytes([event[0] ^ 1]) + event[1:]).decode()
    changed = {
        "a flipped bit in the event": text.replace(lines[1], f"extra {other}"),
        "another index": text.replace(f"\n{lines[2]}\n", f"\nindex {int(lines[2][6:]) ^ 1}\n"),
        "swapped hashes": text.replace(f"{lines[3]}\n{lines[4]}\n", f"{lines[4]}\n{lines[3]}\n"),
        "a missing hash": text.replace(f"{lines[-1]}\n\n", "\n"),
        "an older checkpoint": f"{head}\n\n{(before / 'checkpoint').read_text()}",
        "another size": text.replace(f"\n{note.splitlines()[1]}\n", "\n7\n"),
    }
    for what, now in changed.items():
        check(f"{what} is a change", now != text)
        spoilt = file.with_name("spoiled")
        spoilt.write_text(now)
        check(f"the program refuses {what}", installation.checks(spoilt, key) == REFUSED)
        check(f"the verifier here refuses {what}", not holds(verify_proof, now, key))


def main(postern):
    with tempfile.TemporaryDirectory(prefix="postern-evidence-") as temporary:
        place = pathlib.Path(temporary)
        before, after, file = place / "before", place / "after", place / "event.tlog-proof"
        installation = Installation(str(pathlib.Path(postern).absolute()), place / "postern")
        of = ("--tenant", installation.tenant)
        with installation.serving() as address:
            client = Client(address, installation.key)
            key = installation.here("audit", "export", str(before), *of)["verifier_key"]
            created = [client.create(f"person-{number}") for number in range(PEOPLE)]
            check("people are created", created == [201] * PEOPLE, created)
            installation.here("audit", "export", str(after), *of)
            installation.here("audit", "proof", "9", "--file", str(file), *of)
            entries = verify_log(folder(after), key)
            check("every event is in the export", len(entries) > PEOPLE, len(entries))
            served(client, entries, key)
        theirs = pymerkle.InmemoryTree.init_from_entries(entries).get_root()
        signed = opened((after / "checkpoint").read_text(), key)[1]
        check("pymerkle has the root that is signed", theirs == signed)
        earlier = verify_log(folder(before), key)
        check("the later log begins with the earlier one", entries[:len(earlier)] == earlier)
        event, index, *_ = verify_proof(file.read_text(), key)
        check("the proof file has its event", (event, index) == (entries[9], 9))
        for path in (before, after, file):
            check(f"the program accepts {path.name}", installation.checks(path, key) == 0)
        check("it continues what was kept", installation.checks(after, key, "--kept", str(before / "checkpoint")) == 0)
        kept = installation.checks(before, key, "--kept", str(after / "checkpoint"))
        check("an older log than what was kept is refused", kept == REFUSED, kept)
        second = place / "second"
        second.mkdir()
        stranger = Installation(installation.postern, second / "postern")
        name = stranger.here("audit", "export", str(second / "log"), "--tenant", stranger.tenant)["verifier_key"]
        check("another log's key is refused", installation.checks(after, name) == REFUSED)
        spoiled(installation, after, before, key)
        spoiled_proof(installation, file, before, key)
    return ended()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
