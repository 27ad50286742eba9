"""Files of dossiers between two real counters: the dossier never waits, the bytes arrive whole, cuts cost little."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import time
from pathlib import Path

import pytest

from counter_app.cli import main
from counter_app.runtime.settings import ATTACHMENT_KBITS, METERED_LINE
from counter_app.services import attachments
from counter_app.store.blobs import BlobDamaged
from counter_app.store.engine import Store
from counter_app.sync.allowance import Allowance, Share
from counter_app.sync.blobs import Uploader
from counter_app.sync.errors import NotReached
from onestop.errors import UserError
from tests.faults.proxy import Exchange, FaultProxy, answer, pass_on
from tests.sync.test_counters import sync, take_in


@pytest.fixture
def scan(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A file of this test alone: the gateway keeps what it has by its content."""
    path = tmp_path / "Giấy khai sinh.pdf"
    path.write_bytes(random.Random(request.node.name).randbytes(3_000_000))
    return path


def views(station, dossier_id: str):
    with station.store.read() as reader:
        return attachments.attachments(reader, reader.dossier(dossier_id))


def waiting(store: Store) -> int:
    with store.read() as reader:
        return len(reader.blobs_waiting())


def test_a_file_from_one_desk_to_another(gateway, counter, scan, tmp_path) -> None:
    first, second = counter(), counter()
    content = scan.read_bytes()
    gateway.stop(signal.SIGKILL)
    one = take_in(first)
    attachments.attach(first.desk, one.id, [scan])
    scan.write_bytes(b"changed on the disk after it was read")
    (view,) = views(first, one.id)
    assert (view.state, view.words, view.attachment.name) == ("uploading", "đang tải lên", "Giấy khai sinh.pdf")
    raw = next((first.store.path.parent / "attachments").iterdir()).read_bytes()
    assert content[:64] not in raw, "our copy is sealed"
    gateway.start()
    # the link may come first: the other desk sees it and is told that the file is on its way
    first.engine._steps._uploader.run = lambda others: True
    assert first.engine.run_once().uploading
    sync(second)
    (there,) = views(second, one.id)
    assert there.state == "central"
    with second.store.read() as reader:
        dossier = reader.dossier(one.id)
    with pytest.raises(UserError) as awaited:
        attachments.save(second.desk, second.central, dossier, view.attachment.sha256, tmp_path / "got.pdf")
    assert awaited.value.code == "attachment-awaited"
    assert not (tmp_path / "got.pdf").exists()
    first.engine._steps._uploader = Uploader(first.store, first.client)
    assert not first.engine.run_once().uploading
    assert views(first, one.id)[0].state == "here"
    attachments.save(second.desk, second.central, dossier, view.attachment.sha256[:12], tmp_path / "got.pdf")
    assert (tmp_path / "got.pdf").read_bytes() == content
    attachments.save(first.desk, first.central, dossier, view.attachment.sha256, tmp_path / "own.pdf")
    assert (tmp_path / "own.pdf").read_bytes() == content
    attachments.detach(second.desk, one.id, view.attachment.sha256, "Nhầm hồ sơ")
    sync(second, first)
    assert views(first, one.id) == []


def test_cuts_cost_less_than_a_tenth(gateway, counter, tmp_path) -> None:
    station = counter()
    one = take_in(station)
    made = []
    for number in range(8):
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(random.Random(number).randbytes(3_000_000))
        made.append(path)
    proxy = FaultProxy(gateway.port)
    try:
        station.client.base_url = proxy.url
        attachments.attach(station.desk, one.id, made)

        def lost(exchange: Exchange) -> None:
            exchange.forward()
            exchange.reset()

        proxy.rule("PATCH", "/v1/blobs", Exchange.reset, nth=6)
        proxy.rule("PATCH", "/v1/blobs", lost, nth=14)
        proxy.rule("POST", "/v1/blobs", Exchange.close, nth=3)
        held, left = [], 8
        for _ in range(20):
            station.engine.run_once()
            with station.store.read() as reader:
                held.append(sum(reader.blob(hashlib.sha256(path.read_bytes()).hexdigest()).sent for path in made))
            left = waiting(station.store)
            if not left:
                break
        assert left == 0
        assert held == sorted(held), "what the gateway holds never becomes less"
        sent = sum(len(r.partition(b"\r\n\r\n")[2]) for r in proxy.requests if r.startswith(b"PATCH"))
        assert sent <= 1.1 * 8 * 3_000_000
        first = next(i for i, (_, path) in enumerate(proxy.log) if path.startswith("/v1/blobs"))
        assert ("POST", "/v1/push") in proxy.log[:first], "ops first"
    finally:
        proxy.close()


