"""One scan, one receiver: the page or dialog on top."""

import pytest

from counter_app.scanner.raw import RawScan, Source
from counter_app.scanner.router import KEPT, WAITING, Router, Routing


class Code(str):
    pass


class Card(str):
    pass


def raw(text="x"):
    return RawScan(text, Source.WEDGE, 1.0)


def make():
    told = []
    return Router(name_of=lambda scan: "thẻ căn cước" if isinstance(scan, Card) else "mã hồ sơ", on_outcome=told.append), told


def test_only_the_top_handler_is_asked():
    router, told = make()
    page, dialog = [], []
    router.push(lambda scan, raw: page.append(scan), {Code, Card})
    token = router.push(lambda scan, raw: dialog.append(scan), {Card}, expects="thẻ căn cước")
    assert router.deliver(Card("a"), raw()).routing is Routing.HANDLED
    refused = router.deliver(Code("b"), raw())
    assert refused.routing is Routing.UNWANTED
    assert "đang chờ thẻ căn cước" in refused.message and "mã hồ sơ" in refused.message
    router.pop(token)
    router.deliver(Code("c"), raw())
    assert (page, dialog) == (["c"], ["a"])
    assert [o.routing for o in told] == [Routing.HANDLED, Routing.UNWANTED, Routing.HANDLED]


def test_no_page_at_all_is_said_and_nothing_is_lost():
    router, _ = make()
    outcome = router.deliver(Code("b"), raw("b"))
    assert outcome.routing is Routing.NO_HANDLER and outcome.message
    assert [o.raw.text for o in router.recent] == ["b"]


def test_windows_close_in_any_order():
    router, _ = make()
    got = []
    below = router.push(lambda scan, raw: got.append("below"), {Code})
    router.push(lambda scan, raw: got.append("above"), {Code})
    router.pop(below)
    router.pop(below)
    router.deliver(Code("a"), raw())
    assert got == ["above"]


def test_a_scan_during_a_scan_waits_its_turn():
    router, told = make()
    order = []

    def handler(scan, _raw):
        order.append(f"begin {scan}")
        if scan == "1":
            assert router.deliver(Code("2"), raw("2")).routing is Routing.QUEUED
        order.append(f"end {scan}")

    router.push(handler, {Code})
    assert router.deliver(Code("1"), raw("1")).routing is Routing.HANDLED
    assert order == ["begin 1", "end 1", "begin 2", "end 2"]
    assert [o.raw.text for o in told] == ["1", "2"]


def test_a_failing_handler_blocks_nobody():
    router, _ = make()
    got = []

    def handler(scan, _raw):
        if scan == "bad":
            router.deliver(Code("waiting"), raw())
            raise RuntimeError("handler failed")
        got.append(scan)

    router.push(handler, {Code})
    with pytest.raises(RuntimeError):
        router.deliver(Code("bad"), raw())
    assert router.deliver(Code("next"), raw()).routing is Routing.HANDLED
    assert got == ["waiting", "next"]


def test_memory_is_bounded_and_overflow_is_said():
    router, _ = make()
    answers = []

    def handler(scan, _raw):
        if scan == "first":
            answers.extend(router.deliver(Code("more"), raw()) for _ in range(WAITING + 1))

    router.push(handler, {Code})
    router.deliver(Code("first"), raw())
    assert [a.routing for a in answers].count(Routing.QUEUED) == WAITING
    assert answers[-1].routing is Routing.OVERFLOW and answers[-1].message
    assert len(router.recent) == KEPT
