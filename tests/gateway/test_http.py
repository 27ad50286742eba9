"""What surrounds every request: media type, digests, compression, sizes, and a problem document for whatever goes wrong."""

from __future__ import annotations

import gzip
import json
import logging

import httpx
import msgspec
import pytest
import zstandard

from onestop.codec import encode_op
from onestop.ids import uuid7_hex
from onestop.wire import MEDIA_TYPE, ManifestReply, PushReply, content_digest
from tests.gateway.counter import Counter, problem


def push_body(counter: Counter, *ops: bytes) -> bytes:
    return msgspec.json.encode({"batch": "b", "device": counter.device, "inc": counter.inc, "part": counter.part,
                                "ops": [msgspec.Raw(op) for op in ops]})


def test_every_kind_of_garbage_gets_a_problem_document(counter: Counter) -> None:
    for body in (b"", b"<html><body>Login</body></html>", b"\x00\xff\xfe", b"null", b"[]", b"7", b'{"batch":', b"[" * 100_000,
                 b'{"batch":1,"device":1,"inc":"x","part":"y","ops":[]}', '{"batch":"\ud800"}'.encode("utf-8", "surrogatepass")):
        found = problem(counter.call("POST", "/v1/push", body), 422, "body-invalid")
        assert "Login" not in found.detail
    for path in ("/v1/enrol", "/v1/token", "/v1/leases", "/v1/numbers", "/v1/lookup", "/v1/staff/sign-in", "/v1/catalogue/get"):
        problem(counter.call("POST", path, b"<html>"), 422, "body-invalid")


def test_other_media_types_are_refused(counter: Counter) -> None:
    for kind in ("application/json", "text/html", f"{MEDIA_TYPE}; charset=utf-8", ""):
        problem(counter.call("POST", "/v1/push", push_body(counter), {"Content-Type": kind}), 415, "media-type")


def test_unknown_addresses_and_methods(counter: Counter) -> None:
    problem(counter.call("GET", "/"), 404, "not-found")
    problem(counter.call("GET", "/docs"), 404, "not-found")
    problem(counter.call("GET", "/v1/" + "x" * 3000), 404, "not-found")
    reply = counter.call("GET", "/v1/push")
    problem(reply, 405, "method-not-allowed")
    assert reply.headers["Allow"] == "POST"


def test_what_was_damaged_on_the_way_is_not_read(counter: Counter) -> None:
    op = counter.create()
    body = push_body(counter, encode_op(op))
    flipped = body.replace(b"Nguy", b"Nguz", 1)
    problem(counter.call("POST", "/v1/push", flipped, {"Content-Digest": content_digest(body)}), 400, "digest-mismatch")
    assert counter.pull() == []
    assert counter.push_one(op).s == "applied"


def test_too_much_at_once(counter: Counter) -> None:
    problem(counter.call("POST", "/v1/push", b" " * 10_000_000), 413, "body-too-large")
    for coding, pack in (("gzip", gzip.compress), ("zstd", zstandard.compress)):
        bomb = pack(b" " * 50_000_000)
        problem(counter.call("POST", "/v1/push", bomb, {"Content-Encoding": coding}), 413, "body-too-large")
    assert counter.call("GET", "/v1/hello").status_code == 200


def test_compressed_bodies(counter: Counter) -> None:
    for coding, pack in (("gzip", gzip.compress), ("zstd", zstandard.compress), ("identity", bytes)):
        op = counter.create()
        reply = counter.call("POST", "/v1/push", pack(push_body(counter, encode_op(op))), {"Content-Encoding": coding})
        assert counter.ok(reply, PushReply).results[0].s == "applied"
    body = push_body(counter)
    problem(counter.call("POST", "/v1/push", body, {"Content-Encoding": "gzip"}), 400, "body-unreadable")
    problem(counter.call("POST", "/v1/push", body, {"Content-Encoding": "zstd"}), 400, "body-unreadable")
    problem(counter.call("POST", "/v1/push", body, {"Content-Encoding": "br"}), 415, "content-encoding")


@pytest.mark.parametrize(("accept", "coding"), [("zstd, gzip", "zstd"), ("gzip;q=0.5", "gzip"), ("zstd;q=0, gzip", "gzip"),
                                                ("identity", None), ("br", None)])
