"""Hostile requests to what hands out numbers, states, documents and what takes work of others: each is answered by a problem document
(or by an empty answer, where nothing was found), is in the log without what was in it, and leaves every table as it was."""

from __future__ import annotations

import gzip
import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
import jwt
import msgspec
import pytest
import zstandard
from sqlalchemy import select

from central_gateway.services import devices
from central_gateway.services.feed import MAX_PAGE
from central_gateway.state import Gateway
from central_gateway.tables import metadata
from onestop.codec import encode, encode_op
from onestop.ids import uuid7_hex
from onestop.vntime import utc_now, vn_date
from onestop.wire import AUD_STUCK, MEDIA_TYPE, PROBLEM_TYPE, LeaseReply, Problem, PushReply, SalvageReply, content_digest
from tests.gateway.counter import Counter, problem, province

NAME, ID_NO = "Trần Thị Bí Mật", "001199887766"
#: What no log and no answer may repeat.
PERSONAL = (NAME, ID_NO, "Bí Mật")
TODAY = date.isoformat(vn_date(utc_now()))

RAW_SURROGATE = msgspec.Raw(b'"\\ud800"')
DEEP: list[Any] = []
for _ in range(500):
    DEEP = [DEEP]
VALUES: dict[str, Any] = {
    "null": None, "true": True, "minus": -1, "two billions": 2**31, "beyond 64 bits": 2**70, "float": 1e300, "empty": "",
    "NUL": f"{NAME}\0{ID_NO}", "long": f"{NAME} {ID_NO} " + "x" * 70_000, "surrogate": RAW_SURROGATE, "direction": f"\u202e{NAME}",
    "list": [NAME], "object": {NAME: ID_NO}, "deep": DEEP,
}
WHOLE: dict[str, bytes] = {
    "nothing": b"", "null": b"null", "number": b"7", "text": f'"{NAME}"'.encode(), "list": b"[]", "object": b"{}",
    "cut": b'{"op":"', "page": f"<html>{NAME}</html>".encode(), "bytes": b"\x00\xff\xfe", "deep": b"[" * 100_000,
    "surrogate": f'{{"op":"{NAME}\ud800"}}'.encode("utf-8", "surrogatepass"), "NaN": b'{"op":NaN,"count":Infinity}',
}
BOMBS = {"gzip": gzip.compress(b" " * 40_000_000, 1), "zstd": zstandard.compress(b" " * 40_000_000, 1)}
ADDRESSES = ("/v1/leases", "/v1/numbers", "/v1/lookup", "/v1/salvage", "/v1/staff/reports", "/v1/catalogue/get", "/v1/push")


@dataclass
class Watch:
    """Sends what is hostile and looks at the answer, the log and the tables."""

    counter: Counter
    gateway: Gateway

    def digests(self) -> dict[str, str]:
        """Of every table but the letters nobody could read, which are kept on purpose."""
        found = {}
        with self.gateway.database.read() as conn:
            for table in metadata.sorted_tables:
                if table.name != "dead_letter":
                    rows = sorted(map(repr, conn.execute(select(table))))
                    found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
        return found

    def refused(self, reply: httpx.Response, row: object, *, harmless: Callable[[Any], bool] | None = None) -> None:
        """A problem document; ``harmless``: or an answer that says nothing and does nothing."""
        assert reply.status_code < 500, (row, reply.text)
        assert "Traceback" not in reply.text and not [word for word in PERSONAL if word in reply.text], (row, reply.text[:300])
        if reply.status_code == 200 and harmless is not None:
            assert harmless(msgspec.json.decode(reply.content)), (row, reply.text[:300])
            return
        assert reply.status_code >= 400 and reply.headers["Content-Type"] == PROBLEM_TYPE, (row, reply.status_code, reply.text[:300])
        found = msgspec.json.decode(reply.content, type=Problem)
        assert (found.status, found.type) == (reply.status_code, f"urn:motcua:problem:{found.code}") and found.detail, row


@pytest.fixture
def sender(counter: Counter, gateway: Gateway, caplog: pytest.LogCaptureFixture) -> Iterator[Watch]:
    """The log says that something came, not what was in it."""
    caplog.set_level(logging.DEBUG, logger="central_gateway")
    counter.push_one(counter.create())
    yield Watch(counter, gateway)
    said = [record for record in caplog.get_records("call") if record.name.startswith("central_gateway")]
    lines = [record.getMessage() for record in said]
    assert lines and not [line for line in lines if any(word in line for word in PERSONAL)]
    assert not [record for record in said if record.exc_info]  # no fault of ours


