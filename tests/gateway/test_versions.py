"""Protocol and op versions: who is served, who may only hand over, and what old ops look like to today's rules."""

from __future__ import annotations

from dataclasses import replace
from email.utils import parsedate_to_datetime

import msgspec
import pytest

from central_gateway.app import create_app
from central_gateway.services import versions
from onestop.codec import decode_op, encode_op
from onestop.ids import uuid7_hex
from onestop.wire import PROTO, HelloReply, PushReply
from tests.gateway.counter import Counter, problem


@pytest.fixture
def strict(gateway, service, counter: Counter) -> Counter:
    """A counter before a gateway that serves protocol 1.1 and newer only."""
    switch, _ = service
    switch.app = create_app(replace(gateway, settings=replace(gateway.settings, oldest_proto="1.1")))
    return counter


def speak(counter: Counter, proto: str | None) -> None:
    plain = Counter.headers
    counter.headers = lambda: plain(counter) | ({"Sync-Proto": proto} if proto else {})


def test_an_old_counter_may_still_hand_over_its_work(strict: Counter, enrol_code) -> None:
    for proto in (None, "1.0", "0.9"):
        speak(strict, proto)
        strict.sign_on()
        assert strict.push_one(strict.create()).s == "applied"
        strict.ok(strict.call("GET", "/v1/hello"), HelloReply)
        for method, path, body in [("GET", "/v1/pull", None), ("GET", "/v1/snapshot", None), ("POST", "/v1/leases", {}),
                                   ("POST", "/v1/staff/sign-in", {}), ("GET", "/v1/catalogue/manifest", None)]:
            reply = strict.call(method, path, body, params={"part": strict.part})
            assert "cập nhật" in problem(reply, 426, "upgrade-required").detail
            assert reply.headers["Upgrade"] == f"motcua/{PROTO}"
    speak(strict, "1.1")
    assert len(strict.pull()) == 3
    newcomer = Counter(strict.http)
    speak(newcomer, "1.0")
    newcomer.enrol(enrol_code())


def test_minor_versions_we_never_heard_of_are_served(strict: Counter) -> None:
    for proto in ("1.1", "1.2", "1.9999"):
        speak(strict, proto)
        assert strict.pull() == []


def test_another_major_version_hands_over_only(counter: Counter) -> None:
    speak(counter, "2.0")
    assert counter.push_one(counter.create()).s == "applied"
    found = problem(counter.call("GET", "/v1/pull", params={"part": counter.part}), 426, "upgrade-required")
    assert "mới hơn" in found.detail


@pytest.mark.parametrize("text", ["", "1", "1.x", "1.0.0", "-1.0", "v1.0", "99999.0", "1.1 ", "\u0661.\u0660"])
def test_a_version_that_cannot_be_read(text: str) -> None:
    with pytest.raises(ValueError, match="protocol"):
        versions.parse(text)


def test_a_malformed_version_is_refused(counter: Counter) -> None:
    speak(counter, "one")
    problem(counter.call("GET", "/v1/hello"), 400, "proto-malformed")
    reply = counter.http.get("/healthz")
    assert reply.status_code == 200


def test_who_speaks_a_replaced_version_is_told_since_and_until_when(counter: Counter) -> None:
    speak(counter, "1.0")
    reply = counter.call("GET", "/v1/hello")
    since = versions.REPLACED[1, 0]
    assert reply.headers["Deprecation"] == f"@{int(since.timestamp())}"
    assert parsedate_to_datetime(reply.headers["Sunset"]) == since + versions.SERVED
    assert reply.headers["Sync-Proto"] == PROTO
    speak(counter, PROTO)
    reply = counter.call("GET", "/v1/hello")
    assert "Deprecation" not in reply.headers
    assert "Sunset" not in reply.headers


def as_schema_1(raw: bytes) -> bytes:
    """The bytes as a counter of the first protocol froze them."""
    envelope = msgspec.json.decode(raw)
    for name in ("schema", "hlc", "skew", "auth"):
        del envelope[name]
    return msgspec.json.encode(envelope)


def test_ops_frozen_by_an_older_program_are_taken_as_they_are(counter: Counter) -> None:
    op = counter.create()
    raw = as_schema_1(encode_op(op))
    assert counter.push(raw)[0].s == "applied"
    assert counter.push(raw)[0].s == "duplicate"
    assert counter.push(encode_op(op))[0].s == "op_id_reuse"  # other bytes are another content


def test_an_op_of_a_newer_program_waits_and_so_does_what_follows_it(counter: Counter) -> None:
    create, other = counter.create(), counter.create()
    envelope = msgspec.json.decode(encode_op(create)) | {"schema": 3, "at": {"wall": "?", "zone": "?"}}
    follow = counter.hand_over(create)
    results = counter.push(msgspec.json.encode(envelope), encode_op(follow), encode_op(other))
    assert [(r.s, r.code) for r in results] == [("deferred", "op-schema-newer"), ("deferred", "dependency-missing"), ("applied", "")]
    assert [item.op for item in counter.pull()] == [other.op]
    results = counter.push(create, follow)  # once we understand it
    assert [r.s for r in results] == ["applied", "applied"]


def test_fields_of_a_newer_minor_version_do_no_harm(counter: Counter) -> None:
    op = counter.create()
    envelope = msgspec.json.decode(encode_op(op)) | {"weather": {"rain": True}}
    envelope["data"]["dossier"]["colour"] = "xanh"
    body = {"batch": uuid7_hex(), "device": counter.device, "inc": counter.inc, "part": counter.part, "ops": [envelope], "mood": 5}
    assert counter.ok(counter.call("POST", "/v1/push", body), PushReply).results[0].s == "applied"


def test_a_clock_far_ahead_is_logged_and_changes_nothing(counter: Counter, caplog) -> None:
    ahead = replace(counter.create(), hlc=(4102444800000 << 16) | 7, skew=86400.5, auth="online")
    with caplog.at_level("WARNING", "central_gateway"):
        results = counter.push(ahead, counter.create())
    assert [r.s for r in results] == ["applied", "applied"]
    assert [item.seq for item in counter.pull()] == [1, 2]
    assert "minutes ahead" in caplog.text
    assert decode_op(encode_op(ahead)) == ahead