def test_replies_are_compressed_as_asked_and_their_digest_is_of_the_bytes_sent(counter: Counter, accept: str, coding: str | None) -> None:
    counter.push(*[counter.create() for _ in range(5)])
    headers = counter.headers() | {"Accept-Encoding": accept}
    with counter.http.stream("GET", "/v1/pull", params={"part": counter.part}, headers=headers) as reply:
        raw = b"".join(reply.iter_raw())
    assert reply.headers.get("Content-Encoding") == coding
    assert reply.headers["Content-Digest"] == content_digest(raw)
    body = {"zstd": lambda data: zstandard.ZstdDecompressor().decompress(data), "gzip": gzip.decompress, None: bytes}[coding](raw)
    assert len(msgspec.json.decode(body)["items"]) == 5


def test_the_catalogue_is_fetched_by_digest(counter: Counter) -> None:
    reply = counter.call("GET", "/v1/catalogue/manifest")
    manifest = counter.ok(reply, ManifestReply)
    assert reply.headers["ETag"] == f'"{manifest.etag}"'
    assert counter.call("GET", "/v1/catalogue/manifest", headers={"If-None-Match": reply.headers["ETag"]}).status_code == 304
    assert {entry.kind for entry in manifest.entries} == {"agency", "procedure", "calendar", "codes", "field"}
    digests = [entry.sha256 for entry in manifest.entries]
    got = counter.call("POST", "/v1/catalogue/get", {"sha256": [*digests, "0" * 64]}).json()["docs"]
    assert set(got) == set(digests)
    import hashlib

    assert all(hashlib.sha256(text.encode()).hexdigest() == digest for digest, text in got.items())
    problem(counter.call("POST", "/v1/catalogue/get", {"sha256": ["0"] * 201}), 413, "too-many-documents")


def test_the_service_describes_itself(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    schemas = document["components"]["schemas"]
    operations = [op for path in document["paths"].values() for op in path.values()]
    assert {"/v1/push", "/v1/pull", "/v1/enrol", "/v1/staff/reports"} <= set(document["paths"])

    def references(value):
        if isinstance(value, dict):
            yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
            for item in value.values():
                yield from references(item)
        elif isinstance(value, list):
            for item in value:
                yield from references(item)

    found = set(references(document))
    assert found
    known = {f"#/components/{kind}/{name}" for kind, entries in document["components"].items() for name in entries}
    assert found <= known
    assert {"PushRequest", "HelloReply", "Problem"} <= set(schemas)
    pull = document["paths"]["/v1/pull"]["get"]
    assert "cursor-too-old" in pull["responses"]["410"]["description"]
    assert "426" in pull["responses"]
    assert "426" not in document["paths"]["/v1/push"]["post"]["responses"]
    assert "application/json" not in json.dumps(document["paths"]["/v1/push"])
    assert all({"$ref": "#/components/parameters/SyncProto"} in op["parameters"] for path, methods in document["paths"].items()
               for op in methods.values() if path.startswith("/v1/"))
    assert all("200" in op["responses"] for op in operations)
    assert len({op["operationId"] for op in operations}) == len(operations)


def test_no_personal_data_in_the_log(counter: Counter, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    op = counter.create()
    counter.push_one(op)
    counter.call("POST", "/v1/staff/sign-in", {"username": "lan", "password": "mật-khẩu-sai"})
    counter.call("POST", "/v1/lookup", {"code": op.data.dossier.code})
    counter.push_raw([encode_op(counter.create()), b'{"op":"' + uuid7_hex().encode() + b'","owner":"Nguy\xe1\xbb\x85n V\xc4\x83n An"}'])
    text = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("central_gateway"))
    assert "/v1/push 200" in text
    for secret in ("Nguyễn", op.data.dossier.owner.id_no, "mật-khẩu", counter.token, op.data.dossier.code):
        assert secret not in text


def test_a_fault_of_ours_shows_nothing(counter: Counter, gateway) -> None:
    with gateway.database.write() as conn:
        conn.exec_driver_sql("DROP TABLE lease")
    problem(counter.call("POST", "/v1/leases", {"op": uuid7_hex(), "count": 1}), 500, "internal-error")