def test_an_op_that_was_saved_goes_before_the_rest_of_a_file(gateway, counter, scan) -> None:
    station = counter()
    one = take_in(station)
    attachments.attach(station.desk, one.id, [scan])
    uploader = Uploader(station.store, station.client)
    station.engine.run_once()
    attachments.attach(station.desk, one.id, [_other(scan)])
    assert uploader.run(lambda: True), "somebody else wants the line"
    assert waiting(station.store) == 1
    assert not uploader.run(lambda: False)


def _other(scan: Path) -> Path:
    path = scan.with_name("Ảnh.jpg")
    path.write_bytes(scan.read_bytes()[::-1])
    return path


def test_a_copy_that_was_altered_on_the_disk_is_told_and_the_others_go(gateway, counter, scan) -> None:
    station = counter()
    one = take_in(station)
    scan.write_bytes(os.urandom(500_000))  # the gateway must not know it already
    attachments.attach(station.desk, one.id, [scan, _other(scan)])
    path = station.store.path.parent / "attachments" / f"{hashlib.sha256(scan.read_bytes()).hexdigest()}.blob"
    with path.open("r+b") as handle:
        handle.seek(1000)
        handle.write(os.urandom(16))
    with pytest.raises(BlobDamaged):
        station.store.blob_files.read(path.stem, 0, 2000)
    station.engine.run_once()
    assert [view.state for view in views(station, one.id)] == ["refused", "here"]
    assert "đính kèm lại" in views(station, one.id)[0].message


def test_after_a_restore_the_gateway_is_asked_anew(gateway, counter, scan) -> None:
    station = counter()
    one = take_in(station)
    attachments.attach(station.desk, one.id, [scan])
    sync(station)
    assert waiting(station.store) == 0
    with station.store.write() as unit:
        unit.begin_epoch(unit.epoch() + 0, {})
    assert waiting(station.store) == 1
    sync(station)
    assert views(station, one.id)[0].state == "here"


def test_a_file_is_kept_here_until_its_op_is_forgotten(gateway, counter, scan) -> None:
    station = counter()
    one = take_in(station)
    attachments.attach(station.desk, one.id, [scan])
    sync(station)
    uploader = Uploader(station.store, station.client)
    uploader.run(lambda: False)
    digest = hashlib.sha256(scan.read_bytes()).hexdigest()
    assert station.store.blob_files.has(digest)
    with station.store.write() as unit:
        unit._run("DELETE FROM outbox WHERE state = 'acked'")  # what prune_acked does 35 days after the backup covered it
    uploader.run(lambda: False)
    assert not station.store.blob_files.has(digest)
    assert views(station, one.id)[0].state == "central"


