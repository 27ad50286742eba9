"""Rows 33, 34 and 45–47: two people at one dossier, catalogue versions, lanes, items that cannot be read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import msgspec
import pytest

from counter_app.services import correct as correcting
from counter_app.services import lifecycle
from counter_app.services.receive import receive
from counter_app.services.workstation import Workstation
from onestop.model import Dossier
from tests.faults.checker import ask, check_all, cycle, drain, tell
from tests.faults.hand import a_form
from tests.faults.moves import take_in

DAY = timedelta(days=1)


# Two people at one dossier. Each act: what one desk does to it offline.
ACTS: dict[str, Callable[[Workstation, str], object]] = {
    "phone": lambda s, d: correcting.correct(s.desk, d, {"owner.phone": "0901234567"}, "gõ nhầm"),
    "address": lambda s, d: correcting.correct(s.desk, d, {"owner.address": "Số 2 Trần Phú"}, "gõ nhầm"),
    "name": lambda s, d: correcting.correct(s.desk, d, {"owner.name": "Nguyễn Văn Ân"}, "gõ nhầm"),
    "other-name": lambda s, d: correcting.correct(s.desk, d, {"owner.name": "Nguyễn Văn Anh"}, "gõ nhầm"),
    "supplement": lambda s, d: lifecycle.ask_supplement(s.desk, d, ("Bản sao giấy khai sinh",), "thiếu"),
    "payment": lambda s, d: lifecycle.ask_payment(s.desk, d, "chưa nộp lệ phí"),
    "withdraw": lambda s, d: lifecycle.withdraw(s.desk, d, "công dân xin rút"),
}
#: Pair of acts → how many reviews come of it, whichever arrives first.
PAIRS = {
    ("phone", "address"): 0,
    ("name", "name"): 0,
    ("name", "other-name"): 1,
    ("supplement", "payment"): 1,
    ("supplement", "withdraw"): 1,
    ("phone", "payment"): 0,
}


@pytest.mark.parametrize(
    ("pair", "order"),
    [(pair, order) for pair in PAIRS for order in (0, 1)],
    ids=lambda value: "+".join(value) if isinstance(value, tuple) else f"order{value}",
)
def test_row_33_two_desks_at_one_dossier(counter, gateway_up, checked, seen, pair: tuple[str, str], order: int) -> None:
    first, second = counter(), counter()
    dossier = receive(first.desk, a_form())[0].dossier
    drain(gateway_up, first, second)
    ACTS[pair[0]](first, dossier.id)
    ACTS[pair[1]](second, dossier.id)
    arriving = (first, second) if order == 0 else (second, first)
    for station in (*arriving, *arriving):
        cycle(gateway_up, station, ok=True)
    checked(first, second)
    ((data,),) = ask(gateway_up, "SELECT data FROM entity WHERE id = :d", d=dossier.id)
    held = msgspec.json.decode(data, type=Dossier)
    reviews = [msgspec.json.decode(raw) for (raw,) in ask(gateway_up, "SELECT data FROM entity WHERE kind = 'review'")]
    mine = [r for r in reviews if r["entity"] == dossier.id and r["code"] != "maybe-duplicate"]
    assert len(mine) == PAIRS[pair], mine
    if pair == ("phone", "address"):
        assert (held.owner.phone, held.owner.address) == ("0901234567", "Số 2 Trần Phú")
    if pair == ("name", "other-name"):
        names = ["Nguyễn Văn Ân", "Nguyễn Văn Anh"]
        assert held.owner.name == names[order], "the first that arrives stays"
        assert mine[0]["wanted"]["owner.name"] == names[1 - order], "the other one is kept for a person"
    for station in (first, second):
        with station.store.read() as reader:
            assert reader.dossier(dossier.id) == held
    seen("{a} with {b}, either order: {n} reviews", a=pair[0], b=pair[1], n=PAIRS[pair])


def test_row_34_the_same_citizen_at_two_desks(counter, gateway_up, checked, seen) -> None:
    first, second = counter(), counter()
    drain(gateway_up, first, second)
    form = a_form()
    one, two = receive(first.desk, form)[0].dossier, receive(second.desk, form)[0].dossier
    checked(first, second, printed=[one.code, two.code])
    reviews = [msgspec.json.decode(raw) for (raw,) in ask(gateway_up, "SELECT data FROM entity WHERE kind = 'review'")]
    (review,) = [r for r in reviews if r["code"] == "maybe-duplicate" and r["entity"] in (one.id, two.id)]
    assert {one.id, two.id} <= set(json.dumps(review).split('"'))
    for station in (first, second):
        with station.store.read() as reader:
            assert reader.dossier(one.id) is not None and reader.dossier(two.id) is not None
            assert review["id"] in {r.id for r in reader.reviews(open_only=True)}
    seen("both dossiers kept; one review “maybe-duplicate” names both, at both desks")


@pytest.fixture
def procedure_row(gateway_up) -> Iterator[tuple]:
    """The procedure in the gateway's catalogue; put back afterwards."""
    names = "kind, code, v, sha256, body, valid_from, valid_to"
    rows = ask(gateway_up, f"SELECT {names} FROM catalogue_doc WHERE kind = 'procedure' AND code = '1.004873'")
    yield rows
    tell(gateway_up, "DELETE FROM catalogue_doc WHERE kind = 'procedure' AND code = '1.004873'")
    for row in rows:
        values = dict(zip("abcdefg", row, strict=True))
        tell(gateway_up, f"INSERT INTO catalogue_doc ({names}) VALUES (:a, :b, :c, :d, :e, :f, :g)", **values)
    gateway_up.stop()
    gateway_up.start()


