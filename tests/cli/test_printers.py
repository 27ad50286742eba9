"""``printers``, ``prints`` and ``print --printer`` on a real queue and a real receipt printer's port: what the program says is what the
printer holds."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.cli.conftest import CommandLine
from tests.cli.test_papers import words_of
from tests.servers.cups import IppPrinter


def test_what_is_printed_is_counted_and_logged(own: CommandLine, queue: IppPrinter):
    code = own.received("Ra Giấy")
    own("printers", "profile", "receipt-a4", "--queue", queue.queue, "--copies", 2)
    told = own("print", "01", code, "--printer").one
    assert (told["printer"], told["state"], told["pages"], told["copy_no"]) == (queue.queue, "done", 2, 1)
    assert len(queue.documents) == 1 and own("show", code).one["prints"] == {"01": 1}
    [line] = own("prints", code).out
    assert (line["form"], line["copy_no"], line["printer"], line["outcome"]) == ("01", 1, queue.queue, "printed") and line["who"]
    assert own("prints", "--limit", 1).one["outcome"] == "done"


def test_a_dead_printer_is_told_before_anything_is_sent(own: CommandLine, queue: IppPrinter):
    code = own.received("Máy Tắt")
    queue.stop()
    before = len(queue.jobs())
    assert own("print", "01", code, "--printer", queue.queue).refusal == "printer-not-ready"
    assert own("show", code).one["prints"] == {} and len(queue.jobs()) == before
    [line] = own("prints", code).out
    assert (line["outcome"], line["reason"]) == ("not-ready", "đang tắt hoặc mất kết nối")


def test_what_does_not_come_out_in_time_is_taken_back(own: CommandLine, queue: IppPrinter):
    code = own.received("Hết Giấy")
    queue.fault("media-empty")
    done = own("print", "06", code, "--printer", queue.queue, "--timeout", 2)
    assert done.rc == 1
    told = done.out[0]
    assert told["state"] == "failed" and "hết giấy" in told["reason"] and "đã lấy lệnh in về" in told["reason"]
    assert own("show", code).one["prints"] == {}
    assert queue.wait_for(queue.jobs()[-1].id).state == "canceled"
    queue.wait_until_dropped()
    assert queue.documents == []


def test_many_at_once_and_one_that_is_wrong(own: CommandLine, queue: IppPrinter, tmp_path: Path):
    codes = [own.received(f"Nhiều {n}") for n in range(2)]
    done = own("print", "01", codes[0], "H32.15-991231-9999", codes[1], "--printer", queue.queue, "--paper", "A5")
    assert done.rc == 1 and [line["code"] for line in done.out] == codes
    assert [(p["code"], p["item"]) for p in done.problems] == [("dossier-unknown", 2)]
    assert [round(float(PdfReader(file).pages[0].mediabox.width)) for file in queue.documents] == [420, 420]
    assert own("print", "01", *codes, "--out", tmp_path / "a.pdf").refusal == "output-not-a-folder"
    told = own("print", "01", *codes, "--out", tmp_path).out
    assert sorted(Path(line["file"]).name for line in told) == sorted(f"01-{code}-2.pdf" for code in codes)
    assert "bản in lại" in words_of(Path(told[0]["file"])).lower()


def test_profiles(own: CommandLine):
    told = {line["purpose"] for line in own("printers", "profile").out}
    assert told == {"receipt-a4", "receipt-a5", "form", "slip", "list", "label", "ticket", "report"}
    told = own("printers", "profile", "slip", "--queue", 'Máy "in"', "--paper", "A5", "--tray", "T2", "--duplex", "long", "--dx", 1.5,
               "--dy", -2, "--dpi", 600).one
    assert (told["queue"], told["paper"], told["dx_mm"], told["dy_mm"], told["dpi"]) == ('Máy "in"', "A5", 1.5, -2, 600)
    assert told["locked"] is False
    assert json.loads((own.profile / "settings.json").read_text())["printers"]["slip"]["tray"] == "T2"
    assert own("printers", "profile", "slip", "--dpi", 100).refusal == "printer-profile-invalid"
    assert own("printers", "profile", "slip", "--queue", "tcp://").refusal == "printer-address-invalid"
    assert own("printers", "profile", "poster").refusal == "purpose-unknown"
    assert own("printers", "profile", "slip", "--reset").one["queue"] == ""


def test_an_administrators_printers_are_not_changed(own: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    machine = tmp_path / "machine.json"
    machine.write_text(json.dumps({"locked": {"printers": {"slip": {"queue": "Laser"}}}}))
    monkeypatch.setenv("COUNTER_APP_MACHINE_SETTINGS", str(machine))
    assert own("printers", "profile", "slip").one["locked"] is True
    assert own("printers", "profile", "slip", "--queue", "Other").refusal == "setting-locked"


def test_the_list_says_who_prints_what(own: CommandLine, queue: IppPrinter):
    own("printers", "profile", "list", "--queue", queue.queue)
    own("printers", "profile", "slip", "--queue", "đã bỏ")
    own("printers", "profile", "ticket", "--queue", "tcp://127.0.0.1:9")
    told = {line["name"]: line for line in own("printers").out}
    assert "list" in told[queue.queue]["purposes"] and told[queue.queue]["ready"]
    assert (told["đã bỏ"]["ready"], told["đã bỏ"]["purposes"]) == (False, ["slip"])
    assert told["tcp://127.0.0.1:9"]["purposes"] == ["ticket"]
    status = own("printers", "status", queue.queue).one
    assert status["ready"] and status["model"] == "Counter Test" and "Main" in status["trays"]
    assert own("printers", "status", "đã bỏ").refusal == "printer-unknown"
    dead = own("printers", "status", "tcp://127.0.0.1:9")
    assert dead.rc == 1 and dead.out[0]["trouble"] == "đang tắt hoặc mất kết nối"


def test_the_test_page(own: CommandLine, queue: IppPrinter, tmp_path: Path):
    out = tmp_path / "thử.pdf"
    own("printers", "profile", "receipt-a5", "--queue", queue.queue, "--dy", 2)
    assert own("printers", "test", "receipt-a5", "--out", out).one["state"] == "done"
    assert "TRANG IN THỬ" in words_of(out) and queue.queue not in words_of(out)
    assert own("printers", "test", "receipt-a5", "--out", out).refusal == "output-exists"
    assert own("printers", "test", "receipt-a5").one == {"printer": queue.queue, "state": "done", "reason": ""}
    assert abs(float(PdfReader(queue.documents[0]).pages[0].mediabox.width) - 420) < 2


@pytest.mark.skipif(sys.platform == "win32", reason="the receipt printer of the tests stands on POSIX")
def test_a_receipt_printer(own: CommandLine):
    from tests.servers.receipt_printer import NO_PAPER, ReceiptPrinter

    machine = ReceiptPrinter().on_tcp()
    try:
        own("printers", "profile", "ticket", "--queue", machine.address)
        assert own("printers", "test", "ticket").one["state"] == "done" and len(machine.tickets) == 1
        code = own.received("Phiếu Nhỏ")
        assert own("print", "ticket", code, "--printer").one["state"] == "done" and own("show", code).one["prints"] == {"ticket": 1}
        assert len(machine.tickets) == 2 and {len(row) for row in machine.tickets[1]} == {72} and any(map(any, machine.tickets[1]))
        machine.troubles.add(NO_PAPER)
        assert own("printers", "test", "ticket").refusal == "printer-not-ready" and len(machine.tickets) == 2
        assert own("print", "ticket", code, "--printer").refusal == "printer-not-ready"
        assert own("show", code).one["prints"] == {"ticket": 1}
        own("printers", "profile", "slip", "--queue", machine.address)
        assert own("printers", "test", "slip").refusal == "printer-takes-tickets-only"
    finally:
        machine.close()


def test_wrong_words(own: CommandLine, tmp_path: Path):
    code = own.received("Sai Lệnh")
    assert own("print", "01", code, "--out", tmp_path / "a.pdf", "--printer", "x").refusal == "print-target-twice"
    assert own("print", "01", code, "--out", tmp_path / "a.pdf", "--paper", "B7").refusal == "paper-not-supported"
    assert own("print", "01", code, "--out", tmp_path / "a.pdf", "--purpose", "poster").refusal == "purpose-unknown"
    assert own("print", "01", code, "--printer", "máy 'in' \"quầy\"; rm -rf").refusal == "printer-unknown"
    assert own("prints", "H32.15-991231-9999").refusal == "dossier-unknown"
    assert list(tmp_path.iterdir()) == []
