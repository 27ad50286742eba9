"""Moving a device to another agency, fencing it, and handing in what it could not send itself."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import msgspec
import pytest
from sqlalchemy import update

from central_gateway.cli import main
from central_gateway.tables import device_scope
from onestop.codec import decode, encode_op
from onestop.ids import uuid7_hex
from onestop.model import Review
from onestop.ops import Op
from onestop.vntime import utc_now, vn_date
from onestop.wire import AUD_STUCK, HelloReply, PushReply
from tests.gateway.counter import Counter, problem
from tests.gateway.province import DIEN_KHANH, NHA_TRANG


@pytest.fixture
def command(settings, gateway, capsys) -> Callable[..., Any]:
    """``central-gateway device …``: its lines, or the problem's code."""

    def run(*words: str) -> Any:
        done = main([*words, "--database", settings.database])
        out, err = capsys.readouterr()
        return msgspec.json.decode(err)["code"] if done else [msgspec.json.decode(line) for line in out.splitlines()]

    return run


def push_for(counter: Counter, part: str, *ops: Op | bytes, origin: str = "") -> Any:
    raw = [msgspec.Raw(op if isinstance(op, bytes) else encode_op(op)) for op in ops]
    body = {"batch": uuid7_hex(), "device": counter.device, "inc": counter.inc, "part": part, "ops": raw, "origin": origin}
    return counter.call("POST", "/v1/push", body)


def results(reply: Any) -> list[tuple[str, str]]:
    return [(r.s, r.code) for r in Counter.ok(reply, PushReply).results]


def hello(counter: Counter) -> HelloReply:
    return counter.ok(counter.call("GET", "/v1/hello"), HelloReply)


def test_a_moved_device_serves_its_new_agency_and_still_hands_in_the_old(counter: Counter, command, new_counter) -> None:
    assert (hello(counter).agency, hello(counter).agency_name) == (NHA_TRANG, "Trung tâm phường Nha Trang")
    stays = new_counter()
    unsent = counter.create()
    counter.push_one(counter.create())
    (row,) = command("device", "move", str(counter.device), "--to", DIEN_KHANH)
    assert (row["agency"], row["former"]) == (DIEN_KHANH, {NHA_TRANG: (vn_date(utc_now()) + timedelta(days=400)).isoformat()})

    told = hello(counter)
    assert (told.agency, told.agency_name) == (DIEN_KHANH, "Trung tâm xã Diên Khánh")
    assert [row.username for row in told.staff] == ["cuc"]
    assert told.durable == f"{DIEN_KHANH}=0;{NHA_TRANG}=0"  # what it still keeps of the former one can be let go one day
    problem(counter.call("GET", "/v1/pull", params={"part": NHA_TRANG}), 403, "wrong-partition")
    reply = push_for(counter, NHA_TRANG, unsent)
    assert results(reply) == [("applied", "")]
    assert Counter.ok(reply, PushReply).pos.startswith(f"{NHA_TRANG}=2:")
    assert unsent.entity in {item.id for item in stays.pull()}
    counter.part = DIEN_KHANH
    fresh = counter.create(by="cuc")
    assert counter.push_one(fresh).s == "applied"
    assert [item.id for item in counter.pull()] == [fresh.entity]
    problem(push_for(counter, "H32.38", counter.create()), 403, "wrong-partition")

    assert command("device", "move", str(counter.device), "--to", NHA_TRANG)[0]["former"].keys() == {DIEN_KHANH}
    assert hello(counter).agency == NHA_TRANG


def test_after_four_hundred_days_a_former_agency_is_a_foreign_one(counter: Counter, command, gateway) -> None:
    op = counter.create()
    command("device", "move", str(counter.device), "--to", DIEN_KHANH)
    today = vn_date(utc_now())
    for until, status in [(today, 200), (today - timedelta(days=1), 403)]:
        with gateway.database.write() as conn:
            conn.execute(update(device_scope).values(until=until.isoformat()))
        assert push_for(counter, NHA_TRANG, op).status_code == status