@pytest.fixture
def watch(sender: Watch) -> Iterator[Watch]:
    """Besides: whatever a test sends, the tables stay as they were."""
    before = sender.digests()
    yield sender
    after = sender.digests()
    assert [name for name in before if before[name] != after[name]] == []


def bodies(watch: Watch, path: str) -> dict[str, Any]:
    """A request each address would take."""
    counter = watch.counter
    state = counter.dossier(code=f"{counter.part}-261120-0009")
    item = {"kind": "dossier", "id": state.id, "v": 1, "data": msgspec.Raw(encode(state))}
    return {
        "/v1/leases": {"op": uuid7_hex(), "count": 2, "held": ["x"], "extra": False},
        "/v1/numbers": {"op": uuid7_hex(), "entity": "0" * 32, "date": TODAY},
        "/v1/lookup": {"code": f"{counter.part}-261120-9999"},
        "/v1/salvage": {"part": counter.part, "items": [item], "done": False},
        "/v1/catalogue/get": {"sha256": ["0" * 64]},
        "/v1/push": {"batch": "b", "device": counter.device, "inc": counter.inc, "part": counter.part, "origin": "",
                     "ops": [msgspec.Raw(encode_op(counter.create()))]},
        "/v1/staff/reports": [{"username": "lan", "at": "2026-11-20T09:00:00+07:00", "ok": False, "failed_in_row": 1}],
    }[path]


#: Fields whose every value is as good as another: said nowhere, found nowhere, kept nowhere.
HARMLESS: dict[str, Callable[[Any], bool]] = {
    "/v1/lookup": lambda said: said["found"] is False,
    "/v1/catalogue/get": lambda said: said["docs"] == {},
    "/v1/salvage": lambda said: said["kept"] == 0,
    "/v1/staff/reports": lambda said: said == [],
}
#: … or that may be anything, so that the request is a good one (tested elsewhere).
FREE = {("/v1/leases", "held"), ("/v1/leases", "extra"), ("/v1/salvage", "done"), ("/v1/push", "batch"), ("/v1/push", "origin"),
        ("/v1/staff/reports", "failed_in_row"), ("/v1/staff/reports", "ok")}


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_address_bears_what_it_is_sent(watch: Watch, path: str) -> None:
    values_in_each_field(watch, path)
    bodies_that_are_no_request(watch, path)
    what_surrounds_the_body(watch, path)


def values_in_each_field(watch: Watch, path: str) -> None:
    good = bodies(watch, path)
    fields = good[0] if isinstance(good, list) else good
    for field in fields:
        for name, value in VALUES.items():
            if (path, field) in FREE and isinstance(value, type(fields[field])) and not isinstance(value, msgspec.Raw):
                continue
            one = {**fields, field: value}
            body = msgspec.json.encode([one] if isinstance(good, list) else one)
            watch.refused(watch.counter.call("POST", path, body), (path, field, name), harmless=HARMLESS.get(path))
        without = {key: value for key, value in fields.items() if key != field}
        if (path, field) not in FREE:
            body = msgspec.json.encode([without] if isinstance(good, list) else without)
            if (path, field) != ("/v1/leases", "count"):
                watch.refused(watch.counter.call("POST", path, body), (path, field, "missing"), harmless=HARMLESS.get(path))


def bodies_that_are_no_request(watch: Watch, path: str) -> None:
    for name, raw in WHOLE.items():
        watch.refused(watch.counter.call("POST", path, raw), (path, name), harmless=HARMLESS.get(path) if name == "list" else None)


def what_surrounds_the_body(watch: Watch, path: str) -> None:
    """A digest of other bytes, codings that are unknown or do not fit, media types of others, protocols that are none."""
    raw = msgspec.json.encode(bodies(watch, path))
    counter = watch.counter

    def send(headers: dict[str, str], body: bytes = raw) -> Any:
        return counter.call("POST", path, body, headers)

    problem(send({"Content-Digest": content_digest(raw + b" ")}), 400, "digest-mismatch")
    problem(send({"Content-Digest": "sha-256=:nonsense:"}), 400, "digest-mismatch")
    for coding in ("br", "deflate", "zstd, gzip", "\x7f", "x" * 5000):
        problem(send({"Content-Encoding": coding}), 415, "content-encoding")
    for coding in ("gzip", "zstd"):
        problem(send({"Content-Encoding": coding}), 400, "body-unreadable")
    for coding, bomb in BOMBS.items():
        problem(send({"Content-Encoding": coding}, bomb), 413, "body-too-large")
    for media in ("application/json", "text/html", f"{MEDIA_TYPE}; charset=utf-8", "x" * 5000, ""):
        problem(send({"Content-Type": media}), 415, "media-type")
    for proto in ("x", "1", "-1.0", "1.0.0", "9" * 400 + ".1"):
        problem(send({"Sync-Proto": proto}), 400, "proto-malformed")


