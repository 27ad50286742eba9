"""Rows 21, 22, 40 and 44: attachments over a bad line, in boxes too small for their parts, and arriving otherwise than they were sent."""

from __future__ import annotations

import hashlib
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from central_gateway.services.blobs import Blobs
from central_gateway.settings import Settings
from counter_app.services import attachments
from counter_app.services.receive import receive
from counter_app.services.workstation import Workstation
from counter_app.sync import blobs as uploading
from tests.faults.checker import ask, cycle, drain
from tests.faults.hand import a_form
from tests.faults.moves import waiting
from tests.faults.proxy import Exchange, Fault, FaultProxy, answer, drop_reply, flip_request, header, pass_on, rst_before

PATCH = ("PATCH", "/v1/blobs")


def a_scan(folder: Path, size: int, name: str = "scan.pdf") -> Path:
    """A file nobody has sent before."""
    path = folder / name
    path.write_bytes(os.urandom(size))
    return path


def name_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def state_of(station: Workstation, sha256: str) -> str:
    with station.store.read() as reader:
        item = reader.blob(sha256)
    assert item is not None
    return item.state


def equal_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of ``FIRST_PART`` bytes, however fast or slow the line is; the first one as this counter's line bore it so far."""
    monkeypatch.setattr(uploading, "PART_BYTES", uploading.FIRST_PART)
    monkeypatch.setattr(uploading, "PART_SECONDS", 3600.0)


def stored(gateway, sha256: str) -> bytes:
    return (gateway.folder / "blobs" / sha256[:2] / sha256).read_bytes()


class CutLine(FaultProxy):
    """A line on which what was under way when it was cut is gone. ``offered``: bytes of parts of files it was given; ``carried``: bytes
    of everything that took its time, both ways, what was cut off included."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.offered, self.carried = 0, 0.0
        self.early = self._offer

    def _offer(self, head: bytes) -> None:
        if head.startswith(b"PATCH /v1/blobs"):
            self.offered += int(header(head, "Content-Length"))

    def _slow(self, size: int) -> None:
        if self.bits:
            with self._line:
                began = time.monotonic()
                cut = self.ended.wait(size * 8 / self.bits)
                self.carried += min(size, (time.monotonic() - began) * self.bits / 8) if cut else size
                if cut:
                    raise ConnectionResetError


@pytest.fixture
def bad_line(gateway_up) -> Iterator[CutLine]:
    proxy = CutLine(gateway_up.port)
    yield proxy
    proxy.close()


#: Per op, both ways, with what the cuts cost: 10,000 of them within a minute of a line of 1 Mbit/s.
OP_BYTES = 60 * 1_000_000 / 8 / 10_000


def test_row_40_backlog_and_attachments_over_a_slow_line_with_cuts(
    counter: Callable[..., Workstation], gateway_up, bad_line, checked, seen, full: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everyday run: the line, the cuts and the length of a part are ten times as fast as the matrix says, so their ratios are its own.

    At full size: 10,000 ops and 500 files at 1 Mbit/s, cut every 30 s. 500 files of 3 MB would be three and a half hours of that line
    whatever the program does; so 20 of them are such photographs of 3 MB, and 480 are what the scanner makes of a page (300 kB)."""
    ops, speed = (10_000, 1) if full else (400, 10)
    sizes = [3_000_000] * 20 + [300_000] * 480 if full else [1_000_000] * 4 + [100_000] * 36
    monkeypatch.setattr(uploading, "PART_SECONDS", uploading.PART_SECONDS / speed)
    station = counter()
    cycle(gateway_up, station, ok=True)
    codes, names = [], []
    for number in range(ops - len(sizes)):
        dossier = receive(station.desk, a_form())[0].dossier
        codes += [dossier.code] if dossier.code else []  # a lane holds 200; then `TN-…`
        if number < len(sizes):
            scan = a_scan(tmp_path, sizes[number], f"{number}.jpg")
            names.append(name_of(scan))
            attachments.attach(station.desk, dossier.id, [scan])
            scan.unlink()
    assert waiting(station) == ops
    station.client.close()
    station.client.base_url = bad_line.url
    bad_line.bits = 1_000_000 * speed
    over, cuts, at_first_file = threading.Event(), [], []

    def cut() -> None:
        while not over.wait(30 / speed if cuts else 1 / speed):  # the first one hits the ops
            cuts.append(time.monotonic())
            bad_line.cut()

    def at_a_file(exchange: Exchange) -> None:
        carried = bad_line.carried - len(exchange.request)
        at_first_file.append((waiting(station), carried, time.monotonic() - began))
        pass_on(exchange)

    bad_line.rule(*PATCH, at_a_file, times=1)
    cutter = threading.Thread(target=cut, daemon=True)
    began, held, acked = time.monotonic(), [0], [0]
    cutter.start()
    try:
        while time.monotonic() - began < (3500 if full else 120):
            station.engine.run_once()
            with station.store.read() as reader:
                acked.append(ops - reader.outbox_summary().waiting)
                items = [reader.blob(name) for name in names]
            held.append(sum(item.size if item.state == "sent" else item.sent for item in items))
            if all(item.state == "sent" for item in items):
                break
    finally:
        over.set()
        cutter.join()
    took = time.monotonic() - began
    assert held[-1] == sum(sizes), "some file did not come through"
    ((left, carried, ops_done),) = at_first_file
    assert left == 0, "a file went while ops waited"
    assert carried <= ops * OP_BYTES, f"{carried / ops:.0f} bytes an op"
    assert held == sorted(held) and acked == sorted(acked), "progress went back"
    assert len(cuts) >= 2, "the line was never cut while files went"
    ratio = bad_line.offered / sum(sizes)
    assert ratio <= 1.1, f"each byte sent {ratio:.2f} times"
    bad_line.bits = None
    seen(
        "{ops} ops and {files} files ({mb} MB) at {speed} Mbit/s, {cuts} cuts: ops before any file ({each:.0f} bytes of the line each, "
        "done in {ops_done:.1f} s), progress never back, each byte sent {ratio:.2f} ×; {took:.0f} s, the line alone {ideal:.0f} s",
        ops=ops, files=len(sizes), mb=sum(sizes) // 1_000_000, speed=speed, cuts=len(cuts), each=carried / ops, ops_done=ops_done,
        ratio=ratio, took=took, ideal=sum(sizes) * 8 / 1_000_000 / speed,
    )  # fmt: skip
    checked(station, printed=codes)