def test_a_fenced_device_keeps_its_work_until_it_may_speak_again(counter: Counter, command) -> None:
    assert command("device", "fence", str(counter.device))[0]["state"] == "fenced"
    assert hello(counter).device_state == "fenced"
    problem(counter.push_raw([]), 403, "device-fenced")
    assert command("device", "unfence", str(counter.device))[0]["state"] == "active"
    assert counter.push_one(counter.create()).s == "applied"


def test_the_list_of_devices(counter: Counter, new_counter, command) -> None:
    other = new_counter(DIEN_KHANH)
    assert [row["device"] for row in command("device", "list")] == [counter.device, other.device]
    (row,) = command("device", "list", "--unit", DIEN_KHANH)
    assert (row["device"], row["agency"], row["name"], row["state"], row["forked"]) == (other.device, DIEN_KHANH, "Quầy 1", "active", 0)
    assert command("device", "move", "77", "--to", DIEN_KHANH) == "device-unknown"
    assert command("device", "move", str(other.device), "--to", "H32.99") == "agency-unknown"
    assert command("device", "fence", "77") == "device-unknown"


def export(counter: Counter, *ops: Op | bytes, key: Any = None, **claims: Any) -> str:
    """The signed export of ops, as the machine that made them writes it."""
    digests = [hashlib.sha256(op if isinstance(op, bytes) else encode_op(op)).hexdigest() for op in ops]
    facts = {"iss": str(counter.device), "sub": str(counter.device), "aud": AUD_STUCK, "iat": int(time.time()), "inc": counter.inc,
             "ops": digests}
    return jwt.encode(facts | claims, key or counter.key, "EdDSA")


def test_another_machine_of_the_agency_hands_in_what_one_could_not_send(counter: Counter, new_counter) -> None:
    broken = new_counter()
    ops = [broken.create(), broken.create()]
    ops.append(broken.hand_over(ops[0]))
    token = export(broken, *ops)
    assert results(push_for(counter, NHA_TRANG, *ops[:2], origin=token)) == [("applied", "")] * 2
    assert results(push_for(counter, NHA_TRANG, *ops, origin=token)) == [("duplicate", "")] * 2 + [("applied", "")]
    assert [item.op for item in counter.pull()] == [op.op for op in ops]
    assert hello(counter).dseq == hello(broken).dseq == 0  # a hand-in proves nothing about either machine
    assert [r.s for r in broken.push(*ops, broken.create())] == ["duplicate"] * 3 + ["applied"]
    assert [r.s for r in counter.push(counter.create())] == ["applied"]


def test_an_export_is_only_what_its_machine_signed(counter: Counter, new_counter) -> None:
    broken, foreign = new_counter(), new_counter(DIEN_KHANH)
    op, other = broken.create(), broken.create()
    token = export(broken, op)
    problem(push_for(counter, NHA_TRANG, op, other, origin=token), 403, "origin-mismatch")
    mine = counter.create()
    assert results(push_for(counter, NHA_TRANG, mine, origin=export(broken, mine))) == [("rejected", "device-mismatch")]
    bad = [
        "x", "a.b.c", token[:-4] + "AAAA", export(broken, op, key=counter.key), export(broken, op, aud="urn:motcua:gateway"),
        export(broken, op, sub="1"), export(broken, op, iss="99", sub="99"), export(broken, op, iss="x", sub="x"),
        export(broken, op, ops=5),
        export(broken, op, ops=["0" * 64] * 1001), export(broken, op, iss=str(2**40), sub=str(2**40)), export(foreign, op),
        jwt.encode({"iss": str(broken.device)}, "secret-of-thirty-two-bytes-at-least", "HS256"),
    ]
    for text in bad:
        problem(push_for(counter, NHA_TRANG, op, origin=text), 403, "origin-invalid")
    assert {item.kind for item in counter.pull()} == {"review"}


def test_what_a_fenced_machine_exported_is_kept_and_looked_at(counter: Counter, new_counter, command) -> None:
    broken = new_counter()
    op = broken.create()
    command("device", "fence", str(broken.device))
    assert results(push_for(counter, NHA_TRANG, op, origin=export(broken, op))) == [("applied", "device-fenced")]
    items = counter.pull()
    assert [item.kind for item in items] == ["dossier", "review"]
    review = decode(Review, bytes(items[1].data))
    assert (review.code, review.entity, review.device) == ("device-fenced", op.entity, broken.device)