LIMITS = ["limit=0", "limit=-1", "limit=x", f"limit={MAX_PAGE + 1}", "limit=" + "9" * 30, "limit=1e3", "limit=%00"]
PARTS = ["", *(f"part={x}" for x in ("", "%00", "%ED%A0%80", "x" * 201, "H32.27", "H32.15%00", "h32.15", "H32.15,H32.27"))]
QUERIES: dict[str, list[str]] = {
    "/v1/pull?part={part}": ["after=%00", "after=-1:0000000000000000", "after=" + "9" * 30 + ":0000000000000000", "after=1:zz", "after=1",
                             "after=" + "x" * 201, "after=%ED%A0%80", "after=1:%00", *LIMITS],
    "/v1/snapshot?part={part}": ["after=dossier", "after=%00", "after=" + "x" * 201, "as_of=%00", "as_of=1:zz", "as_of=%ED%A0%80",
                                 "as_of=" + "9" * 30 + ":0000000000000000", *LIMITS],
    "/v1/poke?part={part}": ["after=-1", "after=x", "after=" + "9" * 30, *(f"wait={x}" for x in ("-1", "nan", "inf", "1e9", "x", "%00"))],
    "/v1/pull": PARTS, "/v1/snapshot": PARTS, "/v1/poke": PARTS,
}


def test_queries_that_are_none(watch: Watch) -> None:
    for path, rows in QUERIES.items():
        for row in rows:
            where = path.format(part=watch.counter.part)
            url = f"{where}{'&' if '?' in where else '?'}{row}"
            watch.refused(watch.counter.http.get(url, headers=watch.counter.headers()), url)


def test_a_cursor_into_nowhere_finds_nothing(watch: Watch) -> None:
    """Well formed, and of no dossier: an empty page or the whole one, never a fault (PostgreSQL keeps no NUL in a text)."""
    for after in ("dossier/%00", "%00/%00", "zzz/zzz", "dossier/" + "f" * 190, "/", "dossier/%F0%9F%92%A9"):
        url = f"/v1/snapshot?part={watch.counter.part}&after={after}"
        watch.refused(watch.counter.http.get(url, headers=watch.counter.headers()), url, harmless=lambda said: not said["more"])


def test_who_calls_is_not_who_it_says(sender: Watch, new_counter: Callable[..., Counter]) -> None:
    """Every address refuses a device without a token, with another one's, with another store's, one that is shut out."""
    own, other = sender.counter, new_counter(province.DIEN_KHANH)
    shut_out = new_counter()
    with sender.gateway.database.write() as conn:
        devices.set_state(conn, shut_out.device, devices.FENCED)
    before = sender.digests()
    good = own.headers()
    liars: dict[str, tuple[dict[str, str], int]] = {
        "no token": ({"Request-Id": "r"}, 401),
        "another's token": (good | {"Authorization": f"Bearer {other.token}"}, 401),
        "another's number": (good | {"X-Device": str(other.device)}, 401),
        "another store": (good | {"X-Incarnation": other.inc}, 401),
        "a number that is none": (good | {"X-Device": "9" * 400}, 401),
        "a token that is none": (good | {"Authorization": "Bearer " + "x" * 5000}, 401),
        "a token of no kind": (good | {"Authorization": "Basic bGFuOmxhbg=="}, 401),
        "a token cut": (good | {"Authorization": good["Authorization"][:-9]}, 401),
        "an assertion for a token": (good | {"Authorization": f"Bearer {own.assertion()}"}, 401),
        "shut out": (shut_out.headers(), 403),
        "no position": (good | {"Sync-Position": "\x7f"}, 400),
        "a position of nobody": (good | {"Sync-Position": "x" * 3000}, 400),
        "a number beyond all": (good | {"Sync-Position": f"{own.part}={'9' * 60}:0000000000000000"}, 400),
        "an epoch that is none": (good | {"Sync-Epoch": "9" * 6000}, 400),
    }
    for name, (headers, status) in liars.items():
        for path in ADDRESSES:
            raw = msgspec.json.encode(bodies(sender, path))
            sent = headers | {"Content-Type": MEDIA_TYPE, "Content-Digest": content_digest(raw)}
            reply = own.http.post(path, content=raw, headers=sent)
            sender.refused(reply, (path, name))
            assert reply.status_code == status, (path, name, reply.text)
        for path in ("/v1/pull?part=H32.15", "/v1/snapshot?part=H32.15", "/v1/poke?part=H32.15", "/v1/catalogue/manifest"):
            reply = own.http.get(path, headers=headers)
            sender.refused(reply, (path, name))
            assert reply.status_code == status, (path, name, reply.text)
    assert sender.digests() == before


