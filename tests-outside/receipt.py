"""Redeems a code over HTTP and verifies the receipt as an application would: with the service's published keys and
with JOSE of other people's make (joserfc).

python receipt.py PATH_TO_POSTERN
"""

import base64
import datetime
import hashlib
import http.client
import json
import secrets
import sys
import urllib.parse
import warnings

from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import KeySet
from joserfc.registry import HeaderParameter

from service import demonstration
from statements import check, ended

SUBJECT = {"external_id": "alice@example.org"}  # whom the demonstration knows
LIFE_SECONDS = 120  # of a receipt, at most


class Client:
    """An application: its key, and where the service is."""

    def __init__(self, demo):
        self.address, self.key = urllib.parse.urlsplit(demo["url"]).netloc, demo["application_key"]

    def get(self, path):
        return self._ask("GET", path, None, {})

    def post(self, path, body, key=None):
        headers = {"Content-Type": "application/json", "Idempotency-Key": key or secrets.token_urlsafe(16)}
        return self._ask("POST", path, json.dumps(body), headers)

    def _ask(self, method, path, body, headers):
        connection = http.client.HTTPConnection(self.address, timeout=30)
        try:
            connection.request(method, path, body, {"Authorization": f"Bearer {self.key}", **headers})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        finally:
            connection.close()


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def proof(level, method):
    return {"level": level, "method": method, "at": now().strftime("%Y-%m-%dT%H:%M:%SZ")}


def unpadded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(token, number):
    text = token.split(".")[number]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


# joserfc would rather see the newer name Ed25519; RFC 8037's EdDSA is what more applications know.
warnings.simplefilter("ignore", SecurityWarning)

# An application that knows what `rst` means says so; one that does not must refuse the receipt.
KNOWING = jws.JWSRegistry({"rst": HeaderParameter("digest of the restrictions", "str")}, ["EdDSA"])
IGNORANT = jws.JWSRegistry(algorithms=["EdDSA"], strict_check_header=False)


def verified(token, keys, registry=KNOWING):
    """The claims, if the signature and every critical header hold; otherwise None."""
    try:
        return json.loads(jws.deserialize_compact(token, keys, registry=registry).payload)
    except JoseError:
        return None


def issue(client):
    """Stages and confirms a set; its codes."""
    status, staged = client.post("/v1/code-sets", {"subject": SUBJECT, "assurance": proof("aal2", "otp")})
    check("a set is staged", status == 201, staged)
    codes = [code["code"] for code in staged["codes"]]
    status, confirmed = client.post(f"/v1/code-sets/{staged['set']}/confirm", {"code": codes[0]})
    check("a set is confirmed", status == 200, confirmed)
    return staged["set"], codes


def headers(token, keys):
    """What the receipt says of itself, and what comes of changing it."""
    header = part(token, 0)
    check("typ", header.get("typ") == "postern-receipt+jwt", header)
    check("rst is critical", header.get("crit") == ["rst"], header)
    check("kid is of a published key", header.get("kid") in [key.kid for key in keys.keys], header)
    check("refused where rst is not known", verified(token, keys, IGNORANT) is None)
    first, claims, signature = token.split(".")
    other = unpadded(json.dumps({**part(token, 1), "slot": 99}).encode())
    check("refused with other claims", verified(f"{first}.{other}.{signature}", keys) is None)
    plain = unpadded(json.dumps({key: header[key] for key in header if key not in ("crit", "rst")}).encode())
    check("refused without its critical header", verified(f"{plain}.{claims}.{signature}", keys) is None)
    private = KeySet.generate_key_set("OKP", "Ed25519", count=1)
    check("refused with another key", verified(token, KeySet([*private.keys]), KNOWING) is None)
    return header


def contents(claims, header, asked, answer, set_id):
    """The claims, against what was asked and answered."""
    at = now().timestamp()
    check("iss names the installation and the tenant", str(claims.get("iss", "")).startswith("localhost"), claims)
    check("aud is one application", str(claims.get("aud", "")).startswith("app_"), claims)
    check("sub is a subject", str(claims.get("sub", "")).startswith("sub_"), claims)
    check("sid is as called", claims.get("sid") == SUBJECT["external_id"], claims)
    check("txn is as asked", claims.get("txn") == asked["txn"], claims)
    check("purpose is as asked", claims.get("purpose") == asked["purpose"], claims)
    check("jti is the redemption", claims.get("jti") == answer["redemption"], claims)
    check("set and slot are as answered", (claims.get("set"), claims.get("slot")) == (set_id, answer["slot"]), claims)
    check("it says aal2 at most", claims.get("aal_max") == 2, claims)
    check("iat is now", abs(claims.get("iat", 0) - at) < 30, claims)
    check("it lives for a while, and not long", 0 < claims["exp"] - claims["iat"] <= LIFE_SECONDS, claims)
    check("what was only told is not called verified", claims.get("verified") is None, claims)
    check("the first factor is named as told", (claims.get("asserted") or {}).get("level") == "aal1", claims)
    check("restrictions are as answered", claims.get("restrictions") == answer["restrictions"], claims)
    text = json.dumps(claims.get("restrictions"), separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    check("rst is the digest of the restrictions", header.get("rst") == unpadded(hashlib.sha256(text.encode()).digest()))


def evidence(client, claims):
    """The event that the receipt names is in the log."""
    status, events = client.get("/v1/events?limit=500")
    found = [event for event in events.get("items", []) if claims["evt"] in (event.get("id"), event.get("event"))]
    check("its event is in the log", status == 200 and len(found) == 1, claims["evt"])


def main(postern):
    with demonstration(postern) as demo:
        client = Client(demo)
        set_id, codes = issue(client)
        status, keys = client.get("/.well-known/jwks.json")
        check("keys are published", status == 200 and len(keys["keys"]) >= 1, keys)
        check("no private key is", all("d" not in key for key in keys["keys"]))
        keys = KeySet.import_key_set(keys)

        asked = {"subject": SUBJECT, "code": codes[1], "purpose": "second_factor",
                 "txn": secrets.token_urlsafe(24), "first_factor": proof("aal1", "pwd")}
        once = secrets.token_urlsafe(16)
        status, answer = client.post("/v1/redemptions", asked, once)
        check("a code is redeemed", status == 201 and answer.get("outcome") == "accepted", answer)
        claims = verified(answer["receipt"], keys)
        check("the receipt verifies", claims is not None, answer["receipt"])
        header = headers(answer["receipt"], keys)
        contents(claims or part(answer["receipt"], 1), header, asked, answer, set_id)

        status, again = client.post("/v1/redemptions", asked, once)
        check("a retry has the same answer", status == 201 and again.get("replayed") is True, again)
        replayed = verified(again["receipt"], keys) or {}
        check("and a receipt that verifies, of the same jti and txn",
              [replayed.get(name) for name in ("jti", "txn", "evt")] == [claims[name] for name in ("jti", "txn", "evt")])
        check("and that lives no longer", 0 < replayed["exp"] - replayed["iat"] <= LIFE_SECONDS, replayed)
        check("and costs no code", again["remaining"] == answer["remaining"], again)
        status, other = client.post("/v1/redemptions", {**asked, "txn": secrets.token_urlsafe(24)}, once)
        check("another request under the same key is refused", status == 422, other)
        check("as such", str(other.get("type", "")).endswith(":idempotency-key-reused"), other)
        status, spent = client.post("/v1/redemptions", {**asked, "txn": secrets.token_urlsafe(24)})
        check("a spent code has no receipt", status == 422 and "receipt" not in spent, spent)
        evidence(client, claims)
    return ended()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
