"""Waits between tries: what the gateway asks for holds over a restart and a moved clock; after a long outage each counter takes a
moment of its own."""

from __future__ import annotations

import random
from email.utils import format_datetime

import pytest

from counter_app.runtime.clock import FixedClock
from counter_app.store.engine import Store
from counter_app.sync.backoff import ASKED_CAP, Backoff, Breaker
from counter_app.sync.client import _retry_after
from onestop.vntime import utc_now
from tests.store.conftest import Bench, bench, store  # noqa: F401


def breaker(opened: Store, seed: int = 1) -> Breaker:
    return Breaker(opened, opened.clock, random.Random(seed))


def test_a_wait_survives_a_restart(bench: Bench, store: Store) -> None:  # noqa: F811
    first = breaker(store)
    wait = first.failed(120.0)
    assert 120 <= wait <= 144 and first.asked
    bench.clock.advance(seconds=30)
    bench.close()
    again = breaker(bench.open())
    assert again.wait() == pytest.approx(wait - 30) and again.asked and again.failures == 1
    bench.clock.boot = "boot-2"
    assert again.wait() == pytest.approx(wait - 30), "by the wall after the PC was started again"
    bench.clock.advance(days=-400)
    assert again.wait() <= ASKED_CAP * 1.2, "a clock put back is no reason to wait a year"
    again.worked()
    assert breaker(bench.open()).wait() == 0


def test_what_was_kept_by_another_version_is_no_reason_to_stop(store: Store) -> None:  # noqa: F811
    with store.write() as unit:
        unit.meta_set("sync_breaker", '{"failures": "many"}')
    assert breaker(store).wait() == 0


def test_without_a_word_the_counter_looks_again_soon_and_never_in_step(store: Store) -> None:  # noqa: F811
    waits = [breaker(store, seed).failed(None, at_most=15.0) for seed in range(20)]
    assert all(0 < w <= 22.5 for w in waits) and len(set(waits)) > 10


def test_the_end_of_a_long_outage_is_spread_once(bench: Bench, store: Store) -> None:  # noqa: F811
    holds = []
    for seed in range(10):
        one = breaker(store, seed)
        one.failed(None)
        bench.clock.advance(minutes=30)
        one.failed(None)
        holds.append(one.hold())
        assert one.hold() == 0, "once"
        one.worked()
        assert one.hold() == 0
    assert all(0 <= h <= 60 for h in holds) and max(holds) > 20
    short = breaker(store)
    short.failed(None)
    bench.clock.advance(minutes=2)
    assert short.hold() == 0


@pytest.mark.parametrize(("text", "low", "high"), [("5", 5, 5), ("99999999", 99999999, 99999999), ("", None, None), ("soon", None, None)])
def test_retry_after_as_seconds(text: str, low: float | None, high: float | None) -> None:
    found = _retry_after(text)
    assert found == low == high
    if found is not None:
        assert Backoff(random.Random(1)).failed(found) <= ASKED_CAP * 1.2


def test_retry_after_as_a_date() -> None:
    found = _retry_after(format_datetime(utc_now(), usegmt=True).replace("20", "20", 1))
    assert found is not None and found < 5
    assert _retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0


def test_the_skew_is_the_median_of_the_last_nine() -> None:
    from datetime import timedelta

    from counter_app.runtime.clock import SystemClock

    clock = SystemClock()
    assert clock.measured_skew() is None and not clock.anchored()
    for n in range(12):
        off = 3600.0 if n % 4 == 0 else 90.0
        clock.note_gateway(clock.wall() - timedelta(seconds=off + 0.5), 0.0)
    assert clock.measured_skew() == pytest.approx(90, abs=1) and clock.anchored()
    kept = clock.anchor()
    again = SystemClock()
    assert kept is not None and again.restore(kept) and again.anchored()
    assert abs(again.now() - clock.now()) < timedelta(seconds=1)
    assert isinstance(FixedClock(clock.now()).now(), type(clock.now()))
