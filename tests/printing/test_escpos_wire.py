"""Receipt printers on a wire: asked before, the picture arrives dot for dot, and "done" is the printer's own word."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from counter_app.printing import ports, printers, receipt_printers
from counter_app.printing.jobs import Job, Order
from counter_app.printing.ports import Address, address_of
from counter_app.printing.receipt_printers import trouble_of
from counter_app.printing.tickets.escpos import escpos
from counter_app.printing.tickets.picture import Roll
from onestop.errors import EnvironmentFault, UserError
from tests.servers.receipt_printer import COVER, KNIFE, LOW_PAPER, NO_PAPER, ReceiptPrinter

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals; on Windows receipt printers hang on the spooler")


@pytest.fixture(params=["tcp", "file"])
def machine(request: pytest.FixtureRequest) -> Iterator[ReceiptPrinter]:
    made = ReceiptPrinter()
    (made.on_tcp if request.param == "tcp" else made.on_file)()
    yield made
    made.close()


@pytest.fixture
def on_tcp() -> Iterator[ReceiptPrinter]:
    made = ReceiptPrinter().on_tcp()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipt_printers, "ASK_SECONDS", 0.6)
    monkeypatch.setattr(ports, "STALL_SECONDS", 0.6)


def a_ticket(words: str = "Số 042 – Nguyễn Thị Ngọc Thuỷ"):
    roll = Roll(576)
    roll.text(words, size=32, bold=True, align="center")
    return roll.finish()


def test_the_picture_arrives_dot_for_dot_and_done_is_the_printers_word(machine: ReceiptPrinter):
    ticket = a_ticket()
    job = printers.submit(escpos(ticket, copies=2), machine.address, Order(title="ticket"))
    assert printers.follow(job, timeout=20).state == "done"
    assert [b"".join(rows) for rows in machine.tickets] == [ticket.rows] * 2


@pytest.mark.parametrize(("trouble", "words"), [(COVER, "nắp đang mở"), (NO_PAPER, "hết giấy"), (KNIFE, "kẹt dao cắt")])
def test_nothing_is_sent_to_a_printer_that_says_no(machine: ReceiptPrinter, trouble: str, words: str):
    machine.troubles.add(trouble)
    assert (printers.status(machine.address).ready, printers.status(machine.address).trouble) == (False, words)
    with pytest.raises(EnvironmentFault, match="printer-not-ready") as refused:
        printers.submit(escpos(a_ticket()), machine.address)
    assert refused.value.facts["reason"] == words and machine.taken == 0 and machine.tickets == []


def test_paper_that_will_soon_end_is_told_and_no_hindrance(machine: ReceiptPrinter):
    machine.troubles.add(LOW_PAPER)
    status = printers.status(machine.address)
    assert (status.ready, status.trouble) == (True, "sắp hết giấy")
    assert printers.follow(printers.submit(escpos(a_ticket()), machine.address), timeout=20).state == "done"


def test_paper_that_ends_in_the_middle_is_told_and_the_rest_comes_with_the_new_roll(on_tcp: ReceiptPrinter,
                                                                                     monkeypatch: pytest.MonkeyPatch):
    taken = on_tcp._one

    def ends_after_the_first_picture(data: bytes, write) -> int:
        done = taken(data, write)
        if done > 8 and not on_tcp.tickets and not on_tcp.troubles and len(on_tcp._rows) < 300:
            on_tcp.troubles.add(NO_PAPER)
        return done

    monkeypatch.setattr(on_tcp, "_one", ends_after_the_first_picture)
    ticket = a_ticket("Một dòng dài để giấy hết giữa chừng. " * 20)
    job = printers.submit(escpos(ticket), on_tcp.address)
    told = []
    printers.follow(job, timeout=20, told=told.append, stopped=lambda: bool(told[-1:] and told[-1].reason))
    assert (told[-1].state, told[-1].reason, on_tcp.tickets) == ("printing", "hết giấy", [])
    on_tcp.troubles.clear()
    monkeypatch.setattr(on_tcp, "_one", taken)
    assert printers.follow(job, timeout=20).state == "done"
    assert b"".join(on_tcp.tickets[0]) == ticket.rows


def test_a_printer_that_says_nothing(machine: ReceiptPrinter):
    machine.mute = True
    assert printers.status(machine.address).trouble == "không trả lời"
    with pytest.raises(EnvironmentFault, match="printer-not-ready"):
        printers.submit(escpos(a_ticket()), machine.address)
    believed = f"{machine.address}?ask=no"
    assert printers.follow(printers.submit(escpos(a_ticket()), believed), timeout=5).state == "done"


def test_a_printer_that_is_off_or_not_there(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    assert printers.status(f"tcp://127.0.0.1:{port}").trouble == "đang tắt hoặc mất kết nối"
    assert printers.status(f"file://{tmp_path}/lp0").trouble == "chưa cắm vào máy"
    with pytest.raises(EnvironmentFault, match="printer-not-ready"):
        printers.submit(b"x", f"file://{tmp_path}/lp0")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ask", ["", "?ask=no"])
def test_nothing_is_written_to_what_is_no_printers_wire(tmp_path: Path, ask: str):
    """Settings may name any path: a file keeps its bytes, also when it is only asked for its state."""
    file, pipe = tmp_path / "passwd", tmp_path / "pipe"
    file.write_bytes(b"root:x:0:0:")
    os.mkfifo(pipe)
    for place in (file, pipe, tmp_path, Path("/dev/null")):
        address = f"file://{place}{ask}"
        assert printers.status(address).trouble == "không phải cổng của một máy in (như /dev/usb/lp0)"
        with pytest.raises(EnvironmentFault, match="printer-not-ready"):
            printers.submit(b"x", address)
    assert file.read_bytes() == b"root:x:0:0:"


def test_a_wire_that_breaks_while_it_prints_is_no_print(on_tcp: ReceiptPrinter):
    on_tcp._one = lambda data, write: 0
    job = printers.submit(escpos(a_ticket()), on_tcp.address)
    assert not printers.job_state(job).final
    on_tcp.close()
    assert printers.follow(job, timeout=10).state == "failed"
    assert printers.job_state(job).state == "unknown"


def test_a_printer_that_stops_taking_holds_nobody_for_ever(machine: ReceiptPrinter, monkeypatch: pytest.MonkeyPatch):
    def asleep(_got: bytes, _write: object) -> bytes:
        machine._stop.wait(3)
        return b""

    monkeypatch.setattr(machine, "_asked_at_once", asleep)
    with pytest.raises(EnvironmentFault) as refused:
        printers.submit(b"\x1b@" * 4_000_000, f"{machine.address}?ask=no")
    assert refused.value.code == "print-refused" and "giữa chừng" in refused.value.message


def test_hanging_up(on_tcp: ReceiptPrinter):
    on_tcp._one = lambda data, write: 0
    job = printers.submit(escpos(a_ticket()), on_tcp.address)
    printers.cancel(job)
    assert printers.job_state(job).state == "unknown"
    assert printers.job_state(Job("x", on_tcp.address)).state == "unknown"


@pytest.mark.parametrize(("name", "address"), [
    ("tcp://192.168.1.50", Address("tcp", "192.168.1.50", 9100)), ("tcp://may-in:9101/?ask=no", Address("tcp", "may-in", 9101, False)),
    ("file:///dev/usb/lp0", Address("file", "/dev/usb/lp0")), ("raw:Xprinter XP-80C", Address("raw", "Xprinter XP-80C")),
    ("Quay-07", None), ("", None), ('máy "in" của \'phòng\'', None)])
def test_addresses(name: str, address: Address | None):
    assert address_of(name) == address


@pytest.mark.parametrize("name", ["tcp://", "tcp://host:port", "tcp://host:99999", "tcp://a/b", "file://lp0", "file:lp0", "file://host/dev/lp",
                                  "raw:", "tcp://[::1", "file:///dev/\0x"])
def test_addresses_that_are_none(name: str):
    with pytest.raises(UserError, match="printer-address-invalid"):
        printers.submit(b"x", name)


@pytest.mark.parametrize(("answers", "expected"), [
    ((0x12, 0x12, 0x12, 0x12), (True, "")), ((0x1A, 0x16, 0x12, 0x12), (False, "nắp đang mở")),
    ((0x1A, 0x32, 0x12, 0x7E), (False, "hết giấy")), ((0x12, 0x12, 0x12, 0x1E), (True, "sắp hết giấy")),
    ((0x1A, 0x52, 0x1A, 0x12), (False, "kẹt dao cắt")),
    ((0x1A, 0x52, 0x32, 0x12), (False, "lỗi máy in, hãy tắt rồi bật lại")), ((0x1A, 0x1A, 0x12, 0x12), (False, "đang đẩy giấy bằng nút")),
    ((0x1A, 0x12, 0x12, 0x12), (False, "đang tắt hoặc mất kết nối"))])
def test_the_bits_in_words(answers: tuple[int, ...], expected: tuple[bool, str]):
    """As the Epson command reference draws them."""
    assert trouble_of(*answers) == expected
