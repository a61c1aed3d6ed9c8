"""A small login service that takes Postern's backup codes as second factor.

python login.py SETTINGS.json

A person signs in with a password, and then with a one-time password of an authenticator, or with a backup code. Who has
signed in with the authenticator may get a set of backup codes. README.md says what SETTINGS.json has.
"""

import base64
import datetime
import hashlib
import hmac
import html
import http.cookies
import http.server
import json
import secrets
import sys
import threading
import time
import urllib.parse

from postern import Postern, Refused, Unavailable, Untrusted

SIGN_IN_SECONDS = 10 * 60  # from the password to the second factor
GUESSES = 5  # of passwords and one-time passwords for a person, until one is right; a real login waits as well
LATER = "The code could not be checked, and you are not signed in. Please type the same code again in a minute: it is used \
up once at most."
OURS = "This sign-in does not work at the moment. It is our mistake, not yours. Please tell the help desk."

# Problems whose sentence is meant for the person. All others are the operator's, and the page says OURS.
FOR_PEOPLE = {
    "code-not-accepted", "code-mistyped", "several-codes", "other-service", "too-many-attempts", "too-many-requests",
    "state-changed",
}
AGAIN = {"assurance-insufficient", "first-factor-required", "already-answered"}  # begin with the password


class Login:
    """What the pages do: people, sign-ins that have begun, sessions. One lock: this is an example."""

    def __init__(self, settings):
        self.people = settings["people"]
        self.postern = Postern(settings["postern"])
        self.begun, self.sessions, self.misses = {}, {}, {}
        self.lock = threading.Lock()

    # --- First factor.

    def password(self, name, password):
        """Begins a sign-in; its secret, or None."""
        person = self.people.get(name)
        # The same work for a name that is not there.
        right = hmac.compare_digest(hashed(password, (person or {}).get("salt", "")), (person or {}).get("hash", ""))
        if person is None or not self.counted(name, right):
            return None
        secret = secrets.token_urlsafe(32)
        # The transaction is this sign-in's; Postern's receipt must name it.
        self.begun[secret] = {"name": name, "at": int(time.time()), "txn": secrets.token_urlsafe(24)}
        return secret

    def sign_in(self, secret):
        """A sign-in that waits for its second factor."""
        begun = self.begun.get(secret)
        if begun and time.time() - begun["at"] < SIGN_IN_SECONDS:
            return begun
        self.begun.pop(secret, None)
        return None

    # --- Second factor: one of two.

    def authenticator(self, secret, typed):
        """A one-time password (RFC 6238); the session, or None."""
        begun = self.sign_in(secret)
        if begun is None:
            return None
        person = self.people[begun["name"]]
        steps = [int(time.time()) // 30 + step for step in (-1, 0, 1)]
        right = [step for step in steps if hmac.compare_digest(one_time(person["totp"], step), typed)]
        # A step is used once.
        if not self.counted(begun["name"], right and right[-1] > person.get("step", 0)):
            return None
        person["step"] = right[-1]
        return self.session(secret, ["pwd", "otp"], None)

    def backup_code(self, secret, code):
        """A backup code; the session. Whatever goes wrong is an exception, and nobody is let in."""
        begun = self.sign_in(secret)
        if begun is None:
            return None
        signed_in = {"level": "aal1", "methods": ["pwd"], "at": begun["at"]}
        # The same code in the same sign-in is the same request, so that a lost answer costs no second code.
        once = hmac.digest(secret.encode(), code.encode(), "sha256").hex()
        receipt = self.postern.redeem(begun["name"], code, begun["txn"], signed_in, once)
        session = self.session(secret, ["pwd", "otp"], receipt["restrictions"]["enrol"]["not_before"])
        self.sessions[session]["remaining"] = receipt["remaining"]
        return session

    def session(self, secret, methods, enrol_after):
        """Turns a sign-in into a session, once."""
        begun = self.begun.pop(secret)
        session = secrets.token_urlsafe(32)
        self.sessions[session] = {"name": begun["name"], "at": begun["at"], "methods": methods, "enrol": enrol_after}
        return session

    def counted(self, name, right):
        """Whether a guess counts as right: after some wrong ones none does."""
        right = bool(right) and self.misses.get(name, 0) < GUESSES
        self.misses[name] = 0 if right else self.misses.get(name, 0) + 1
        return right

    # --- Backup codes of one's own.

    def may_enrol(self, session):
        """The restriction of the receipt: after a recovery nothing is enrolled before its time."""
        return session["enrol"] is None or now() >= datetime.datetime.fromisoformat(session["enrol"])

    def new_codes(self, session):
        """A staged set: its codes are shown on this page and never again."""
        self.postern.subject(session["name"])
        signed_in = {"level": "aal2", "methods": session["methods"], "at": session["at"]}
        staged = self.postern.stage(session["name"], signed_in)
        session["staged"] = staged["set"]
        return [code["code"] for code in staged["codes"]]

    def confirm_codes(self, session, code):
        self.postern.confirm(session["staged"], code)
        del session["staged"]


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def hashed(password, salt):
    return hashlib.scrypt(password.encode(), salt=salt.encode(), n=2**14, r=8, p=5).hex()


def one_time(secret, step):
    """HOTP (RFC 4226) of a step, six digits."""
    mac = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    at = mac[-1] & 15
    return f"{(int.from_bytes(mac[at:at + 4], 'big') & 0x7fffffff) % 10**6:06}"


# --- Pages.

def page(*parts):
    return "<!doctype html><meta charset=utf-8><title>Sign in</title>" + "".join(f"<p>{part}</p>" for part in parts)


def form(action, label, name, kind="text"):
    field = f'<input name="{name}" type="{kind}" autocomplete="off">'
    return f'<form method="post" action="{action}"><label>{label} {field}</label><button>Go on</button></form>'


START = page('<form method="post" action="/password"><label>Name <input name="name"></label>'
             '<label>Password <input name="password" type="password"></label><button>Sign in</button></form>')
SECOND = (form("/authenticator", "One-time password", "typed"), form("/backup-code", "Backup code", "code"))


class Pages(http.server.BaseHTTPRequestHandler):
    """A path is a step; a method of the same name takes it."""

    protocol_version = "HTTP/1.1"
    login = None

    def do_GET(self):
        session = self.login.sessions.get(self.cookie("session"))
        if self.path != "/":
            return self.say(404, page("There is no such page."))
        if session is None:
            return self.say(200, START)
        left = f'You have {session["remaining"]} backup codes left.' if "remaining" in session else ""
        return self.say(200, page(f'You are signed in as {html.escape(session["name"])}.', left,
                                  '<form method="post" action="/codes"><button>New backup codes</button></form>'))

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        sent = urllib.parse.parse_qs(self.rfile.read(min(length, 4096)).decode(errors="replace"))
        sent = {name: values[0] for name, values in sent.items()}
        steps = {"/password": self.password, "/authenticator": self.authenticator, "/backup-code": self.backup_code,
                 "/codes": self.codes, "/confirm": self.confirm}
        step = steps.get(self.path)
        # A form of another site is not ours to follow.
        if step is None or self.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            return self.say(404, page("There is no such page."))
        with self.login.lock:
            try:
                return step(sent)
            except Refused as problem:
                return self.refused(problem)
            except Unavailable:
                self.log("Postern did not answer")
                return self.say(503, page(LATER, *(SECOND if self.path == "/backup-code" else ())))
            except Untrusted as why:
                self.log(f"a receipt was refused: {why}")
                return self.say(502, page(OURS))

    # --- Steps.

    def password(self, sent):
        secret = self.login.password(sent.get("name", ""), sent.get("password", ""))
        if secret is None:
            return self.say(403, page("Name or password is not right."))
        return self.say(200, page(*SECOND), {"sign-in": secret})

    def authenticator(self, sent):
        return self.signed_in(self.login.authenticator(self.cookie("sign-in"), sent.get("typed", "")))

    def backup_code(self, sent):
        return self.signed_in(self.login.backup_code(self.cookie("sign-in"), sent.get("code", "")))

    def signed_in(self, session):
        if session is None:
            return self.say(403, page("That is not right. Please sign in again.", START))
        return self.say(303, "", {"session": session, "sign-in": ""}, "/")

    def codes(self, _sent):
        session = self.login.sessions.get(self.cookie("session"))
        if session is None:
            return self.say(403, START)
        if not self.login.may_enrol(session):
            return self.say(403, page("You signed in with a backup code. New codes can be had from "
                                      f'{html.escape(session["enrol"])}, or after a sign-in with the authenticator.'))
        codes = "".join(f"<li><code>{html.escape(code)}</code></li>" for code in self.login.new_codes(session))
        return self.say(200, page("Print these now. They are not shown again.", f"<ol>{codes}</ol>",
                                  form("/confirm", "Type one of them, so that they work", "code")))

    def confirm(self, sent):
        session = self.login.sessions.get(self.cookie("session"))
        if session is None or "staged" not in session:
            return self.say(403, START)
        self.login.confirm_codes(session, sent.get("code", ""))
        return self.say(200, page("The codes work. The one that you typed is not used up."))

    # --- Answers.

    def refused(self, problem):
        """What the page says for each problem."""
        if problem.name in FOR_PEOPLE:
            group = f" Please look at group {problem.group}." if problem.group else ""
            wait = f" Try again in {problem.retry_after} seconds." if problem.retry_after else ""
            again = SECOND if self.path == "/backup-code" else ()
            return self.say(403, page(html.escape(problem.told) + group + wait, *again))
        if problem.name in AGAIN:
            return self.say(403, page("Please sign in again.", START))
        self.log(f"Postern refused this application: {problem.name}")
        return self.say(502, page(OURS))

    def cookie(self, name):
        found = http.cookies.SimpleCookie(self.headers.get("Cookie", "")).get(name)
        return found.value if found else ""

    def say(self, status, text, cookies=(), to=None):
        self.send_response(status)
        for name, value in dict(cookies).items():
            self.send_header("Set-Cookie", f"{name}={value}; Path=/; HttpOnly; SameSite=Strict")
        if to:
            self.send_header("Location", to)
        for name, value in (("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"),
                            ("Content-Security-Policy", "default-src 'none'; form-action 'self'"),
                            ("Content-Length", str(len(text.encode())))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log(self, what):
        print(what, file=sys.stderr, flush=True)

    def log_message(self, *_what):
        pass  # a request line is nobody's business


def main(path):
    with open(path) as file:
        Pages.login = Login(json.load(file))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    print(json.dumps({"url": f"http://127.0.0.1:{server.server_address[1]}"}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
