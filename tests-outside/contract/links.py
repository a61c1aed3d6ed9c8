"""Follows every link of the document from an operation that needs none, with what the links and the examples say and
nothing else. Each link is followed on a chain of its own, from a new subject on.
"""

import datetime
import http.client
import json
import secrets
import urllib.parse

ROOT = "create_subject"
DEPTH = 4  # operations in a row


class Document:
    """Operations by their ids."""

    def __init__(self, document):
        self.schemas = document["components"]["schemas"]
        self.operations = {operation["operationId"]: (method.upper(), path, operation)
                           for path, item in document["paths"].items() for method, operation in item.items()}

    def links(self, name):
        for status, response in self.operations[name][2]["responses"].items():
            if status.startswith("2"):
                yield from response.get("links", {}).values()

    def chains(self, chain):
        """Every way along links, of which each begins anew."""
        yield chain
        if len(chain) < DEPTH:
            for link in self.links(chain[-1][0]):
                yield from self.chains([*chain, (link["operationId"], link)])

    def filled(self, name):
        """The required members of a body, by their examples."""
        content = self.operations[name][2].get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        return None if schema is None else self.example(schema)

    def example(self, schema):
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"].rsplit("/", 1)[1]]
        if "example" in schema:
            return schema["example"]
        if "enum" in schema:
            return schema["enum"][0]
        if "oneOf" in schema:
            return self.example(schema["oneOf"][0])
        return {member: self.example(schema["properties"][member]) for member in schema.get("required", [])}


def value(expression, asked, answer):
    """What a runtime expression names (OpenAPI 3.1, Runtime Expressions), wherever it stands."""
    if isinstance(expression, dict):
        return {member: value(inner, asked, answer) for member, inner in expression.items()}
    if not isinstance(expression, str) or not expression.startswith("$"):
        return expression
    if expression.startswith("$response.header."):
        return answer["headers"][expression.rsplit(".", 1)[1]]
    found = asked if expression.startswith("$request.body#") else answer["body"]
    for part in expression.split("#/")[1].split("/"):
        found = found[int(part) if isinstance(found, list) else part]
    return found


def signed_in_now(body):
    """When somebody signed in is a fact, of which a document can have an example only."""
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {member: {**inner, "at": now} if isinstance(inner, dict) and "at" in inner else inner
            for member, inner in body.items()}


def ask(demo, document, name, parameters, body):
    method, path, operation = document.operations[name]
    headers = {"Authorization": "Bearer " + demo["application_key"], "Idempotency-Key": secrets.token_urlsafe(16)}
    query = {}
    for parameter in operation.get("parameters", []):
        of = parameters.get(parameter["name"])
        if of is not None and parameter["in"] == "path":
            path = path.replace("{%s}" % parameter["name"], urllib.parse.quote(str(of)))
        elif of is not None:
            (headers if parameter["in"] == "header" else query)[parameter["name"]] = of
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(demo["url"]).netloc, timeout=60)
    try:
        text = None if body is None else json.dumps(body)
        headers.update({} if text is None else {"Content-Type": "application/json"})
        connection.request(method, path + ("?" + urllib.parse.urlencode(query) if query else ""), text, headers)
        answer = connection.getresponse()
        bytes_ = answer.read()
        parsed = json.loads(bytes_) if "json" in answer.headers.get("Content-Type", "") else None
        return {"status": answer.status, "headers": answer.headers, "body": parsed}
    finally:
        connection.close()


def followed(demo, document):
    """For each link, as `from to`: the last status and the operation as the document names it."""
    document, reached = Document(document), {}
    for chain in document.chains([(ROOT, {})]):
        asked, answer = None, None
        for name, link in chain:
            body = document.filled(name)
            if name == ROOT:
                body = {"external_id": "linked-" + secrets.token_hex(8)}
            parameters = {at: value(of, asked, answer) for at, of in link.get("parameters", {}).items()}
            linked = value(link.get("requestBody") or {}, asked, answer)
            body = None if body is None else signed_in_now({**body, **linked})
            asked, answer = body, ask(demo, document, name, parameters, body)
            if answer["status"] >= 300:
                break
        method, path, _ = document.operations[chain[-1][0]]
        reached[" ".join(name for name, _ in chain)] = (answer["status"], f"{method} {path}", chain[-1][0] == name)
    return reached
