"""One batch is on its way while the answers to the last are written down: never past a refusal, and a stop in between loses nothing."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest

from counter_app.services.workstation import Workstation
from counter_app.sync import push
from counter_app.sync.errors import ServerFailed
from counter_app.sync.push import Pusher
from onestop.feed import Position, format_positions, parse_positions
from onestop.ops import Printed
from onestop.vntime import utc_now
from onestop.wire import PushReply, PushRequest
from tests.sync.test_push_trouble import ids, take_in, waiting


@pytest.fixture
def station(gateway, counter, monkeypatch: pytest.MonkeyPatch) -> Workstation:
    """A counter that sends two ops at a time."""
    monkeypatch.setattr(push, "MAX_BATCH_OPS", 2)
    found = counter()
    assert found.engine.run_once().ok  # hello: epoch and positions are known
    return found


def pusher(station: Workstation) -> Pusher:
    return Pusher(station.store, station.client, most=2)


class Watched:
    """The real line; keeps what was sent and proved, and may change an answer."""

    def __init__(self, station: Workstation, change=lambda n, reply: reply) -> None:
        self.sent: list[list[str]] = []
        self.proved: list[dict[str, Position]] = []
        self.client, self.real, self.change = station.client, station.client.call, change
        station.client.call = self.call  # type: ignore[method-assign]

    def call(self, method, path, reply, **rest):
        if path != "/v1/push":
            return self.real(method, path, reply, **rest)
        request: PushRequest = rest["body"]
        self.sent.append(ids(request))
        self.proved.append({p.part: p for p in parse_positions(self.client.positions)})
        return self.change(len(self.sent), self.real(method, path, reply, **rest))


def acked(station: Workstation) -> int:
    with station.store.read() as reader:
        return reader.outbox_summary().per_state.get("acked", 0)


def test_every_op_goes_once_in_order_and_each_request_proves_the_last_answer(station: Workstation) -> None:
    for n in range(7):
        take_in(station, f"Người {chr(65 + n)}")
    ops, before, part = waiting(station), acked(station), station.desk.agency
    line = Watched(station)
    done = list(pusher(station).batches(part))
    assert line.sent == [ops[0:2], ops[2:4], ops[4:6], ops[6:]] and [len(d.results) for d in done] == [2, 2, 2, 1]
    assert acked(station) == before + 7
    seqs = [proved[part].seq for proved in line.proved]
    assert [b - a for a, b in pairwise(seqs)] == [2, 2, 2], "positions of answers not yet written down are proved, too"
    with station.store.read() as reader:
        assert max(p.seq for p in reader.hi() if p.part == part) == seqs[-1] + 1


def test_nothing_goes_past_a_refused_op_of_its_dossier(station: Workstation) -> None:
    first, second = take_in(station, "Người Bị Từ Chối"), take_in(station, "Người Khác")
    with station.store.write() as unit:
        unit.submit(Printed(form="01", copy_no=1), entity=first.id, by=station.desk.require().id, at=utc_now())
    third = take_in(station, "Người Thứ Ba")
    ops = waiting(station)

    def refuse(n: int, reply: PushReply) -> PushReply:
        if n == 1:
            reply.results[0] = msgspec.structs.replace(reply.results[0], s="rejected", code="procedure-unknown", review="r-1")
        return reply

    line = Watched(station, refuse)
    list(pusher(station).batches(station.desk.agency))
    assert line.sent == [ops[:2], [ops[3]]], "the print waits behind the refused reception"
    with station.store.read() as reader:
        assert [reader.sync_state(d.id) for d in (first, second, third)] == ["needs_person", "confirmed", "confirmed"]


@pytest.mark.parametrize("how", ["stopped", "failed"])
def test_a_stop_with_a_batch_under_way_loses_nothing(gateway, station: Workstation, how: str) -> None:
    made = [take_in(station, f"Người {chr(65 + n)}") for n in range(6)]

    def fails(n: int, reply: PushReply) -> PushReply:
        if n == 2 and how == "failed":
            raise ServerFailed("http-500")  # applied there, and we do not know
        return reply

    line = Watched(station, fails)
    sending = pusher(station).batches(station.desk.agency)
    assert len(next(sending).results) == 2
    if how == "failed":
        with pytest.raises(ServerFailed):
            next(sending)
    sending.close()
    station.client.call = line.real  # type: ignore[method-assign]
    with station.store.read() as reader:
        station.client.positions = format_positions(reader.hi())
    report = station.engine.run_once()
    assert report.ok and not waiting(station)
    there = gateway.export(station.desk.agency)
    assert all(there.count(f'"code":"{d.code}"') == 1 for d in made)