@pytest.mark.parametrize("gateway", ["sqlite"], indirect=True)
def test_by_commands(gateway, counter, scan, tmp_path, monkeypatch, capsys) -> None:
    station = counter("lan.nt")
    one = take_in(station)
    profile = station.profile.dir
    station.close()
    monkeypatch.setenv("COUNTER_APP_PASSWORD", "MotCua@2026")
    monkeypatch.setenv("COUNTER_APP_PIN", "2468")
    assert main(["attach", one.code, str(scan), "--profile", str(profile), "--user", "lan.nt"]) == 0
    line = json.loads(capsys.readouterr().out)
    assert (line["state"], line["size"], line["name"]) == ("uploading", 3_000_000, scan.name)
    assert main(["sync", "--once", "--profile", str(profile)]) == 0
    capsys.readouterr()
    assert main(["attachments", one.code, "--profile", str(profile)]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "here"
    target = tmp_path / "lấy về.pdf"
    assert main(["attachments", one.code, "--profile", str(profile), "--get", line["sha256"], "--to", str(target)]) == 0
    assert target.read_bytes() == scan.read_bytes()
    empty = tmp_path / "trống.pdf"
    empty.touch()
    for words, code in (([str(empty)], "file-empty"), ([str(tmp_path / "không có.pdf")], "file-unreadable"), ([], "file-missing")):
        assert main(["attach", one.code, *words, "--profile", str(profile), "--user", "lan.nt"]) == 1
        assert json.loads(capsys.readouterr().err)["code"] == code


def test_attachments_keep_to_their_share_of_the_line(gateway, counter, scan) -> None:
    """64 kB a second: 160 kB take two seconds and a half at least, and somebody who saves is not kept waiting for it."""
    station = counter()
    one = take_in(station)
    big = scan.with_name("lớn.pdf")
    big.write_bytes(random.Random(9).randbytes(160_000))
    attachments.attach(station.desk, one.id, [big])
    station.settings.set(ATTACHMENT_KBITS, 512)
    started = time.monotonic()
    while station.engine.run_once().uploading:
        pass
    assert time.monotonic() - started >= 160_000 / 64_000 - 1.6  # the first part goes at once
    assert waiting(station.store) == 0
    attachments.attach(station.desk, one.id, [_other(big)])
    asked: list[float] = []
    assert station.engine._steps._uploader.run(lambda: bool(asked.append(time.monotonic()) or len(asked) > 3))
    assert waiting(station.store) == 1


def test_a_cap_is_said_and_when_the_rest_is_through(gateway, counter, scan, monkeypatch, capsys) -> None:
    station = counter()
    one = take_in(station)
    attachments.attach(station.desk, one.id, [scan])
    station.settings.set(ATTACHMENT_KBITS, 128)
    asked: list[int] = []
    station.engine._steps.wanted = lambda: bool(asked.append(1) or len(asked) > 1)  # after one part somebody wants the line
    assert station.engine.run_once().uploading
    with station.store.read() as reader:
        found = attachments.files_waiting(reader)
    assert found.count == 1 and 0 < found.left <= 3_000_000
    assert found.reason.startswith("gửi chậm theo giới hạn 128 kbit/s trong Cài đặt; còn khoảng 4 phút")
    (shown,) = views(station, one.id)
    assert shown.message == "gửi chậm theo giới hạn 128 kbit/s trong Cài đặt"
    monkeypatch.setenv("COUNTER_APP_PIN", "2468")
    profile = station.profile.dir
    station.close()
    assert main(["outbox", "--profile", str(profile)]) == 0
    (line,) = [json.loads(text) for text in capsys.readouterr().out.splitlines() if "files" in text]
    assert (line["files"], line["bytes_left"], line["reason"]) == (1, found.left, found.reason)


class _Noted(Share):
    """Remembers what was counted."""

    def used(self, size: int, began: float) -> None:
        counted.append(size)
        super().used(size, began)


counted: list[int] = []


def test_what_a_box_or_the_line_threw_away_counts_in_the_share(gateway, counter, scan) -> None:
    """A part refused with 413, and one that was cut, went down the line all the same."""
    station = counter()
    one = take_in(station)
    sync(station)
    scan.write_bytes(random.Random(5).randbytes(400_000))
    attachments.attach(station.desk, one.id, [scan])
    proxy, bodies = FaultProxy(gateway.port), []

    def box(exchange: Exchange) -> None:
        size = len(exchange.request.partition(b"\r\n\r\n")[2])
        bodies.append(size)
        if len(bodies) == 4:
            exchange.reset()
        elif size > 100_000:
            answer("413 Payload Too Large", b"<html></html>", Content_Type="text/html")(exchange)
        else:
            pass_on(exchange)

    proxy.rule("PATCH", "/v1/blobs", box, times=1000)
    counted.clear()
    try:
        station.client.base_url = proxy.url
        uploader = Uploader(station.store, station.client, share=_Noted(lambda: Allowance(bytes_per_second=8_000_000)))
        with pytest.raises(NotReached):
            uploader.run(lambda: False)
        uploader.run(lambda: False)
    finally:
        proxy.close()
    assert waiting(station.store) == 0
    assert max(bodies) > 100_000 and sum(bodies) > 400_000 and counted == bodies


def test_on_a_line_paid_by_volume_files_wait_and_dossiers_go(gateway, counter, scan) -> None:
    station = counter()
    one = take_in(station)
    attachments.attach(station.desk, one.id, [scan])
    metered = [True]
    station.metered = lambda: metered[0]
    report = station.engine.run_once()
    assert report.ok and report.pushed >= 2 and not report.more
    (shown,) = views(station, one.id)
    assert waiting(station.store) == 1 and shown.message == "chờ đường truyền không tính cước theo dung lượng"
    station.settings.set(METERED_LINE, "no")
    station.engine.run_once()
    assert waiting(station.store) == 0
    (shown,) = views(station, one.id)
    assert (shown.state, shown.message) == ("here", "")
    station.settings.set(METERED_LINE, "yes")
    attachments.attach(station.desk, one.id, [_other(scan)])
    metered[0] = False
    station.engine.run_once()
    assert waiting(station.store) == 1
