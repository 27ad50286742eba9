"""Numbers: online, in lanes, and for dossiers that came with a provisional one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import jwt
from sqlalchemy import insert, select, update

from central_gateway.tables import lease, number_pool
from onestop.codec import decode
from onestop.ids import uuid7_hex
from onestop.model import Dossier, Slip
from onestop.ops import CreateSlip
from onestop.vntime import utc_now, vn_date
from onestop.wire import AUD_LEASE, LookupReply
from tests.gateway.counter import RECEIVED, Counter, problem
from tests.gateway.province import VAN_NINH

TODAY = vn_date(utc_now())


def look_up(counter: Counter, code: str) -> LookupReply:
    return counter.ok(counter.call("POST", "/v1/lookup", {"code": code}), LookupReply)


def test_numbers_of_a_day_are_contiguous_whoever_asks(new_counter) -> None:
    counters = [new_counter() for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda i: counters[i % 4].number(str(TODAY)).number, range(60)))
    assert sorted(numbers) == list(range(1, 61))


def test_a_number_asked_again_is_the_same(counter: Counter) -> None:
    op = uuid7_hex()
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: counter.number(str(TODAY), op=op), range(8)))
    assert {(reply.code, reply.number) for reply in replies} == {(f"H32.15-{TODAY:%y%m%d}-0001", 1)}
    assert counter.number(str(TODAY)).number == 2
    reply = counter.call("POST", "/v1/numbers", {"op": op, "entity": "1" * 32, "date": str(TODAY)})
    problem(reply, 422, "op-reused")


def test_each_day_and_agency_counts_for_itself(counter: Counter, new_counter) -> None:
    assert counter.number(str(TODAY)).number == counter.number(str(TODAY - timedelta(days=1))).number == 1
    assert new_counter("H32.27").number(str(TODAY)).code == f"H32.27-{TODAY:%y%m%d}-0001"
    for day in (TODAY + timedelta(days=2), TODAY - timedelta(days=40)):
        problem(counter.call("POST", "/v1/numbers", {"op": uuid7_hex(), "entity": "1" * 32, "date": str(day)}), 422, "date-not-near")


def test_the_online_pool_ends_before_the_lanes(counter: Counter, gateway) -> None:
    with gateway.database.write() as conn:
        conn.execute(insert(number_pool).values(agency=counter.part, date=str(TODAY), last=1998))
    assert counter.number(str(TODAY)).number == 1999
    for _ in range(2):
        problem(counter.call("POST", "/v1/numbers", {"op": uuid7_hex(), "entity": "1" * 32, "date": str(TODAY)}), 409, "numbers-exhausted")


def test_a_code_an_older_system_gave_is_passed_over(counter: Counter) -> None:
    counter.push_one(counter.create(counter.dossier(code=f"H32.15-{TODAY:%y%m%d}-0001")))
    assert counter.number(str(TODAY)).number == 2


def test_lanes_never_overlap(new_counter) -> None:
    counters = [new_counter() for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda c: c.leases(), counters))
    lanes = [lane for reply in replies for lane in reply.leases]
    numbers = [n for lane in lanes for n in range(lane.first, lane.last + 1)]
    assert len(lanes) == 12
    assert len(set(numbers)) == len(numbers) == 12 * 200
    assert min(numbers) == 2000
    assert all((lane.valid_from, lane.valid_to) == (TODAY, TODAY + timedelta(days=60)) for lane in lanes)


def test_a_lane_is_signed(counter: Counter, gateway) -> None:
    lane = counter.leases(count=1).leases[0]
    claims = jwt.decode(lane.token, gateway.keys._key.public_key(), ["EdDSA"], audience=AUD_LEASE)
    assert (claims["first"], claims["last"], claims["device"], claims["inc"]) == (2000, 2199, counter.device, counter.inc)
    assert (claims["valid_from"], claims["valid_to"], claims["epoch"]) == (str(lane.valid_from), str(lane.valid_to), 1)


def test_leases_are_idempotent_and_renewed(counter: Counter, gateway) -> None:
    op = uuid7_hex()
    first = counter.leases(op=op)
    assert counter.leases(op=op) == first
    problem(counter.call("POST", "/v1/leases", {"op": op, "count": 1, "held": []}), 422, "op-reused")
    with gateway.database.write() as conn:
        conn.execute(update(lease).values(valid_to=str(TODAY + timedelta(days=3))))
    again = counter.leases(held=[lane.token for lane in first.leases])
    assert [(a.lane, a.valid_to) for a in again.leases] == [(f.lane, TODAY + timedelta(days=60)) for f in first.leases]


def test_a_new_database_file_gets_fresh_lanes_unless_it_shows_the_old_ones(counter: Counter) -> None:
    old = counter.leases().leases
    counter.inc = "a" * 32
    counter.sign_on()
    assert {lane.lane for lane in counter.leases().leases}.isdisjoint(lane.lane for lane in old)
    counter.inc = "b" * 32
    counter.sign_on()
    assert [lane.lane for lane in counter.leases(held=[lane.token for lane in old]).leases] == [lane.lane for lane in old]


def test_a_lane_the_database_forgot_is_honoured_and_not_given_away(counter: Counter, new_counter, gateway) -> None:
    old = counter.leases().leases
    with gateway.database.write() as conn:
        conn.execute(lease.delete())
    kept = counter.leases(held=[lane.token for lane in old])
    assert [lane.lane for lane in kept.leases] == [lane.lane for lane in old]
    assert {lane.lane for lane in new_counter().leases().leases}.isdisjoint(lane.lane for lane in old)


def test_lanes_run_out_and_come_back_only_after_their_last_day(counter: Counter, new_counter, gateway) -> None:
    counter.leases(count=4)
    for _ in range(9):
        new_counter().leases(count=4)
    late = new_counter()
    body = {"op": uuid7_hex(), "count": 2, "held": []}
    problem(late.call("POST", "/v1/leases", body), 409, "lanes-exhausted")
    with gateway.database.write() as conn:
        conn.execute(update(lease).where(lease.c.lane == 7).values(valid_to=str(TODAY - timedelta(days=1))))
    assert [(lane.lane, lane.valid_from) for lane in late.leases(count=1).leases] == [(7, TODAY)]
    with gateway.database.read() as conn:
        assert len(conn.execute(select(lease.c.lane).distinct()).all()) == 40


def test_an_agency_that_numbers_provisionally_gets_no_lane(new_counter) -> None:
    assert new_counter(VAN_NINH).leases().leases == []


def test_a_provisional_receipt_gets_its_code_and_leads_to_it_for_ever(new_counter) -> None:
    counter = new_counter(VAN_NINH)
    dossiers = [counter.dossier(provisional_code=f"TN-{counter.device}-261120-000{n}") for n in (1, 2)]
    results = counter.push(*[counter.create(dossier, by="hoa") for dossier in dossiers])
    assert [(r.s, r.code) for r in results] == [("applied", "")] * 2
    got = [decode(Dossier, bytes(item.data)) for item in counter.pull()]
    assert [d.code for d in got] == ["H32.38-261120-0001", "H32.38-261120-0002"]
    assert [d.provisional_code for d in got] == [d.provisional_code for d in dossiers]
    for text in (dossiers[0].provisional_code, "H32.38-261120-0001", f" tn-{counter.device}–261120-0001\r\n"):
        found = look_up(counter, text)
        assert (found.found, found.kind) == (True, "dossier")
        assert decode(Dossier, bytes(found.data)).id == dossiers[0].id


def test_any_counter_of_the_province_finds_a_dossier_or_slip(counter: Counter, new_counter) -> None:
    create = counter.create(counter.dossier(code="H32.15-261120-2005"))
    slip = Slip(id=uuid7_hex(), number="H32.15-99.1-261120-0001", agency=counter.part, direction="out", from_unit="a", to_unit="b",
                from_person="Lan", made_at=RECEIVED, made_by="lan")
    counter.push(create, counter.op(slip.id, CreateSlip(slip=slip)))
    abroad = new_counter("H32.27")
    assert decode(Dossier, bytes(look_up(abroad, "h32.15-261120-2005").data)).version == 1
    assert look_up(abroad, slip.number).kind == "slip"
    for text in ("", "H32.15-261120-9999", "x" * 10_000, "\x00", "' OR 1=1 --", "😀"):
        assert look_up(abroad, text).found is False