def test_requests_that_came_before(sender: Watch, new_counter: Callable[..., Counter]) -> None:
    """The same again changes nothing more; the same number of a request for something else is refused, whoever sends it."""
    own, other = sender.counter, new_counter()
    lanes = {"op": uuid7_hex(), "count": 1, "held": [], "extra": False}
    number = {"op": uuid7_hex(), "entity": "0" * 32, "date": TODAY}
    state = own.dossier(code=f"{own.part}-261120-0007")
    copies = {"part": own.part, "items": [{"kind": "dossier", "id": state.id, "v": 1, "data": msgspec.Raw(encode(state))}]}
    reports = bodies(sender, "/v1/staff/reports")
    first = {path: own.call("POST", path, body) for path, body in
             (("/v1/leases", lanes), ("/v1/numbers", number), ("/v1/salvage", copies), ("/v1/staff/reports", reports))}
    assert all(reply.status_code == 200 for reply in first.values()), [reply.text for reply in first.values()]
    told = sender.digests()
    assert own.ok(own.call("POST", "/v1/leases", lanes), LeaseReply) == own.ok(first["/v1/leases"], LeaseReply)
    assert own.call("POST", "/v1/numbers", number).content == first["/v1/numbers"].content
    assert own.ok(own.call("POST", "/v1/salvage", copies), SalvageReply).kept <= 1
    assert own.call("POST", "/v1/staff/reports", reports * 3).json() == []
    foreign = new_counter(province.DIEN_KHANH)
    for by, path, body in [(own, "/v1/leases", lanes | {"count": 2}), (other, "/v1/leases", lanes),
                           (own, "/v1/numbers", number | {"entity": "1" * 32}), (foreign, "/v1/numbers", number)]:
        problem(by.call("POST", path, body), 422, "op-reused")
    for part in (province.DIEN_KHANH, "", "\0", "x" * 5000, f"{own.part}\0"):
        problem(own.call("POST", "/v1/salvage", copies | {"part": part}), 403, "wrong-partition")
    problem(own.call("POST", "/v1/salvage", copies | {"items": copies["items"] * 1001}), 413, "too-many-copies")
    problem(own.call("POST", "/v1/numbers", number | {"op": uuid7_hex(), "date": "9999-12-31"}), 422, "date-not-near")
    after = sender.digests()
    assert {name for name in told if told[name] != after[name]} <= {"device", "enrol_code", "answered"}


#: Without a zone, beyond what a calendar holds in another zone, no moments at all.
MOMENTS = ["2026-11-20T09:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-20", "1e9",
           "2026-13-40T99:99:99+07:00", "0000-00-00T00:00:00Z", "2026-11-20T09:00:00+99:99"]


def test_sign_ins_at_moments_that_are_none(watch: Watch) -> None:
    """Nobody's account is touched, and one bad moment does not make the others of the list a fault of ours."""
    good = {"username": "ai-do", "at": "2026-11-20T09:00:00+07:00", "ok": False, "failed_in_row": 1}
    for name in ("lan", "ai-do", NAME, "lan\0", "LAN " * 5000):
        for moment in MOMENTS:
            row = {**good, "username": name, "at": moment, "failed_in_row": 2**70}
            watch.refused(watch.counter.call("POST", "/v1/staff/reports", [good, row, good]), (name[:9], moment),
                          harmless=lambda said: said == [])
    watch.refused(watch.counter.call("POST", "/v1/staff/reports", [good] * 20_000), "very many", harmless=lambda said: said == [])


