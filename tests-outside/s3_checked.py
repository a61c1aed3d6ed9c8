"""An object store that speaks S3, on loopback: moto's, behind a check of every request's signature.

moto checks the signatures of headers alone, and Postern signs addresses. The check is botocore's: the signature is made
again with the one access key that there is, from the request as it came, and the two are compared.

python s3_checked.py PORT BUCKET ACCESS_KEY_ID SECRET
"""

import datetime
import hmac
import sys
from urllib.parse import parse_qsl

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.s3.models import s3_backends
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, run_simple
from werkzeug.test import Client

PORT, BUCKET, KEY_ID, SECRET = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
ACCOUNT, PARTITION, REGION = "123456789012", "aws", "us-east-1"
FORM = "%Y%m%dT%H%M%SZ"


def fault(environ):
    """Why a request is refused; nothing if its signature is right."""
    path, _, query = environ["REQUEST_URI"].partition("?")
    said = dict(parse_qsl(query, keep_blank_values=True))
    shown = said.get("X-Amz-Signature")
    if shown is None or said.get("X-Amz-Algorithm") != "AWS4-HMAC-SHA256":
        return "AccessDenied"
    signed_at = said["X-Amz-Date"]
    key_id, day, region, service, end = said["X-Amz-Credential"].split("/")
    if key_id != KEY_ID:
        return "InvalidAccessKeyId"
    if (day, region, service, end) != (signed_at[:8], REGION, "s3", "aws4_request"):
        return "AuthorizationHeaderMalformed"
    began = datetime.datetime.strptime(signed_at, FORM)
    age = (datetime.datetime.utcnow() - began).total_seconds()
    if not -900 <= age <= int(said["X-Amz-Expires"]):
        return "AccessDenied"
    names = said["X-Amz-SignedHeaders"].split(";")
    if "host" not in names:
        return "AccessDenied"
    headers = {name: environ["HTTP_" + name.upper().replace("-", "_")] for name in names}
    rest = "&".join(pair for pair in query.split("&") if not pair.startswith("X-Amz-Signature="))
    url = "http://" + environ["HTTP_HOST"] + path + "?" + rest
    request = AWSRequest(method=environ["REQUEST_METHOD"], url=url, headers=headers)
    request.context["timestamp"] = signed_at
    check = S3SigV4QueryAuth(Credentials(KEY_ID, SECRET), "s3", region)
    ours = check.signature(check.string_to_sign(request, check.canonical_request(request)), request)
    return None if hmac.compare_digest(ours, shown) else "SignatureDoesNotMatch"


def checked(store):
    """A store behind the check."""

    def answer(environ, start):
        try:
            code = fault(environ)
        except (KeyError, ValueError):
            code = "AuthorizationQueryParametersError"
        if code is None:
            return store(environ, start)
        body = f"<?xml version=\"1.0\"?><Error><Code>{code}</Code></Error>".encode()
        start("403 Forbidden", [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
        return [body]

    return answer


class Quiet(WSGIRequestHandler):
    """Says nothing of what is asked: addresses carry signatures."""

    def log_request(self, code="-", size="-"):
        pass


s3_backends[ACCOUNT][PARTITION].create_bucket(BUCKET, REGION)
store = DomainDispatcherApplication(create_backend_app)
# What the first request would wait for is made before.
Client(store).get(f"/{BUCKET}")
run_simple("127.0.0.1", PORT, checked(store), threaded=True, request_handler=Quiet)
