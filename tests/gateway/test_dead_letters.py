"""What nobody can read is kept, answered as a problem, and changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select, update

from central_gateway.cli import main
from central_gateway.services import letters
from central_gateway.services.retention import prune
from central_gateway.tables import dead_letter, staff
from onestop.codec import encode_op
from onestop.ids import uuid7_hex
from onestop.ops import Change, Correct
from onestop.vntime import iso, utc_now
from tests.gateway.counter import RECEIVED, Counter, problem


@pytest.fixture
def kept(gateway) -> Callable[[], list[tuple[str, bytes]]]:
    """(reason, bytes) of every dead letter."""

    def read() -> list[tuple[str, bytes]]:
        with gateway.database.read() as conn:
            return [(row.reason, bytes(row.body)) for row in conn.execute(select(dead_letter).order_by(dead_letter.c.at))]

    return read


def test_a_push_nobody_can_read_is_kept_once(counter: Counter, kept) -> None:
    good = encode_op(counter.create())
    twice = b'{"batch":"b","device":%d,"inc":"%s","part":"%s","ops":[%s,%s]}' % (
        counter.device, counter.inc.encode(), counter.part.encode(), good, good)
    bodies = [(b"\x00\xff rubbish", 422, "body-invalid"), (b'{"batch":7}', 422, "body-invalid"), (twice, 422, "op-repeated"),
              (twice.replace(good, b"[]"), 422, "op-id-invalid"), (twice.replace(b"Nguy", b"\\ud800"), 422, "body-invalid")]
    for _ in range(2):
        for body, status, code in bodies:
            problem(counter.call("POST", "/v1/push", body), status, code)
    assert sorted(kept()) == sorted((code, body) for body, _, code in bodies)
    assert counter.pull() == []


def test_an_op_nobody_can_read_goes_to_a_person_and_its_bytes_are_kept(counter: Counter, kept) -> None:
    raw = b'{"op":"%s","entity":"e-1","kind":"dossier.sing","dseq":1,"at":"2026-11-20T09:00:00+07:00","by":"lan","device":1,"data":{}}'
    raw %= uuid7_hex().encode()
    good = counter.create()
    assert [(r.s, r.code) for r in counter.push(raw, encode_op(good))] == [("rejected", "op-kind-unknown"), ("applied", "")]
    assert kept() == [("op-unreadable", raw)]
    assert counter.push(raw)[0].was == "rejected"
    assert len(kept()) == 1


def test_only_who_is_known_can_leave_a_letter(counter: Counter, kept) -> None:
    counter.token = "x"
    problem(counter.call("POST", "/v1/push", b"rubbish"), 401, "token-invalid")
    assert kept() == []


def test_a_device_gone_mad_does_not_fill_the_disk(counter: Counter, gateway, kept, monkeypatch) -> None:
    monkeypatch.setattr(letters, "MOST_OF_DEVICE", 3)
    for number in range(5):
        problem(counter.call("POST", "/v1/push", b"rubbish %d" % number), 422, "body-invalid")
    assert len(kept()) == 3


def test_the_command_lists_and_shows_and_time_clears(counter: Counter, gateway, settings, capfdbinary) -> None:
    body = "rác có dấu \x00".encode()
    problem(counter.call("POST", "/v1/push", body), 422, "body-invalid")
    assert main(["dead-letters", "--database", settings.database]) == 0
    (line,) = capfdbinary.readouterr().out.splitlines()
    row = msgspec.json.decode(line)
    digest = hashlib.sha256(body).hexdigest()
    assert (row["sha256"], row["device"], row["agency"], row["reason"], row["size"]) == (
        digest, counter.device, counter.part, "body-invalid", len(body))
    assert main(["dead-letters", "--database", settings.database, "--show", digest]) == 0
    assert capfdbinary.readouterr().out == body
    assert main(["dead-letters", "--database", settings.database, "--show", "0" * 64]) == 1
    with gateway.database.write() as conn:
        conn.execute(update(dead_letter).values(at=iso(utc_now() - timedelta(days=401))))
    assert prune(gateway.database, utc_now()).letters == 1


def deep(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


@pytest.mark.parametrize("levels", [50, 200, 500, 900, 990, 1000, 5000, 100_000])
def test_nesting_without_end_is_never_a_fault_of_ours(counter: Counter, levels: int) -> None:
    made = counter.create()
    counter.push_one(made)
    raw = encode_op(counter.op(made.entity, Correct(reason="x", changes={"subject": Change(old="", new="DEEP")}), base=1))
    bodies = [raw.replace(b'"DEEP"', deep(levels)), raw[:-1] + b',"more":' + deep(levels) + b"}",
              b'{"op":"%s","entity":"e","kind":"x","data":%s}' % (uuid7_hex().encode(), deep(levels))]
    for body in bodies:
        reply = counter.push_raw([body])
        assert reply.status_code in (200, 422), reply.text
    assert counter.push_one(counter.create()).s == "applied"
    assert {item.kind for item in counter.pull()} <= {"dossier", "review"}


ODD = [
    ('"dseq":1', '"dseq":1e999'), ('"dseq":1', '"dseq":' + "9" * 400), ('"dseq":1', '"dseq":-1'), ('"base":null', '"base":' + "9" * 30),
    ('"set_count":1', '"set_count":' + "9" * 5000), ('"limit_value":3', '"limit_value":' + "9" * 25),
    ('"name":"Nguyễn Văn An"', r'"name":"\u0000"'),
    ('"received_at":"2026-11-20T09:00:00+07:00"', '"received_at":"2026-11-20T09:00:00"'),
    ('"received_at":"2026-11-20T09:00:00+07:00"', '"received_at":"0001-01-01T00:00:00+14:00"'),
    ('"received_at":"2026-11-20T09:00:00+07:00"', '"received_at":"9999-12-31T23:59:59-14:00"'),
    ('"due_at":"2026-11-26T17:00:00+07:00"', '"due_at":"0001-01-01T00:00:00+14:00"'),
    ('"at":"2026-11-20T09:00:00+07:00"', '"at":"0001-01-01T00:00:00+14:00"'),
    ('"status":2', '"status":' + "9" * 20), ('"device":', '"device":1' + "0" * 30), ('"hlc":0', '"hlc":9223372036854775807'),
    ('"by":"lan"', r'"by":"\u0000"'), ('"agency":', r'"agency":"\u0000","x":'),
]


@pytest.mark.parametrize(("old", "new"), ODD)
def test_odd_values_are_answered_op_by_op(counter: Counter, new_counter, old: str, new: str) -> None:
    text = encode_op(counter.create()).decode()
    assert old in text
    neighbour = counter.create()
    reply = counter.push_raw([text.replace(old, new, 1).encode(), encode_op(neighbour)])
    assert reply.status_code == 200, reply.text
    assert msgspec.json.decode(reply.content)["results"][1]["s"] == "applied"
    twin = new_counter()
    assert twin.push_one(twin.create(counter.dossier())).s == "applied"  # what was stored harms nobody who compares with it


def lock(gateway, why: str, at: str) -> None:
    with gateway.database.write() as conn:
        conn.execute(update(staff).where(staff.c.id == "lan").values(locked=why, locked_at=at))


@pytest.mark.parametrize(("why", "auth", "flagged"), [
    ("admin", "offline", True), ("admin", "online", False), ("wrong-passwords", "offline", False), ("idle-year", "offline", False),
])
def test_what_a_revoked_person_did_offline_is_taken_and_looked_at(counter: Counter, gateway, why: str, auth: str, flagged: bool) -> None:
    """The citizen has a receipt; when it was done is only what an offline PC says."""
    lock(gateway, why, iso(RECEIVED + timedelta(hours=5)))
    op = replace(counter.create(), auth=auth)
    result = counter.push_one(op)
    assert (result.s, result.code) == ("applied", "staff-not-allowed" if flagged else "")
    assert [item.kind for item in counter.pull()] == (["dossier", "review"] if flagged else ["dossier"])


def test_what_a_person_did_after_being_locked_is_looked_at_anyway(counter: Counter, gateway) -> None:
    lock(gateway, "wrong-passwords", iso(RECEIVED - timedelta(hours=5)))
    for auth in ("online", "offline"):
        assert counter.push_one(replace(counter.create(), auth=auth)).code == "staff-not-allowed"
