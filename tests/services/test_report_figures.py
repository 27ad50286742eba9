"""Report figures: every dossier open in the period counts once, and received = settled + pending, whatever happened to it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from counter_app.domain.periods import parse_period
from counter_app.services import lifecycle
from counter_app.services.receive import receive
from counter_app.services.report_figures import NO_SECTOR, Figures, report_figures
from onestop.errors import UserError
from onestop.ids import uuid7_hex
from onestop.lateness import Lateness, lateness
from onestop.model import Dossier, Event, Party, Result, Returned
from onestop.vntime import VN_TZ
from tests.desk import NOW, DeskBench, a_form

MONTH = parse_period("2026-11")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VN_TZ)


def a_dossier(received: str, due: str | None, status: int = 4, done: str = "", stopped: str = "", **changes: Any) -> Dossier:
    events = (Event(id=uuid7_hex(), kind="stop", at=at(stopped), by="s", device=1, reason="theo đơn"),) if stopped else ()
    result = Result(at=at(done)) if done else None
    returned = Returned(at=at(done) + timedelta(days=1), by="s", collector_name="A") if done and status == 10 else None
    return Dossier(**{
        "id": uuid7_hex(), "agency": "H32.15", "competent_agency": "H32.15", "procedure_code": "1", "procedure_version": 1,
        "procedure_name": "Thủ tục", "sector": "Hộ tịch", "owner": Party(name="An"), "received_at": at(received), "received_by": "s",
        "due_at": at(due) if due else None, "status": status, "result": result, "returned": returned, "events": events,
        "version": 1, **changes})


def column(bench: DeskBench, dossier: Dossier, key: str = "2026-11") -> list[str]:
    """The columns this one dossier is counted in."""
    bench.pull(dossier)
    total = report_figures(bench.desk, parse_period(key)).total
    return [name for name in Figures.__slots__ if getattr(total, name)]


@pytest.mark.parametrize(("dossier", "columns"), [
    (a_dossier("2026-11-05T09:00", "2026-11-20T17:00", 10, "2026-11-19T08:00"), ["direct", "early"]),
    (a_dossier("2026-11-05T09:00", "2026-11-20T17:00", 9, "2026-11-20T17:30", channel="online"), ["online", "on_time"]),
    (a_dossier("2026-10-05T09:00", "2026-11-01T17:00", 9, "2026-11-02T08:00"), ["carried", "late"]),
    (a_dossier("2026-10-05T09:00", "2026-10-20T17:00", 10, "2026-10-31T23:59"), []),
    (a_dossier("2026-11-05T09:00", "2026-12-20T17:00", channel="post"), ["direct", "pending"]),
    (a_dossier("2026-11-05T09:00", "2026-11-22T17:00"), ["direct", "overdue"]),
    (a_dossier("2026-11-05T09:00", "2026-11-23T09:00"), ["direct", "pending"]),  # due today: not late by the day
    (a_dossier("2026-11-05T09:00", "2026-11-20T17:00", 5), ["direct", "pending"]),  # the clock is paused
    (a_dossier("2025-01-05T09:00", "2025-02-01T17:00", 7, channel="online"), ["carried", "overdue"]),
    (a_dossier("2026-11-05T09:00", None, channel="online-assisted"), ["online", "pending"]),
    (a_dossier("2026-10-05T09:00", "2026-11-20T17:00", 8, stopped="2026-11-10T10:00"), ["carried", "early"]),
    (a_dossier("2026-09-05T09:00", "2026-10-20T17:00", 8, stopped="2026-10-10T10:00"), []),
    (a_dossier("2026-11-05T09:00", None, 9, "2026-11-06T10:00"), ["direct", "on_time"]),
    (a_dossier("2026-11-05T09:00", None, 1, channel="online"), []),
    (a_dossier("2026-11-05T09:00", None, 3, channel="online"), []),
    (a_dossier("2026-12-01T00:00", "2026-12-20T17:00"), []),
    (a_dossier("2026-11-05T09:00", "2026-11-20T17:00", agency="H32.27"), []),
    (a_dossier("2026-11-05T09:00", "2026-12-20T17:00", 77), ["direct", "pending"]),  # a state of the centre's own
])
def test_which_columns_a_dossier_counts_in(bench: DeskBench, dossier: Dossier, columns: list[str]):
    assert column(bench, dossier) == columns


@pytest.mark.parametrize(("due", "expected"), [("2026-10-30T17:00", "overdue"), ("2026-10-31T17:00", "pending")])
def test_a_past_period_is_counted_as_it_ended(bench: DeskBench, due: str, expected: str):
    """Settled in November, it was pending at the end of October; due on the last day it was not yet late by the day."""
    assert column(bench, a_dossier("2026-10-05T09:00", due, 9, "2026-11-10T09:00"), "2026-10") == ["direct", expected]


def test_lateness_by_the_minute_is_the_agencys_choice(bench: DeskBench):
    bench.desk.settings.lateness_by = "minute"
    bench.pull(a_dossier("2026-11-05T09:00", "2026-11-20T17:00", 9, "2026-11-20T17:30"), a_dossier("2026-11-05T09:00", "2026-11-23T09:00"))
    total = report_figures(bench.desk, MONTH).total
    assert (total.late, total.overdue) == (1, 1)


def test_lines_are_by_field_and_add_up(bench: DeskBench):
    bench.pull(a_dossier("2026-11-05T09:00", None, sector="Đất đai"), a_dossier("2026-11-05T09:00", None, sector=""),
               a_dossier("2026-11-05T09:00", "2026-11-06T17:00", 9, "2026-11-06T09:00"))
    report = report_figures(bench.desk, MONTH)
    assert list(report.lines) == ["Đất đai", "Hộ tịch", NO_SECTOR]
    assert (report.total.received, report.total.settled, report.total.open) == (3, 1, 2)
    assert report.as_of == NOW


def test_what_was_just_done_here_counts(bench: DeskBench):
    before = report_figures(bench.desk, MONTH).total
    dossier = receive(bench.desk, a_form())[0].dossier
    lifecycle.stop(bench.desk, dossier.id, "theo đơn")
    after = report_figures(bench.desk, MONTH).total
    assert (after.received - before.received, after.settled - before.settled) == (1, 1)


def test_on_a_whole_office_it_says_what_the_dossiers_say(tmp_path):
    """Counted again over every dossier decoded whole, for all kinds of periods."""
    from counter_app.store.rows import ListFilter
    from tests.desk import make_desk

    bench = make_desk(tmp_path, demo=3000)
    try:
        with bench.store.read() as reader:
            dossiers = [reader.dossier(row.id) for row in reader.list_dossiers(ListFilter(), limit=100_000)]
        assert len(dossiers) > 100
        for key in ("2026-11", "2026-10", "2026-H2", "2026-Q3", "2026", "2026-11-02..2026-11-16", "2026-11-20"):
            period = parse_period(key)
            report = report_figures(bench.desk, period)
            expected: Counter[str] = Counter()
            for d in dossiers:
                if d.agency != bench.desk.agency or d.status in (1, 3) or d.received_at >= period.end:
                    continue
                ended = next((e.at for e in d.events if e.kind == "stop"), None) if d.status == 8 else None
                ended = ended or (d.result.at if d.result else d.returned.at if d.returned else None)
                if ended and ended < period.start:
                    continue
                expected["received"] += 1
                if ended and ended < period.end:
                    expected["settled"] += 1
                    expected["late"] += d.due_at is not None and lateness(d.due_at, ended) is Lateness.LATE
                else:
                    expected["open"] += 1
            total = report.total
            assert {name: getattr(total, name) for name in ("received", "settled", "late", "open")} == {
                name: expected[name] for name in ("received", "settled", "late", "open")}, key
            assert all(line.received == line.settled + line.open for line in report.lines.values())
    finally:
        bench.close()


def test_a_period_of_the_future_has_no_figures(bench: DeskBench):
    with pytest.raises(UserError) as caught:
        report_figures(bench.desk, parse_period("2026-12"))
    assert caught.value.code == "period-not-begun"


def test_a_copy_that_cannot_be_read_does_not_stop_the_report(bench: DeskBench):
    good, bad = a_dossier("2026-11-05T09:00", None), a_dossier("2026-11-05T09:00", None)
    bench.pull(good, bad)
    with bench.store.write() as unit:
        unit._run("UPDATE dossier SET server = ?, data = NULL WHERE id = ?", b"{broken", bad.id)
    assert report_figures(bench.desk, MONTH).total.received == 1