def test_row_45_a_version_the_gateway_does_not_know_yet(counter, gateway_up, checked, seen, procedure_row) -> None:
    station = counter()
    cycle(gateway_up, station, ok=True)
    tell(gateway_up, "UPDATE catalogue_doc SET v = v + 100 WHERE kind = 'procedure' AND code = '1.004873'")
    gateway_up.stop()
    gateway_up.start()
    station.client.base_url = gateway_up.url
    codes = take_in(station)
    station.engine.run_once()
    with station.store.read() as reader:
        (item,) = reader.outbox(states=("new", "sent"))
    assert item.code, "why it waits"
    tell(gateway_up, "UPDATE catalogue_doc SET v = v - 100 WHERE kind = 'procedure' AND code = '1.004873'")
    gateway_up.stop()
    gateway_up.start()
    station.client.base_url = gateway_up.url
    seen("version unknown at the gateway: the op waits (`{code}`), then goes", code=item.code)
    checked(station, printed=codes)


def republish(gateway, rows: list[tuple], **dates: str) -> None:
    """The same versions with other dates of validity, as the province's catalogue would bring them."""
    for kind, code, v, _, body, *_ in rows:
        text = json.dumps(json.loads(body) | dates, ensure_ascii=False)
        tell(
            gateway,
            "UPDATE catalogue_doc SET body = :body, sha256 = :sha, valid_from = :a, valid_to = :b WHERE kind = :kind AND "
            "code = :code AND v = :v",
            body=text,
            sha=hashlib.sha256(text.encode()).hexdigest(),
            kind=kind,
            code=code,
            v=v,
            a=json.loads(text).get("valid_from"),
            b=json.loads(text).get("valid_to"),
        )
    gateway.stop()
    gateway.start()


def test_row_45_withdrawn_after_the_reception_and_starting_tomorrow(counter, gateway_up, checked, seen, procedure_row, own_counter) -> None:
    station = counter()
    cycle(gateway_up, station, ok=True)
    codes = take_in(station)  # received under the version in force
    today = station.desk.today()
    republish(gateway_up, procedure_row, valid_to=(today - DAY).isoformat())
    station.client.base_url = gateway_up.url
    drain(gateway_up, station)
    with station.store.read() as reader:
        assert [reader.sync_state(reader.dossier_by_code(code).id) for code in codes] == ["confirmed"]
    station.reload_published()
    assert station.desk.catalogue.procedure("1.004873", today) is None, "not received any more"
    republish(gateway_up, procedure_row, valid_from=(today + DAY).isoformat())
    station.client.base_url = gateway_up.url
    cycle(gateway_up, station, ok=True)
    station.reload_published()
    assert station.desk.catalogue.procedure("1.004873", today) is None
    assert station.desk.catalogue.procedure("1.004873", today + DAY) is not None
    seen("withdrawn: what was received before is accepted, nothing new is received; starting tomorrow: in force from tomorrow on")
    checked(station, printed=codes)


