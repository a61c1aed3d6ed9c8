"""Signs in to the example login as a browser would, against a real Postern: with backup codes that work, and with all
that must not let anybody in.

python relying.py PATH_TO_POSTERN
"""

import base64
import http.client
import http.cookies
import http.server
import json
import pathlib
import re
import secrets
import sys
import tempfile
import threading
import time
import urllib.parse

from joserfc import jws
from joserfc.jwk import OKPKey

from service import Installation, started
from statements import check, ended

EXAMPLE = pathlib.Path(__file__).parent.parent / "examples" / "relying-application"
sys.path.insert(0, str(EXAMPLE))
import login as example  # noqa: E402
import postern as client  # noqa: E402

PASSWORD = "made up for this test"
ISSUER = "https://login.test"
NEVER = "PSTN-00000-00000-00000-00000-00000"


class Application(Installation):
    """A real installation, with the example as its application, and the example's key as its prover."""

    def __init__(self, postern, home):
        super().__init__(postern, home)
        tenant = self.here("tenant", "create", "acme")["tenant"]
        made = self.here("application", "create", "login", "--tenant", tenant, "--scopes",
                         "redeem,sets:stage,subjects:write,events:read", "--enforces", "enrol",
                         "--tiers", "standard,elevated,privileged,break_glass,service")
        key = OKPKey.generate_key("Ed25519")
        public = home / "prover.json"
        public.write_text(json.dumps(key.as_dict(private=False)))
        prover = self.here("prover", "add", "login", "--tenant", tenant, "--issuer", ISSUER, "--key", str(public))
        self.settings = {
            "key": made["key"], "application": made["application"], "prover": prover["prover"],
            "audience": prover["audience"], "issuer": ISSUER, "prover_key": key.as_dict(private=True),
        }


class Between(http.server.BaseHTTPRequestHandler):
    """What is between the login and Postern: passes everything on, and does what a test wants to answers."""

    protocol_version = "HTTP/1.1"
    to = None  # where Postern is; None if it is down
    lose = 0  # so many answers to redemptions are lost on the way
    change = None  # what becomes of an answer to a redemption
    redemptions = []  # (idempotency key, status) of those that came

    def do_GET(self):
        self.passed()

    do_POST = do_GET

    def passed(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        cls = Between
        if cls.to is None:
            self.close_connection = True
            return
        connection = http.client.HTTPConnection(cls.to, timeout=30)
        connection.request(self.command, self.path, body, dict(self.headers))
        answer = connection.getresponse()
        data, status, waits = answer.read(), answer.status, answer.getheader("Retry-After")
        connection.close()
        if self.path == "/v1/redemptions":
            cls.redemptions.append((self.headers["Idempotency-Key"], status))
            if cls.lose:
                cls.lose -= 1
                self.close_connection = True
                return
            if cls.change and status == 201:
                data = json.dumps(cls.change(json.loads(data))).encode()
        self.send_response(status)
        if waits:
            self.send_header("Retry-After", waits)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_what):
        pass