def test_row_21_a_part_that_is_there_already(
    station: Workstation, gateway_up, line, checked, seen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A box on the way sends a part twice and hands on the second answer: 409, with where the gateway stands."""
    equal_parts(monkeypatch)
    scan = a_scan(tmp_path, 1_200_000)
    attachments.attach(station.desk, receive(station.desk, a_form())[0].dossier.id, [scan])
    answers: list[bytes] = []
    parts: list[int] = []
    doubled: list[tuple[int, int]] = []

    def twice(exchange: Exchange) -> None:
        offset = int(header(exchange.request, "Upload-Offset"))
        doubled.append((offset, offset + int(header(exchange.request, "Content-Length"))))
        exchange.forward()
        answers.append(exchange.forward())
        exchange.send(answers[-1])

    def counted(exchange: Exchange) -> None:
        parts.append(int(header(exchange.request, "Upload-Offset")))
        pass_on(exchange)

    line.rule(*PATCH, twice, nth=2)
    line.rule(*PATCH, counted, times=100)
    cycle(gateway_up, station, ok=True)
    (told,), ((begin, end),) = answers, doubled
    assert 0 < begin < end and told.startswith(b"HTTP/1.1 409") and int(header(told, "Upload-Offset")) == end
    assert parts == sorted(set(parts)) and end in parts, "it went on where the gateway stands"
    assert begin not in parts, "the part that was there did not go again"
    assert stored(gateway_up, name_of(scan)) == scan.read_bytes()
    seen("409 while an attachment is sent: went on at the gateway's offset, no part again")
    checked(station)


@pytest.mark.parametrize("limit", [300_000, 70_000])
def test_row_22_a_part_too_large_for_a_box_on_the_way(
    station: Workstation, gateway_up, line, checked, seen, tmp_path: Path, limit: int
) -> None:
    scan = a_scan(tmp_path, 2_000_000)
    attachments.attach(station.desk, receive(station.desk, a_form())[0].dossier.id, [scan])
    refused = [0]

    def limited(exchange: Exchange) -> None:
        size = int(header(exchange.request, "Content-Length"))
        if size > limit:
            refused[0] += 1
            answer("413 Payload Too Large", b"<html></html>", Content_Type="text/html")(exchange)
        else:
            pass_on(exchange)

    line.rule(*PATCH, limited, times=1000)
    for _ in range(3):
        station.engine.run_once()
    assert state_of(station, name_of(scan)) == "sent"
    assert stored(gateway_up, name_of(scan)) == scan.read_bytes()
    assert 1 <= refused[0] <= 4, "halved, and it stays so"
    seen("parts above {k} kB refused by a box: halved after {n} refusals; the file is there", k=limit // 1000, n=refused[0])
    checked(station)


def age_and_sweep(gateway) -> Fault:
    """Thirty-one days pass between two parts: the gateway drops what was begun."""

    def fault(exchange: Exchange) -> None:
        folder = gateway.folder / "blobs"
        for path in (folder / "part").glob("*/*"):
            os.utime(path, (1, 1))
        assert Blobs(Settings(database=gateway.database, blobs=str(folder))).sweep() >= 1
        pass_on(exchange)

    return fault


def rot(gateway) -> Fault:
    """The gateway's disk alters what it holds of the file."""

    def fault(exchange: Exchange) -> None:
        for path in (gateway.folder / "blobs" / "part").glob("*/*"):
            content = bytearray(path.read_bytes())
            content[10] ^= 0xFF
            path.write_bytes(content)
        pass_on(exchange)

    return fault


FAULTS: dict[str, Callable[..., Fault]] = {
    "part-flipped": lambda gateway: flip_request(-7),
    "part-lost": lambda gateway: rst_before,
    "answer-lost": lambda gateway: drop_reply,
    "expired-in-the-middle": age_and_sweep,
    "altered-at-the-gateway": rot,
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("nth", [2, 5], ids=["middle", "last"])
def test_row_44_a_file_arrives_whole(
    station: Workstation, gateway_up, line, checked, seen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, nth: int
) -> None:
    equal_parts(monkeypatch)  # five of them
    dossier = receive(station.desk, a_form())[0].dossier
    scan = a_scan(tmp_path, 1_200_000)
    attachments.attach(station.desk, dossier.id, [scan])
    name = name_of(scan)
    rule = line.rule(*PATCH, FAULTS[fault](gateway_up), nth=nth)
    for turn in range(1, 5):  # noqa: B007 - told below
        cycle(gateway_up, station)
        if state_of(station, name) == "sent":
            break
    assert rule.hits == 1
    assert state_of(station, name) == "sent"
    assert stored(gateway_up, name) == scan.read_bytes()
    seen("{fault}: there after {turns} cycle(s)", fault=fault.replace("-", " "), turns=turn)
    checked(station)


def test_row_44_two_counters_bring_the_same_file_at_once(counter, gateway_up, checked, seen, tmp_path: Path) -> None:
    stations = [counter(), counter()]
    scan = a_scan(tmp_path, 2_000_000)
    name = name_of(scan)
    for station in stations:
        cycle(gateway_up, station, ok=True)
        attachments.attach(station.desk, receive(station.desk, a_form())[0].dossier.id, [scan])
    start = threading.Barrier(2)

    def go(station: Workstation) -> None:
        start.wait()
        station.engine.run_once()

    threads = [threading.Thread(target=go, args=(station,)) for station in stations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    drain(gateway_up, *stations)
    assert [state_of(station, name) for station in stations] == ["sent", "sent"]
    folder = gateway_up.folder / "blobs"
    assert [path.name for path in folder.rglob(name)] == [name], "one file, and nothing left half way"
    assert ask(gateway_up, "SELECT count(*) FROM blob WHERE sha256 = :n", n=name) == [(1,)]
    seen("the same file from two counters at once: both done, one stored")
    checked(*stations)


def test_row_44_the_file_changes_on_the_disk_after_it_was_attached(counter, gateway_up, checked, seen, tmp_path: Path) -> None:
    station = counter()
    dossier = receive(station.desk, a_form())[0].dossier
    scan = a_scan(tmp_path, 300_000)
    was, name = scan.read_bytes(), name_of(scan)
    attachments.attach(station.desk, dossier.id, [scan])
    scan.write_bytes(b"somebody scanned over it")
    cycle(gateway_up, station, ok=True)
    assert stored(gateway_up, name) == was
    # And our own copy: what was altered is not sent but told; attached again it goes.
    scan.write_bytes(random.Random(name).randbytes(300_000))
    name = name_of(scan)
    attachments.attach(station.desk, dossier.id, [scan])
    copy = station.store.path.parent / "attachments" / f"{name}.blob"
    with copy.open("r+b") as handle:
        handle.seek(1000)
        handle.write(b"altered")
    cycle(gateway_up, station)
    assert state_of(station, name) == "refused"
    assert not (gateway_up.folder / "blobs" / name[:2] / name).exists(), "altered bytes got a name"
    attachments.attach(station.desk, dossier.id, [scan])
    cycle(gateway_up, station, ok=True)
    assert state_of(station, name) == "sent"
    seen("original changed: what was attached arrives; own copy altered: told, not sent, goes when attached again")
    checked(station)