def test_row_46_lanes_used_up_then_provisional(counter, gateway_up, checked, seen, own_counter) -> None:
    station = counter()
    cycle(gateway_up, station, ok=True)
    with station.store.write() as unit:
        leases = unit.leases()
        # Two of each lane's 200 are left.
        facts = unit.store.facts(unit)
        day = station.desk.today().isoformat()
        unit.numbers = msgspec.structs.replace(facts, lanes={x.lease: (day, x.last - 2) for x in leases})
    assert len(leases) >= 2, "a main lane and a reserve"
    codes, provisional = [], []
    for _ in range(2 * len(leases) + 2):
        dossier = receive(station.desk, a_form())[0].dossier
        (codes if dossier.code else provisional).append(dossier.code or dossier.provisional_code)
    assert len(codes) == 2 * len(leases) and len(provisional) == 2
    lanes = {int(code.rpartition("-")[2]) // 200 for code in codes}
    assert len(lanes) == len(leases), "the reserve lane after the main one"
    seen(
        "main lane, then reserve lane, then `TN-…`: {n} codes, {m} provisional, official codes with the next contact",
        n=len(codes),
        m=len(provisional),
    )
    checked(station, printed=[*codes, *provisional])
    with station.store.read() as reader:
        assert all(reader.dossier_by_code(code).code for code in provisional)


def test_row_46_two_lanes_overlap_by_a_fault_of_the_gateway(counter, gateway_up, checked, seen, own_counter) -> None:
    first, second = counter(), counter()
    drain(gateway_up, first, second)
    with first.store.read() as reader:
        wrong = reader.leases()
        used = reader.store.facts(reader)
    with second.store.write() as unit:
        unit.drop_leases()
        unit.save_leases(wrong)
        unit.numbers = msgspec.structs.replace(unit.store.facts(unit), lanes=dict(used.lanes))
    one, two = receive(first.desk, a_form())[0].dossier, receive(second.desk, a_form())[0].dossier
    assert one.code == two.code, "the fault is set up"
    checked(first, second, printed=[one.code])
    held = ask(gateway_up, "SELECT id, code FROM entity WHERE id IN (:a, :b)", a=one.id, b=two.id)
    assert sorted(code is None for _, code in held) == [False, True], "both dossiers kept, one bears the code"
    reviews = [msgspec.json.decode(raw) for (raw,) in ask(gateway_up, "SELECT data FROM entity WHERE kind = 'review'")]
    assert [r["status"] for r in reviews if r["code"] == "code-clash" and r["entity"] in (one.id, two.id)] == ["open"]
    seen("two counters with one lane print one code: both dossiers kept, one review `code-clash`")


POISON = {
    "no-json": '{"id": broken',
    "unknown-kind": None,
    "wrong-shape": '{"id": 7}',
    "large-note": "large",
}


@pytest.mark.parametrize("kind", list(POISON))
def test_row_47_an_item_that_cannot_be_read(counter, gateway_up, seen, own_counter, kind: str) -> None:
    """Put into the feed behind the gateway's back, and taken out again before the comparison."""
    station, other = counter(), counter()
    drain(gateway_up, station, other)
    with station.store.read() as reader:
        before = reader.quarantined_pulls()
    code = take_in(other)[0]
    drain(gateway_up, other)
    ((identity, data, feed_kind),) = ask(gateway_up, "SELECT id, data, kind FROM feed ORDER BY seq DESC LIMIT 1")
    bad, bad_kind = POISON[kind], feed_kind
    if kind == "unknown-kind":
        bad, bad_kind = data, "hologram"
    if bad == "large":
        bad = json.dumps(json.loads(data) | {"subject": "x" * 5_000_000})
    where = "WHERE part = 'H32.15' AND seq = (SELECT seq FROM feed_head WHERE part = 'H32.15')"
    tell(gateway_up, f"UPDATE feed SET data = :data, kind = :kind {where}", data=bad, kind=bad_kind)
    later = take_in(other)[0]
    drain(gateway_up, other)
    try:
        for _ in range(3):
            station.engine.run_once()
        with station.store.read() as reader:
            head = ask(gateway_up, "SELECT seq FROM feed_head WHERE part = 'H32.15'")[0][0]
            assert reader.position("H32.15").seq == head, "the cursor went on"
            assert reader.dossier_by_code(later) is not None, "what came after it is here"
            assert reader.quarantined_pulls() - before == (0 if kind == "large-note" else 1)
    finally:
        tell(
            gateway_up,
            "UPDATE feed SET data = :data, kind = :kind WHERE id = :id AND data = :bad",
            data=data,
            kind=feed_kind,
            id=identity,
            bad=bad,
        )
    seen("{kind}: {what}, the cursor went on", kind=kind, what="taken as it is" if kind == "large-note" else "kept aside")
    assert code


@pytest.mark.parametrize("count", [3])
def test_row_47_many_at_once_are_an_alarm(counter, gateway_up, seen, count: int) -> None:
    """More likely a fault of ours: nothing is skipped."""
    station, other = counter(), counter()
    drain(gateway_up, station, other)
    with station.store.read() as reader:
        before = reader.position("H32.15").seq
    take_in(other, count)
    drain(gateway_up, other)
    rows = ask(gateway_up, "SELECT seq, data FROM feed WHERE part = 'H32.15' AND seq > :s", s=before)
    tell(gateway_up, "UPDATE feed SET data = '{\"id\": 7}' WHERE part = 'H32.15' AND seq > :s", s=before)
    report = station.engine.run_once()
    with station.store.read() as reader:
        assert reader.position("H32.15").seq == before
    assert report.problems, "somebody is told"
    for seq, data in rows:
        tell(gateway_up, "UPDATE feed SET data = :d WHERE part = 'H32.15' AND seq = :s", d=data, s=seq)
    check_all(gateway_up, [station, other])
    seen("{n} unreadable items in a page: stopped and told; mended, everything came; C1–C7 hold", n=count)
