"""The gateway takes all but one: that one is found and set aside, the others go through; and a gateway that takes nothing blames
nobody."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import msgspec
import pytest

from central_gateway.services import devices
from counter_app.services.unsent import retry_now, unsent
from counter_app.services.workstation import Workstation, open_workstation
from counter_app.store import arriving, feed_in
from counter_app.sync.errors import Refused, ServerFailed
from counter_app.sync.link_state import LinkState
from onestop.wire import Problem, PushReply, PushRequest
from tests.sync import test_counters
from tests.sync.test_counters import state_of

Verdict = Callable[[PushRequest], None]


_people = count(100_000)


def take_in(station: Workstation, name: str = "Nguyễn Văn An"):
    """Somebody no other test knows: the gateway notices the same person at two desks."""
    return test_counters.take_in(station, name, f"001099{next(_people)}")


def ids(request: PushRequest) -> list[str]:
    return [msgspec.json.decode(raw)["op"] for raw in request.ops]


class Line:
    """The counter's line to the real gateway with a spot of trouble on ``/v1/push``."""

    def __init__(self, station: Workstation, verdict: Verdict) -> None:
        self.station, self.verdict, self.real = station, verdict, station.client.call
        self.pushes: list[int] = []
        station.client.call = self.call  # type: ignore[method-assign]

    def call(self, method, path, reply, **rest):
        if path == "/v1/push":
            self.pushes.append(len(rest["body"].ops))
            self.verdict(rest["body"])
        return self.real(method, path, reply, **rest)

    def mend(self) -> None:
        self.station.client.call = self.real  # type: ignore[method-assign]


def waiting(station: Workstation) -> list[str]:
    with station.store.read() as reader:
        return [item.op for item in reader.outbox(states=("new", "sent"))]


def fails_on(*ops: str) -> Verdict:
    def verdict(request: PushRequest) -> None:
        if set(ops) & set(ids(request)):
            raise ServerFailed("internal-error")

    return verdict


@pytest.mark.parametrize("places", [(0,), (12,), (24,), (3, 17)])
def test_the_op_that_breaks_the_gateway_is_found_and_the_others_go_through(gateway, counter, places):
    station = counter()
    dossiers = [take_in(station, f"Người {chr(65 + n)}") for n in range(25)]
    ops = waiting(station)
    line = Line(station, fails_on(*(ops[n] for n in places)))
    first = station.engine.run_once()
    assert first.link is LinkState.SERVER_TROUBLE and first.problems and len(waiting(station)) == 25
    for _ in range(len(places) * 3):
        station.engine.run_once()
    if len(places) == 1:
        assert len(line.pushes) <= 2 + 6 + 1 + 1, line.pushes
    found = unsent(station.desk)
    assert [line.item.op for line in found.ops] == [ops[n] for n in places]
    assert all(line.item.state == "quarantined" and line.reason for line in found.ops) and found.waiting == 0
    assert [state_of(station, d.id) for n, d in enumerate(dossiers) if n not in places] == ["confirmed"] * (25 - len(places))
    assert state_of(station, dossiers[places[0]].id) == "needs_person"
    line.mend()
    retry_now(station.desk, station.engine)
    assert station.engine.run_once().ok
    assert not unsent(station.desk).ops and state_of(station, dossiers[places[0]].id) == "confirmed"


def test_a_gateway_that_takes_nothing_blames_no_op(gateway, counter):
    station = counter()
    for n in range(9):
        take_in(station, f"Người {chr(65 + n)}")

    def nothing(request: PushRequest) -> None:
        raise ServerFailed("internal-error")

    line = Line(station, nothing)
    for _ in range(4):
        assert station.engine.run_once().link is LinkState.SERVER_TROUBLE
    assert len(waiting(station)) == 9 and not unsent(station.desk).stuck
    line.mend()
    assert station.engine.run_once().pushed == 9


def test_a_batch_too_large_is_halved_and_an_op_too_large_set_aside(gateway, counter):
    station = counter()
    for n in range(6):
        take_in(station, f"Người {chr(65 + n)}")
    big = waiting(station)[2]

    def narrow(request: PushRequest) -> None:
        if len(request.ops) > 2 or big in ids(request):
            raise Refused(413, Problem(type="", title="", status=413, code="too-large"))

    line = Line(station, narrow)
    report = station.engine.run_once()
    assert report.ok and report.refused == 1
    assert [x.item.op for x in unsent(station.desk).ops] == [big]
    assert len(line.pushes) <= 12
    line.mend()


def test_an_answer_that_leaves_an_op_out_is_no_ack(gateway, counter):
    station = counter()
    take_in(station), take_in(station, "Trần Thị Bình")
    real = station.client.call

    def short(method, path, reply, **rest):
        got = real(method, path, reply, **rest)
        return PushReply(batch=got.batch, results=got.results[1:], pos=got.pos) if path == "/v1/push" else got

    station.client.call = short
    report = station.engine.run_once()
    assert not report.ok and report.problems
    with station.store.read() as reader:
        assert reader.alarms() == {"bad-ack": 1} and reader.outbox_summary().waiting == 2
    station.client.call = real
    assert station.engine.run_once().ok
    with station.store.read() as reader:
        assert reader.outbox_summary().per_state == {"acked": 2}


def test_unreadable_pages_stop_the_pull_and_one_bad_item_does_not(gateway, counter):
    station, other = counter(), counter()
    assert station.engine.run_once().ok
    for n in range(5):
        take_in(other, f"Người {chr(65 + n)}")
    assert other.engine.run_once().ok
    real, spoilt = station.client.call, 3

    def bad(method, path, reply, **rest):
        got = real(method, path, reply, **rest)
        if path == "/v1/pull":
            for item in got.items[:spoilt]:
                item.data = msgspec.Raw(b'{"id": 5}')
        return got

    station.client.call = bad
    with station.store.read() as reader:
        before = reader.position(station.engine.part)
    report = station.engine.run_once()
    with station.store.read() as reader:
        assert not report.ok and reader.position(station.engine.part) == before
        assert reader.alarms() == {"page-unreadable": 1}
    spoilt = 1
    assert station.engine.run_once().ok
    with station.store.read() as reader:
        assert reader.position(station.engine.part).seq > before.seq
    station.client.call = real
    assert unread(gateway, station) == 0
    assert station.engine.run_once(verify=True).equal is True, "an item kept aside is held all the same"
    assert unread(gateway, station) == 1, "the centre knows that this desk does not show something"


def test_an_update_shows_what_the_program_before_could_not_read(gateway, counter, monkeypatch: pytest.MonkeyPatch):
    station, other = counter(), counter()
    assert station.engine.run_once().ok
    dossier = take_in(other)
    assert other.engine.run_once().ok
    with monkeypatch.context() as older:
        for module in (arriving, feed_in):
            older.setattr(module, "COLUMNS", {})
        assert station.engine.run_once().ok and station.engine.run_once().ok
        with station.store.read() as reader:
            assert reader.dossier(dossier.id) is None
        assert unread(gateway, station) == 1
    station.close()
    again = open_workstation(station.profile.dir, lambda new: "2468")
    try:
        report = again.engine.run_once(verify=True)
        assert ("dossier", dossier.id) in report.changed and report.equal
        with again.store.read() as reader:
            assert reader.dossier(dossier.id) is not None
        assert unread(gateway, again) == 0
    finally:
        again.close()


def unread(gateway, station) -> int:
    """What the centre was told."""
    with gateway._opened() as opened, opened.database.read() as conn:
        return devices.listing(conn, number=station.desk.device)[0].unread