class Browser:
    """A person's browser: cookies, forms, and the page that is shown."""

    def __init__(self, address):
        self.address, self.cookies = address, {}

    def ask(self, method, path, form=None):
        connection = http.client.HTTPConnection(self.address, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if form is not None:
            headers["Content-Type"], body = "application/x-www-form-urlencoded", urllib.parse.urlencode(form)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            for name, cookie in http.cookies.SimpleCookie(line).items():
                self.cookies[name] = cookie.value
        connection.close()
        return answer.status, page

    def post(self, path, **form):
        return self.ask("POST", path, form)

    def is_in(self):
        return "You are signed in as alice" in self.ask("GET", "/")[1]

    def password(self):
        return self.post("/password", name="alice", password=PASSWORD)[0] == 200


def people(totp):
    return {"alice": {"salt": "salt", "hash": example.hashed(PASSWORD, "salt"), "totp": totp}}


def refused(what, browser, code, status, says=""):
    """A code that lets nobody in."""
    got, page = browser.post("/backup-code", code=code)
    check(f"{what}: refused", got == status, (got, page))
    check(f"{what}: the page says what to do", says in page, page)
    check(f"{what}: nobody is in", not browser.is_in())


def enrolled(address, totp):
    """Signs in with the authenticator and gets codes; the codes."""
    browser = Browser(address)
    check("a wrong password is refused", browser.post("/password", name="alice", password="no")[0] == 403)
    check("nobody is in without", not browser.is_in())
    check("a code without a password is refused", browser.post("/backup-code", code=NEVER)[0] == 403)
    check("the password is the first factor", browser.password())
    check("and not enough", not browser.is_in())
    typed = example.one_time(totp, int(time.time()) // 30)
    check("the authenticator is a second factor", browser.post("/authenticator", typed=typed)[0] == 303)
    check("one is in with both", browser.is_in())
    again = Browser(address)
    again.password()
    check("a one-time password works once", again.post("/authenticator", typed=typed)[0] == 403 and not again.is_in())
    status, page = browser.post("/codes")
    codes = re.findall("<code>(.*?)</code>", page)
    check("there are ten codes", status == 200 and len(codes) == 10, page)
    check("a wrong one does not confirm", browser.post("/confirm", code=NEVER)[0] == 403)
    unconfirmed = Browser(address)
    unconfirmed.password()
    refused("a code that is not confirmed", unconfirmed, codes[1], 403)
    check("one of them does", browser.post("/confirm", code=codes[0])[0] == 200)
    return codes


def sign_ins(address, codes):
    """Codes that work once, and words that do not work."""
    browser = Browser(address)
    browser.password()
    refused("a wrong code", browser, NEVER, 403, "not accepted")
    refused("half a code", browser, codes[1][:14], 403, "not tried")
    refused("two codes", browser, f"{codes[1]} {codes[2]}", 403, "one code at a time")
    check("a code is a second factor", browser.post("/backup-code", code=codes[1])[0] == 303 and browser.is_in())
    check("what is left is said", "9 backup codes left" in browser.ask("GET", "/")[1])
    status, page = browser.post("/codes")
    check("after a backup code nothing is enrolled before its time", status == 403 and "<code>" not in page, page)
    check("a sign-in is used once", browser.post("/backup-code", code=codes[2])[0] == 403)
    other = Browser(address)
    other.password()
    refused("a used code", other, codes[1], 403, "not accepted")
    check("the next one works", other.post("/backup-code", code=codes[2])[0] == 303 and other.is_in())


def lost(address, codes):
    """Answers that do not arrive."""
    browser = Browser(address)
    browser.password()
    Between.redemptions.clear()
    Between.lose = 1
    check("a lost answer is asked for again", browser.post("/backup-code", code=codes[3])[0] == 303 and browser.is_in())
    keys = [key for key, _ in Between.redemptions]
    check("with the same key", len(keys) == 2 and keys[0] == keys[1], keys)
    check("and costs one code", "7 backup codes left" in browser.ask("GET", "/")[1], browser.ask("GET", "/")[1])
    browser = Browser(address)
    browser.password()
    Between.lose = client.TRIES
    refused("an answer that never arrives", browser, codes[4], 503, "type the same code again")
    check("the same code in the same sign-in works", browser.post("/backup-code", code=codes[4])[0] == 303)
    check("and costs one code as well", "6 backup codes left" in browser.ask("GET", "/")[1])
    up, Between.to = Between.to, None
    browser = Browser(address)
    browser.password()
    refused("Postern is down", browser, codes[5], 503, "type the same code again")
    Between.to = up
    check("when it is there again, the code works", browser.post("/backup-code", code=codes[5])[0] == 303)


def forged(address, codes):
    """Receipts that are not what they must be."""
    kept = {}
    foreign = OKPKey.generate_key("Ed25519")

    def keep(answer):
        kept.update(answer)
        return answer

    def signed_by_another(answer):
        head, claims, _ = (answer["receipt"].split("."))
        head = json.loads(base64.urlsafe_b64decode(head + "=="))
        claims = base64.urlsafe_b64decode(claims + "==")
        return {**answer, "receipt": jws.serialize_compact(head, claims, foreign, registry=client.RECEIPTS)}

    Between.change = keep
    browser = Browser(address)
    browser.password()
    check("a code, its receipt kept", browser.post("/backup-code", code=codes[6])[0] == 303)
    changes = {
        "the receipt of another sign-in": lambda answer: {**answer, "receipt": kept["receipt"]},
        "a receipt that another has signed": signed_by_another,
        "a receipt without a signature": lambda answer: {**answer, "receipt": answer["receipt"].rpartition(".")[0] + "."},
        "no receipt": lambda answer: {**answer, "receipt": None},
    }
    browser = Browser(address)
    browser.password()
    for what, change in changes.items():
        Between.change = change
        refused(what, browser, codes[7], 502, "our mistake")
    Between.change = None
    check("the true one lets in, for the same code", browser.post("/backup-code", code=codes[7])[0] == 303)


def receipts(settings, person):
    """The checks of a receipt, one by one, with a key of our own in the place of Postern's."""
    key = OKPKey.generate_key("Ed25519", {"kid": "k"})
    postern = client.Postern({**settings, "url": "http://127.0.0.1:9"})
    postern.receipt_keys = client.KeySet([key])
    postern._published = lambda: client.KeySet([key])
    restrictions = {"enrol": {"not_before": "2026-01-01T00:00:00Z"}}
    now = int(time.time())
    good = {"iss": settings["audience"], "aud": settings["application"], "sid": person, "txn": "t" * 16, "iat": now,
            "exp": now + 60, "purpose": "second_factor", "restrictions": restrictions, "jti": "red_1"}

    def believed(header=(), **claims):
        said = {**good, "jti": secrets.token_hex(8), **claims}
        top = {"alg": "EdDSA", "kid": "k", "typ": "postern-receipt+jwt", "crit": ["rst"],
               "rst": client.digest(said["restrictions"]), **dict(header)}
        token = jws.serialize_compact(top, json.dumps(said), key, registry=client.RECEIPTS)
        try:
            return bool(postern._receipt(token, person, "t" * 16))
        except client.Untrusted:
            return False

    check("a receipt that says all is believed", believed())
    for name, other in {"iss": "postern.test/ten_other", "aud": "app_other", "sid": "bob", "txn": "u" * 16,
                        "purpose": "account_recovery", "exp": now - 1, "iat": now + 600}.items():
        check(f"not with another {name}", not believed(**{name: other}))
    check("not with a restriction that is not known", not believed(restrictions={**restrictions, "new": {}}))
    check("not with other restrictions than were signed", not believed({"rst": client.digest({})}))
    check("not of another type", not believed({"typ": "JWT"}))
    check("once", believed(jti="red_2") and not believed(jti="red_2"))


def main(postern):
    with tempfile.TemporaryDirectory(prefix="postern-relying-") as folder:
        home = pathlib.Path(folder)
        installation = Application(postern, home / "postern")
        between = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Between)
        threading.Thread(target=between.serve_forever, daemon=True).start()
        totp = base64.b32encode(secrets.token_bytes(20)).decode()
        settings = {**installation.settings, "url": f"http://127.0.0.1:{between.server_address[1]}"}
        (home / "settings.json").write_text(json.dumps({"postern": settings, "people": people(totp)}))
        log = home / "login.log"
        command = [sys.executable, "-B", str(EXAMPLE / "login.py"), str(home / "settings.json")]
        with installation.serving() as service, open(log, "w") as to, started(command, to) as said:
            Between.to = urllib.parse.urlsplit(service["url"]).netloc
            address = urllib.parse.urlsplit(said["url"]).netloc
            codes = enrolled(address, totp)
            sign_ins(address, codes)
            lost(address, codes)
            forged(address, codes)
        receipts(installation.settings, "alice")
        written = log.read_text() + (home / "postern" / "log").read_text()
        # The log's own words are short; five symbols in a row are a code's group.
        check("no log has a code", not any(code.split("-")[1] in written for code in codes), written)
        check("what is wrong is logged for the operator", "a receipt was refused" in log.read_text(), log.read_text())
    return ended()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
