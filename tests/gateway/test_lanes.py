"""Lanes: no two leases overlap whatever happens; one more for today; a fenced device's lanes rest until their dates are over."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from central_gateway.services import devices
from central_gateway.tables import lease, number_pool
from onestop.ids import uuid7_hex
from onestop.vntime import utc_now, vn_date
from onestop.wire import LeaseReply
from tests.gateway.counter import RECEIVED, Counter, problem
from tests.gateway.province import VAN_NINH

TODAY = vn_date(utc_now())


def row(lane: int, **facts):
    first = 2000 + lane * 200
    values = {"id": uuid7_hex(), "agency": "H32.15", "lane": lane, "first": first, "last": first + 199, "valid_from": str(TODAY),
              "valid_to": str(TODAY), "device": 1, "incarnation": "a" * 32}
    return insert(lease).values(values | facts)


def test_two_transactions_cannot_both_give_a_lane(gateway) -> None:
    meet = threading.Barrier(2)

    def give() -> bool:
        if not gateway.database.is_sqlite:
            meet.wait(10)
        try:
            with gateway.database.write() as conn:
                conn.execute(row(5))
        except IntegrityError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(lambda _: give(), range(2))) == [False, True]


@pytest.mark.parametrize("facts", [{"first": 3001}, {"last": 3300}, {"first": 2800, "last": 2999}])
def test_no_lease_reaches_into_another_lane(gateway, facts: dict) -> None:
    with pytest.raises(IntegrityError), gateway.database.write() as conn:
        conn.execute(row(5, **facts))


def test_one_more_lane_for_today(counter: Counter, new_counter, gateway) -> None:
    standing = counter.leases(count=4).leases
    *same, extra = counter.leases(count=9).leases
    assert [lane.lane for lane in same] == [lane.lane for lane in standing]
    assert (extra.valid_from, extra.valid_to) == (TODAY, TODAY)
    assert [lane.lane for lane in counter.leases(count=5).leases] == [*(lane.lane for lane in standing), extra.lane]
    assert counter.leases(count=5).leases[-1].valid_to == TODAY  # never renewed
    yesterday = str(TODAY - timedelta(days=1))
    with gateway.database.write() as conn:
        conn.execute(update(lease).where(lease.c.lane == extra.lane).values(valid_from=yesterday, valid_to=yesterday))
    assert len(counter.leases(count=4).leases) == 4
    assert new_counter().leases(count=1).leases[0].lane == extra.lane + 1  # a standing lane comes from what was never used
    again = counter.leases(count=5).leases[-1]
    assert (again.lane, again.valid_to) == (extra.lane, TODAY)  # one for today from what is over


def test_an_extra_lane_is_for_today_and_no_more_than_five_are_held(counter: Counter) -> None:
    main = {lane.lease for lane in counter.leases().leases}

    def extra(op: str) -> LeaseReply:
        return counter.ok(counter.call("POST", "/v1/leases", {"op": op, "extra": True}), LeaseReply)

    for held in (3, 4, 5, 5):
        got = extra(uuid7_hex()).leases
        assert [lane.valid_to for lane in got if lane.lease not in main] == [TODAY] * (held - 2)
    assert extra("e" * 32) == extra("e" * 32)
    assert len(counter.leases().leases) == 5


def test_lanes_of_a_fenced_device_rest_until_their_dates_are_over(counter: Counter, new_counter, gateway) -> None:
    lost = {lane.lane for lane in counter.leases(count=4).leases}
    gateway.database.retrying(lambda conn: devices.set_state(conn, counter.device, devices.FENCED))
    problem(counter.call("POST", "/v1/leases", {"op": uuid7_hex(), "count": 2, "held": []}), 403, "device-fenced")
    given = set()
    for _ in range(9):
        given |= {lane.lane for lane in new_counter().leases(count=4).leases}
    assert given.isdisjoint(lost)
    late = new_counter()
    problem(late.call("POST", "/v1/leases", {"op": uuid7_hex(), "count": 2, "held": []}), 409, "lanes-exhausted")
    with gateway.database.write() as conn:
        conn.execute(update(lease).where(lease.c.device == counter.device).values(valid_to=str(TODAY - timedelta(days=1))))
    assert {lane.lane for lane in late.leases(count=4).leases} == lost


def test_a_lane_leased_again_after_the_backup_belongs_to_who_got_it_last(counter: Counter, new_counter, gateway) -> None:
    other = new_counter()
    (lane,) = other.leases(count=1).leases
    long_ago = str(TODAY - timedelta(days=90))
    with gateway.database.write() as conn:  # what the backup knows: the former owner
        conn.execute(update(lease).where(lease.c.lane == lane.lane).values(
            id=uuid7_hex(), device=counter.device, incarnation=counter.inc, valid_from=long_ago, valid_to=long_ago))
    kept = other.leases(count=1, held=[lane.token]).leases
    assert [(one.lane, one.lease) for one in kept] == [(lane.lane, lane.lease)]
    assert lane.lane not in {one.lane for one in counter.leases().leases}


def test_pools_of_several_days_are_taken_in_one_order(new_counter, gateway) -> None:
    """Two desks send provisional receipts of two days in opposite order, many times at once: all get their numbers."""
    counters = [new_counter(VAN_NINH) for _ in range(4)]

    def send(index: int) -> list[str]:
        counter = counters[index]
        answers = []
        for turn in range(6):
            days = [RECEIVED - timedelta(days=n) for n in ((0, 1, 2) if index % 2 else (2, 1, 0))]
            dossiers = [counter.dossier(provisional_code=f"TN-{counter.device}-{n}-{turn}", received_at=day) for n, day in enumerate(days)]
            answers += [result.s for result in counter.push(*[counter.create(one, by="hoa") for one in dossiers])]
        return answers

    with ThreadPoolExecutor(4) as pool:
        assert {answer for answers in pool.map(send, range(4)) for answer in answers} == {"applied"}
    with gateway.database.read() as conn:
        assert [one.last for one in conn.execute(select(number_pool).order_by(number_pool.c.date))] == [24, 24, 24]
