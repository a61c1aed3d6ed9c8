"""What a login service needs of Postern: assertions that it signs, requests that are tried again safely, and receipts
that are checked without asking again. The standard library, and joserfc for JOSE.
"""

import base64
import hashlib
import http.client
import json
import secrets
import time
import urllib.parse
import warnings

from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import KeySet, OKPKey
from joserfc.registry import HeaderParameter

ASSERTION_SECONDS = 60  # at most 120
TIMEOUT_SECONDS = 10
TRIES = 3  # of one request: the first, and two more if nothing is known of it
PAUSE_SECONDS = 0.5
RECEIPT_KEPT_SECONDS = 12 * 60  # a repeated receipt lives no longer
SKEW_SECONDS = 30
RESTRICTIONS = {"enrol"}  # those that this application enforces; any other is a reason to refuse

# joserfc would rather see the newer name Ed25519; RFC 8037's EdDSA is what Postern's receipts and provers say.
warnings.simplefilter("ignore", SecurityWarning)

# An application that knows what `rst` means says so; one that does not must refuse the receipt (RFC 7515, `crit`).
RECEIPTS = jws.JWSRegistry({"rst": HeaderParameter("digest of the restrictions", "str")}, ["EdDSA", "ES256"])
ASSERTIONS = jws.JWSRegistry(algorithms=["EdDSA"])


class Refused(Exception):
    """A problem of the closed list: its name, its sentence, and when to come back."""

    def __init__(self, problem, retry_after):
        self.name = problem.get("type", "").removeprefix("urn:postern:problem:")
        self.told = problem.get("detail", "")
        self.group = problem.get("group")
        self.retry_after = retry_after
        super().__init__(self.name)


class Unavailable(Exception):
    """Nothing is known of what was asked: nobody is let in."""


class Untrusted(Exception):
    """A receipt that does not say what it must: nobody is let in."""


class Postern:
    """One application at one tenant. `settings` has url, key, application, audience, prover, issuer, prover_key."""

    def __init__(self, settings):
        self.address = urllib.parse.urlsplit(settings["url"]).netloc
        self.key, self.application, self.audience = settings["key"], settings["application"], settings["audience"]
        self.prover, self.issuer = settings["prover"], settings["issuer"]
        self.prover_key = OKPKey.import_key(settings["prover_key"])
        self.receipt_keys = None
        self.seen = {}  # jti of receipts, and until when they are remembered

    # --- What is asked.

    def stage(self, person, signed_in, reason="renew"):
        """Stages a set of codes for somebody who has signed in with two factors: the codes, shown once."""
        body = {"subject": {"external_id": person}, "reason": reason}
        body["assertion"] = self._assertion("stage", person, body, signed_in)
        return self._post("/v1/code-sets", body)

    def confirm(self, code_set, code):
        """Makes a staged set work, with one of its codes, which is not used up."""
        return self._post(f"/v1/code-sets/{urllib.parse.quote(code_set)}/confirm", {"code": code})

    def subject(self, person):
        """Makes Postern know a person; does nothing if it does."""
        return self._post("/v1/subjects", {"external_id": person})

    def redeem(self, person, code, txn, signed_in, once):
        """Spends a code as second factor. The claims of a receipt that was checked, or an exception. `once` is the
        same whenever the same person types the same code in the same login: then it costs one code at most."""
        body = {"subject": {"external_id": person}, "purpose": "second_factor", "txn": txn, "first_factor": {}}
        # What is signed has everything but the code: a prover never sees it. An emptied member stays.
        body["first_factor"]["assertion"] = self._assertion("redeem", person, body, signed_in)
        body["code"] = code
        answer = self._post("/v1/redemptions", body, once)
        return {**self._receipt(answer.get("receipt"), person, txn), "remaining": answer["remaining"]}

    # --- How it is asked.

    def _post(self, path, body, once=None):
        """One request, tried again with the same key and the same bytes while nothing is known of it."""
        data, once = json.dumps(body).encode(), once or secrets.token_urlsafe(24)
        for left in reversed(range(TRIES)):
            try:
                status, headers, answer = self._ask("POST", path, data, {"Idempotency-Key": once})
            except (OSError, http.client.HTTPException, ValueError):
                status = None
            if status is not None and status < 300:
                return answer
            if status is not None and status < 500:
                raise Refused(answer, headers.get("Retry-After"))
            if left:
                time.sleep(PAUSE_SECONDS)
        raise Unavailable()

    def _ask(self, method, path, data, headers):
        connection = http.client.HTTPConnection(self.address, timeout=TIMEOUT_SECONDS)
        try:
            always = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
            connection.request(method, path, data, {**always, **headers})
            answer = connection.getresponse()
            return answer.status, answer.headers, json.loads(answer.read() or b"null")
        finally:
            connection.close()

    def _assertion(self, operation, person, body, signed_in):
        """This application's signed word that the person was here (decision 0012)."""
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": self.audience, "sub": person, "op": operation,
            "acr": signed_in["level"], "amr": signed_in["methods"], "auth_time": signed_in["at"],
            "jti": secrets.token_urlsafe(16), "exp": now + ASSERTION_SECONDS, "req": digest(body),
        }
        header = {"alg": "EdDSA", "kid": self.prover}
        return jws.serialize_compact(header, json.dumps(claims), self.prover_key, registry=ASSERTIONS)

    # --- What is believed.

    def _receipt(self, token, person, txn):
        """The claims of a receipt, if it is signed by Postern and says that this login may go on."""
        now = time.time()
        header, claims = self._verified(token)
        restrictions = claims.get("restrictions", {})
        require(header.get("typ") == "postern-receipt+jwt", "it is no receipt")
        require(header.get("rst") == digest(restrictions), "its restrictions are not those that were signed")
        require(set(restrictions) <= RESTRICTIONS, "it has a restriction that is not enforced here")
        expected = {"iss": self.audience, "aud": self.application, "sid": person, "txn": txn, "purpose": "second_factor"}
        for name, value in expected.items():
            require(claims.get(name) == value, f"it is of another {name}")
        require(claims["iat"] <= now + SKEW_SECONDS and now < claims["exp"], "it is not of now")
        self.seen = {jti: until for jti, until in self.seen.items() if until > now}
        require(claims["jti"] not in self.seen, "it was used before")
        self.seen[claims["jti"]] = now + RECEIPT_KEPT_SECONDS
        return claims

    def _verified(self, token):
        for fresh in (False, True):
            if fresh or self.receipt_keys is None:
                self.receipt_keys = self._published()
            try:
                receipt = jws.deserialize_compact(token, self.receipt_keys, registry=RECEIPTS)
                return receipt.protected, json.loads(receipt.payload)
            except (JoseError, ValueError, TypeError, AttributeError):
                continue  # once more with fresh keys: they may have been rotated
        raise Untrusted("its signature is not Postern's")

    def _published(self):
        try:
            _, _, keys = self._ask("GET", "/.well-known/jwks.json", None, {})
            return KeySet.import_key_set(keys)
        except (OSError, http.client.HTTPException, ValueError, KeyError, JoseError):
            raise Unavailable() from None


def require(holds, what):
    if not holds:
        raise Untrusted(what)


def digest(value):
    """base64url of SHA-256 over the RFC 8785 form; for names and values like these that is sorted JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
