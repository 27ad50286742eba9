"""Admission: pure rules, and what callers of the real service are told; the long poll."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace

import pytest
from sqlalchemy import select

from benchmarks.herd import simulate
from central_gateway.services.admission import Buckets, Gate, retry_after
from central_gateway.tables import feed_head
from onestop.codec import encode_op
from onestop.wire import PokeReply
from tests.gateway import province
from tests.gateway.counter import problem


def test_slots_follow_one_another_and_the_cost_is_learnt() -> None:
    gate = Gate(permits=2, queue=1, cost=1.0)
    assert [gate.enter(0.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert [round(gate.enter(0.0), 2) for _ in range(3)] == [1.05, 2.1, 3.15]
    assert round(gate.enter(3.0), 2) == 1.2, "the fourth slot, seen from then"
    assert round(gate.enter(100.0), 2) == 1.05, "slots of the past are gone"
    for _ in range(200):
        gate.enter(200.0)
        gate.leave(4.0)
    assert gate.cost == pytest.approx(2.0, rel=0.01)
    assert Gate(1, 0, 1e6).enter(0) == 0
    full = Gate(1, 0, 1e6)
    full.enter(0)
    assert full.enter(0) == 900
    assert [retry_after(seconds) for seconds in (0.01, 1.0, 1.2)] == ["1", "1", "2"]


def test_a_bucket_fills_again_and_is_nobody_elses() -> None:
    buckets = Buckets(rate=2, burst=3)
    assert [buckets.take("a", 0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.take("b", 0) == 0
    assert buckets.take("a", 0.5) == 0
    for caller in range(30_000):
        buckets.take(str(caller), 1)
    assert len(buckets._held) <= 20_000


def test_two_thousand_counters_come_back_and_the_last_is_soon_served() -> None:
    for seed in range(3):
        seen = simulate(2000, 2, random.Random(seed))
        assert seen.last <= 1.2 * seen.ideal
        assert seen.refused <= 0.52
        assert seen.starved <= 2.5


class TestService:
    @pytest.fixture
    def settings(self, settings, request):
        return replace(settings, device_rate=1, device_burst=3, push_permits=1, push_queue=0)

    def test_a_device_that_knocks_too_often(self, counter, new_counter) -> None:
        replies = [counter.push_raw([]) for _ in range(5)]
        assert replies[0].status_code != 429
        problem(replies[-1], 429, "too-many-requests")
        assert int(replies[-1].headers["Retry-After"]) >= 1
        assert new_counter().push_raw([]).status_code != 429

    def test_more_pushes_than_places_are_told_when_to_come_again(self, new_counter, gateway) -> None:
        counters = [new_counter() for _ in range(7)]
        counters[6].push(counters[6].create())
        ops = [encode_op(counter.create()) for counter in counters]
        with ThreadPoolExecutor(6) as pool:
            with gateway.database.write() as conn:  # whoever pushes now waits for us
                conn.execute(select(feed_head).where(feed_head.c.part == counters[0].part).with_for_update())
                replies = [pool.submit(counter.push_raw, [op]) for counter, op in zip(counters[:6], ops, strict=False)]
                for reply in as_completed(replies):
                    problem(reply.result(), 503, "busy")
                    assert 1 <= int(reply.result().headers["Retry-After"]) <= 900
                    if sum(reply.done() for reply in replies) == 5:
                        break
            statuses = sorted(reply.result().status_code for reply in replies)
        assert statuses == [200] + [503] * 5


def test_a_change_is_told_at_once(counter, new_counter) -> None:
    other = new_counter()
    with ThreadPoolExecutor(1) as pool:
        started = time.monotonic()
        waiting = pool.submit(counter.call, "GET", "/v1/poke", params={"part": counter.part, "after": 0, "wait": 20})
        time.sleep(0.2)
        other.push(other.create())
        reply = counter.ok(waiting.result(), PokeReply)
    assert reply.head == 1
    assert time.monotonic() - started < 19, "before the time was over"
    assert counter.ok(counter.call("GET", "/v1/poke", params={"part": counter.part, "after": 1, "wait": 0.1}), PokeReply).head == 1
    problem(counter.call("GET", "/v1/poke", params={"part": province.DIEN_KHANH, "after": 0}), 403, "wrong-partition")
    problem(counter.call("GET", "/v1/poke", params={"part": counter.part, "wait": 1000}), 422, "parameters-invalid")


def test_sixty_who_wait_hold_nothing(counter, new_counter, gateway) -> None:
    with ThreadPoolExecutor(60) as pool:
        params = {"part": counter.part, "after": 0, "wait": 20}
        waiting = [pool.submit(counter.call, "GET", "/v1/poke", params=params) for _ in range(60)]
        time.sleep(1.0)
        assert gateway.database.engine.pool.checkedout() <= 2
        counter.push(counter.create())
        assert {counter.ok(reply.result(), PokeReply).head for reply in waiting} == {1}
