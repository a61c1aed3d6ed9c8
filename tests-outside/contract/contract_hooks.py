"""What schemathesis needs to know beside the document: when it is now, and which few rules no schema can say. Writes down
which operations were answered with success. Loaded by contract.py.
"""

import datetime
import os
import pathlib

import schemathesis

REACHED = pathlib.Path(os.environ["POSTERN_REACHED"])

# Problems that say that the request itself does not fit.
SHAPES = {f"urn:postern:problem:{name}" for name in ("malformed-request", "invalid-value", "idempotency-key-missing",
                                                     "precondition-required", "unsupported-media-type")}


def is_positive(case):
    return case.meta is not None and case.meta.generation.mode.is_positive


@schemathesis.hook
def before_call(context, case, kwargs):
    """An application says when somebody signed in: just now. And nobody waits long for events that nobody makes."""
    if not is_positive(case):
        return
    if case.query and "wait" in case.query:
        case.query = {**case.query, "wait": 0}
    if isinstance(case.body, dict):
        for member in ("assurance", "first_factor"):
            said = case.body.get(member)
            if isinstance(said, dict) and "at" in said:
                now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
                case.body = {**case.body, member: {**said, "at": now}}


def whole(value):
    """JSON Schema counts 1.0 among the integers. Programs write 1, and the service reads nothing else."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {member: whole(inner) for member, inner in value.items()}
    return [whole(inner) for inner in value] if isinstance(value, list) else value


@schemathesis.hook
def map_body(context, body):
    return whole(body)


gone = set()  # subjects that left


@schemathesis.hook
def after_call(context, case, response):
    if case.operation.path.endswith("/leave") and response.status_code == 200:
        gone.add(response.json()["subject"])


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Who has left is not found any more: schemathesis knows of DELETE alone that it takes something away. And what no
    schema can say is refused."""
    kind, named = type(failure).__name__, case.path_parameters or {}
    # A set's id begins as its subject's.
    left = named.get("sub") in gone or any(named.get("set", "")[4:29] == sub[4:29] for sub in gone)
    is_expected = (kind == "EnsureResourceAvailability" and left) or (kind == "RejectedPositiveData" and is_beyond_schemas(case))
    return not is_expected


def names(value):
    """Every name of the identity provider's in a body, and every owner."""
    if isinstance(value, dict):
        for member, inner in value.items():
            yield from [inner] if member in ("external_id", "owner") and isinstance(inner, str) else names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from names(inner)


def is_beyond_schemas(case):
    """Whether one of the rules is broken that no schema of the document can say."""
    body = case.body if isinstance(case.body, dict) else {}
    query = case.query or {}
    return (
        # A schema counts characters, the service bytes.
        any(len(name.encode()) > 255 for name in names(body))
        # One of two members at most.
        or (body.get("assertion") is not None and body.get("assurance") is not None)
        # The bound of one member hangs on another one.
        or (body.get("format") == "compact" and (body.get("count") or 0) > 31)
        # One of two parameters, exactly.
        or (case.operation.path == "/v1/log/proof" and ("event" in query) == ("from" in query))
    )


@schemathesis.check
def what_fits_is_taken(context, response, case):
    """What fits the document is never refused for its shape."""
    if 200 <= response.status_code < 300:
        with REACHED.open("a") as reached:
            reached.write(case.operation.label + "\n")
    if is_positive(case) and response.status_code in (400, 415, 422, 428) and not is_beyond_schemas(case):
        problem = response.json().get("type")
        assert problem not in SHAPES, f"it fits the document and is refused as {problem}"
