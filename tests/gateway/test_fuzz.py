"""Whatever is sent to any address of the service, the answer is one of its own: never a 500, never a stack trace, always a problem
document or what the description promises. Requests are made from the service's own OpenAPI document, and then spoilt."""

from __future__ import annotations

import base64
import string
from typing import Any

import httpx
import msgspec
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onestop.codec import encode_op
from onestop.wire import MEDIA_TYPE, PROBLEM_TYPE, Problem, content_digest
from onestop.wire_blobs import OCTETS
from tests.gateway.counter import Counter

TRIES = 60
HARD = settings(max_examples=TRIES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)

TEXT = st.text(max_size=30) | st.sampled_from(["", "\0", "a" * 300, "H32.15", "../..", "1:0000000000000000", "0" * 32, "é\u0301"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2**70, 2**70) | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=10)


def values(schema: dict[str, Any], known: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Mostly what ``schema`` asks for, sometimes anything."""
    return st.one_of(_fitting(schema, known), _fitting(schema, known), _fitting(schema, known), JSON)


def _fitting(schema: dict[str, Any], known: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        return st.deferred(lambda: _fitting(known[schema["$ref"].rpartition("/")[2]], known))
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return st.one_of(*(_fitting(one, known) for one in schema[word]))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema.get("type"):
        case "string" if schema.get("format") == "date":
            return st.dates().map(str) | st.just("2026-11-20")
        case "string" if schema.get("format") == "date-time":
            return st.datetimes().map(lambda at: at.isoformat() + "+07:00")
        case "string":
            return TEXT | st.uuids().map(lambda one: one.hex)
        case "integer":
            return st.integers(-2, 3) | st.integers(-2**40, 2**40)
        case "number":
            return st.floats(-10, 10)
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case "array":
            return st.lists(values(schema.get("items", {}), known), max_size=3)
        case "object":
            fields, wanted = schema.get("properties", {}), set(schema.get("required", []))
            return st.fixed_dictionaries({name: values(one, known) for name, one in fields.items() if name in wanted},
                                         optional={name: values(one, known) for name, one in fields.items() if name not in wanted})
        case _:
            return JSON


@pytest.fixture(params=["sqlite"])
def database_url(tmp_path) -> str:
    return f"sqlite:///{tmp_path}/gateway.db"


def check(reply: httpx.Response) -> None:
    """One of our own answers."""
    place = (reply.request.method, reply.request.url.path, reply.status_code)
    assert reply.status_code != 500, (place, reply.text)
    assert "Traceback" not in reply.text, place
    assert len(reply.content) < 8_000_000, place
    if reply.status_code == 304 or reply.request.method == "HEAD":
        return
    assert "Content-Digest" in reply.headers, place
    media = reply.headers["Content-Type"]
    if reply.status_code == 200:
        assert media in (MEDIA_TYPE, OCTETS, "application/json"), place
        return
    assert media == PROBLEM_TYPE, place
    found = msgspec.json.decode(reply.content, type=Problem)
    assert found.status == reply.status_code, place
    assert found.code and found.detail, place


def operations(http: httpx.Client) -> tuple[list[tuple[str, str, dict[str, Any]]], dict[str, Any]]:
    document = http.get("/openapi.json").json()
    return [(method, path, one) for path, methods in sorted(document["paths"].items()) for method, one in sorted(methods.items())
            ], document["components"]


def test_every_operation_bears_anything(counter: Counter) -> None:
    found, components = operations(counter.http)
    assert len(found) >= 18
    for method, path, operation in found:
        fuzz(counter, method.upper(), path, operation, components)
    alive(counter)


def fuzz(counter: Counter, method: str, path: str, operation: dict[str, Any], components: dict[str, Any]) -> None:
    known = components["schemas"]
    parameters = [components["parameters"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one
                  for one in operation.get("parameters", [])]
    of = {kind: {one["name"]: one["schema"] for one in parameters if one["in"] == kind} for kind in ("query", "header", "path")}
    asked = operation.get("requestBody", {}).get("content", {})
    media = next(iter(asked), "")
    body = st.none() if not asked else st.binary(max_size=2000) if media == OCTETS else values(asked[media]["schema"], known)

    @HARD
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        query = {name: plain(data.draw(values(schema, known))) for name, schema in of["query"].items()}
        headers = {name: ascii_of(data.draw(_fitting(schema, known))) for name, schema in of["header"].items() if data.draw(st.booleans())}
        if "Sync-Epoch" in headers:  # a well-formed one that is ahead says that this gateway was restored, and is believed
            headers["Sync-Epoch"] = data.draw(st.sampled_from(["x", "", "-1", "1e999", "9" * 90]))
        where = path
        for name in of["path"]:
            piece = data.draw(st.text(string.hexdigits.lower(), min_size=64, max_size=64) | st.just("x"))
            where = where.replace("{" + name + "}", piece)
        drawn = data.draw(body)
        try:
            raw = drawn if isinstance(drawn, bytes) else None if drawn is None and not asked else msgspec.json.encode(drawn)
        except (UnicodeEncodeError, OverflowError):
            raw = b"{"
        sent = counter.headers() | headers
        if raw is not None:
            sent |= {"Content-Type": media, "Content-Digest": content_digest(raw)}
        check(counter.http.request(method, where, params=query, content=raw, headers=sent))

    run()


def plain(value: Any) -> str:
    return str(value)[:250]


def ascii_of(value: Any) -> str:
    return "".join(c for c in str(value) if " " <= c <= "~").strip()[:100]


def alive(counter: Counter) -> None:
    """Nothing that was sent changed what others may do."""
    counter.sign_on()
    assert counter.push_one(counter.create()).s == "applied"


BODIES = st.one_of(
    st.binary(max_size=300),
    st.just(b"[" * 50_000),
    st.just(b'{"ops":' + b"[" * 100_000),
    st.just(zstandard.ZstdCompressor().compress(b"\0" * 50_000_000)),
    st.just(b"\xff\xfe" * 20),
    st.binary(min_size=10, max_size=100).map(base64.b64encode))


def test_bytes_that_are_nothing(counter: Counter) -> None:
    found, _ = operations(counter.http)
    posts = [path for method, path, _ in found if method == "post"]

    @HARD
    @given(path=st.sampled_from(posts), raw=BODIES, coding=st.sampled_from(["", "zstd", "gzip", "br"]),
           media=st.sampled_from([MEDIA_TYPE, MEDIA_TYPE, "application/json", ""]), digest=st.booleans())
    def run(path: str, raw: bytes, coding: str, media: str, digest: bool) -> None:
        headers = counter.headers() | {"Content-Type": media}
        headers |= {"Content-Encoding": coding} if coding else {}
        headers |= {"Content-Digest": content_digest(raw)} if digest else {}
        check(counter.http.request("POST", path, content=raw, headers=headers))

    run()
    alive(counter)


def test_ops_with_anything_in_them(counter: Counter) -> None:
    """The one body whose inside the description does not tell: real ops, with fields of any value."""
    @HARD
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        op = msgspec.json.decode(encode_op(counter.create()))
        for _ in range(data.draw(st.integers(1, 3))):
            spoilt = op if data.draw(st.booleans()) else op["data"]["dossier"] if data.draw(st.booleans()) else op["data"]
            if not isinstance(spoilt, dict) or not spoilt:
                continue
            name = data.draw(st.sampled_from(sorted(spoilt)))
            spoilt[name] = data.draw(JSON)
            if not isinstance(op["data"], dict) or not isinstance(op["data"].get("dossier"), dict):
                break
        try:
            raw = msgspec.json.encode(op)
        except (UnicodeEncodeError, OverflowError):
            return
        check(counter.push_raw([raw]))

    run()
    alive(counter)
