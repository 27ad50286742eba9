"""Receipt printers on a wire of their own (``jobs.Backend``): asked before, and asked for the end afterwards.

ESC/POS answers two kinds of question. ``DLE EOT n`` is answered at once, also while data waits: is the paper there, is the cover shut?
``GS r 1`` is answered in its turn, behind everything sent before it: once its answer is here, all of the ticket has been taken and burnt.
So "done" is what the printer said, not that bytes left the PC. Source: Epson ESC/POS command reference.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from uuid import uuid4

from counter_app.printing.jobs import Job, JobState, Order, Printer, Status
from counter_app.printing.ports import Address, NoPrinterPortError, Port, address_of, open_port
from counter_app.printing.troubles import DEAD, SILENT
from onestop.errors import EnvironmentFault

log = logging.getLogger(__name__)

ASK_SECONDS = 1.5
END = b"\x1dr\x01"
_TICK = 0.25


def _eot(number: int) -> bytes:
    return b"\x10\x04" + bytes([number])


def is_status(byte: int) -> bool:
    """Is it an answer to DLE EOT (bits 1 and 4 set, 0 and 7 clear)?"""
    return byte & 0x93 == 0x12


def is_end(byte: int) -> bool:
    """Is it the answer to GS r 1 (bits 4 and 7 clear)?"""
    return byte & 0x90 == 0


def trouble_of(printer: int, offline: int, error: int, roll: int) -> tuple[bool, str]:
    """(can print, words) of the four answers to DLE EOT 1 to 4. ``can print`` with words: something soon."""
    if offline & 0x04:
        return False, "nắp đang mở"
    if roll & 0x60 or offline & 0x20:
        return False, "hết giấy"
    if error & 0x08:
        return False, "kẹt dao cắt"
    if error & 0x20:
        return False, "lỗi máy in, hãy tắt rồi bật lại"
    if offline & 0x40 or error & 0x44:
        return False, "báo lỗi, hãy xem máy"
    if offline & 0x08:
        return False, "đang đẩy giấy bằng nút"
    if printer & 0x08:
        return False, DEAD
    return True, "sắp hết giấy" if roll & 0x0C else ""


@dataclass(slots=True)
class _Running:
    port: Port
    answers: bool


class ReceiptPrinters:
    """Every printer named by an address (``ports.address_of``); there is no list of them but the profiles."""

    def __init__(self, opened: Callable[[Address], Port] = open_port) -> None:
        self._open = opened
        self._running: dict[str, _Running] = {}
        self._lock = Lock()

    def list_printers(self) -> list[Printer]:
        """None: a wire does not say what hangs on it."""
        return []

    def status(self, printer: str) -> Status:
        """Asked of the printer itself, over a wire opened and closed again."""
        address = _address(printer)
        try:
            port = self._open(address)
        except OSError as error:
            return Status(False, _words(error))
        try:
            return self._ask(port, address)
        finally:
            port.close()

    def _ask(self, port: Port, address: Address) -> Status:
        if not address.answers:
            return Status()
        answers = []
        for number in (1, 2, 3, 4):
            try:
                port.send(_eot(number))
                answers.append(_answer(port, is_status, ASK_SECONDS))
            except OSError as error:
                return Status(False, _words(error))
            if answers[-1] is None:
                return Status(False, SILENT)
        ready, words = trouble_of(*[answer or 0 for answer in answers])
        return Status(ready, words)

    def submit(self, content: bytes, printer: str, order: Order) -> Job:
        """Send the bytes of one ticket (copies are in them). Raises EnvironmentFault ``printer-not-ready`` before the first byte, or
        ``print-refused`` when the wire breaks while sending."""
        address = _address(printer)
        try:
            port = self._open(address)
        except OSError as error:
            raise not_ready(printer, _words(error)) from error
        status = self._ask(port, address)
        if not status.ready:
            port.close()
            raise not_ready(printer, status.trouble)
        try:
            port.send(content + (END if address.answers else b""))
        except OSError as error:
            port.close()
            words = "dừng giữa chừng" if isinstance(error, TimeoutError) else "mất kết nối giữa chừng"
            raise EnvironmentFault("print-refused", f"Máy in “{printer}” {words}, bản in có thể bị thiếu. Hãy kiểm tra máy in rồi in lại.",
                                   printer=printer) from error
        job = Job(uuid4().hex[:12], printer, order.title)
        with self._lock:
            self._running[job.id] = _Running(port, address.answers)
        return job

    def job_state(self, job: Job) -> JobState:
        """Wait a moment for the printer's word that all is burnt; meanwhile ask what it lacks."""
        with self._lock:
            running = self._running.get(job.id)
        if running is None:
            return JobState("unknown", "không thấy lệnh in này nữa", settled=True)
        if not running.answers:
            return self._over(job, JobState("done"))
        reply: dict[int, int] = {}
        try:
            ended = _answer(running.port, is_end, _TICK) is not None
            for number in (2, 3, 4) if not ended else ():
                running.port.send(_eot(number))
                until = monotonic() + ASK_SECONDS
                while number not in reply and monotonic() < until:
                    for byte in running.port.receive(_TICK):
                        if is_status(byte):
                            reply[number] = byte
                        ended = ended or is_end(byte)
        except OSError:
            return self._over(job, JobState("failed", "mất kết nối giữa chừng"))
        if ended:
            return self._over(job, JobState("done"))
        _, words = trouble_of(0, reply.get(2, 0), reply.get(3, 0), reply.get(4, 0))
        return JobState("printing", words if reply else SILENT)

    def cancel(self, job: Job) -> None:
        """Hang up. What the printer holds already it burns: a ticket is short."""
        self._over(job, JobState("failed"))

    def _over(self, job: Job, state: JobState) -> JobState:
        with self._lock:
            running = self._running.pop(job.id, None)
        if running is not None:
            running.port.close()
        return state


def not_ready(printer: str, why: str) -> EnvironmentFault:
    """The printer said, before anything was sent, that nothing would come out."""
    return EnvironmentFault("printer-not-ready", f"Máy in “{printer}” {why}. Chưa gửi bản in nào.", printer=printer, reason=why)


def _address(printer: str) -> Address:
    address = address_of(printer)
    assert address is not None, printer
    return address


def _answer(port: Port, wanted: Callable[[int], bool], seconds: float) -> int | None:
    """The next byte of that kind; others (automatic status, what an earlier question brought late) are passed over."""
    until = monotonic() + seconds
    while (left := until - monotonic()) > 0:
        for byte in port.receive(left):
            if wanted(byte):
                return byte
    return None


def _words(error: OSError) -> str:
    if isinstance(error, NoPrinterPortError | IsADirectoryError):
        return "không phải cổng của một máy in (như /dev/usb/lp0)"
    if isinstance(error, FileNotFoundError):
        return "chưa cắm vào máy"
    if isinstance(error, PermissionError):
        return "có ở đây nhưng tài khoản này chưa được phép dùng"
    if isinstance(error, TimeoutError):
        return SILENT
    return DEAD