def test_copies_that_are_none(watch: Watch) -> None:
    """Whole states of the own agency only; anything else is left, with or without a recovery."""
    counter = watch.counter
    state = counter.dossier(code=f"{counter.part}-261120-0005")
    foreign = counter.dossier(agency=province.DIEN_KHANH)
    whole = encode(state)
    for name, item in {
        "another agency's": {"kind": "dossier", "id": foreign.id, "v": 1, "data": msgspec.Raw(encode(foreign))},
        "another id": {"kind": "dossier", "id": uuid7_hex(), "v": 1, "data": msgspec.Raw(whole)},
        "another kind": {"kind": "slip", "id": state.id, "v": 1, "data": msgspec.Raw(whole)},
        "no kind": {"kind": "staff", "id": state.id, "v": 1, "data": msgspec.Raw(whole)},
        "version 0": {"kind": "dossier", "id": state.id, "v": 0, "data": msgspec.Raw(whole)},
        "version beyond": {"kind": "dossier", "id": state.id, "v": 2**31, "data": msgspec.Raw(whole)},
        "NUL": {"kind": "dossier", "id": state.id, "v": 1, "data": msgspec.Raw(whole.replace(b"Nguy", b"\\u0000"))},
        "no state": {"kind": "dossier", "id": state.id, "v": 1, "data": {"id": state.id, "owner": {"name": NAME}}},
        "nothing": {"kind": "dossier", "id": "", "v": 1, "data": None},
        "five": {"kind": "dossier", "id": state.id, "v": 1, "data": 5},
        "very long": {"kind": "dossier", "id": "x" * 70, "v": 1, "data": msgspec.Raw(whole.replace(state.id.encode(), b"x" * 70))},
    }.items():
        reply = counter.call("POST", "/v1/salvage", {"part": counter.part, "items": [item]})
        watch.refused(reply, name, harmless=lambda said: said["kept"] == 0)


def test_work_carried_under_a_signature_that_does_not_hold(sender: Watch, new_counter: Callable[..., Counter]) -> None:
    """Neither the bytes, nor the machine, nor the agency, nor the key, nor the claims may differ; a good one handed in twice counts
    once."""
    own, broken, foreign = sender.counter, new_counter(), new_counter(province.DIEN_KHANH)
    op = broken.create()
    raw = encode_op(op)
    changed = raw.replace("Nguyễn Văn An".encode(), NAME.encode())

    def export(counter: Counter, *ops: bytes, key: Any = None, **claims: Any) -> str:
        facts = {"iss": str(counter.device), "sub": str(counter.device), "aud": AUD_STUCK, "iat": int(time.time()), "inc": counter.inc,
                 "ops": [hashlib.sha256(one).hexdigest() for one in ops]}
        return jwt.encode(facts | claims, key or counter.key, "EdDSA")

    def hand_in(by: Counter, part: str, origin: Any, *ops: bytes) -> Any:
        body = {"batch": uuid7_hex(), "device": by.device, "inc": by.inc, "part": part, "origin": origin}
        return by.call("POST", "/v1/push", body | {"ops": [msgspec.Raw(one) for one in ops]})

    token = export(broken, raw)
    before = sender.digests()
    for text in ("x", "a.b.c", "." * 5000, "\0", token[:-6], token + "A" * 60_000, token.upper(), f"{token.rpartition('.')[0]}.",
                 jwt.encode({"iss": str(broken.device)}, "", "none"),
                 jwt.encode({"iss": str(broken.device), "aud": AUD_STUCK}, own.public_key, "HS256"),
                 export(broken, raw, key=own.key), export(foreign, raw), export(broken, raw, aud=f"{AUD_STUCK}x"),
                 *(export(broken, raw, iss=who, sub=who) for who in ("", "-1", "0", "1e3", "9" * 5000, "１", NAME, str(2**63))),
                 *(export(broken, raw, ops=ops) for ops in (None, 5, NAME, {"a": 1}, [[]] * 1001))):
        problem(hand_in(own, own.part, text, raw), 403, "origin-invalid")
    for inc in ("", "\0", "x" * 5000, NAME):
        problem(hand_in(own, own.part, export(broken, raw, inc=inc), raw), 422, "incarnation-invalid")
    problem(hand_in(own, own.part, export(broken), raw), 403, "origin-mismatch")
    problem(hand_in(own, own.part, export(broken, raw, ops=[None, 7, {}]), raw), 403, "origin-mismatch")
    problem(hand_in(own, own.part, token, changed), 403, "origin-mismatch")
    problem(hand_in(own, province.DIEN_KHANH, token, raw), 403, "wrong-partition")
    problem(hand_in(foreign, province.DIEN_KHANH, token, raw), 403, "origin-invalid")
    assert sender.digests() == before
    assert [own.ok(hand_in(own, own.part, token, raw), PushReply).results[0].s for _ in range(2)] == ["applied", "duplicate"]
