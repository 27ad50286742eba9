"""The spooler of Windows: where a job stands after the program has handed it over. Qt cannot tell, the spooler can."""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

from counter_app.printing.jobs import Job, JobState, Order, Printer, Status, print_refused
from onestop.errors import EnvironmentFault

log = logging.getLogger(__name__)

# Bits of JOB_INFO_1.Status (winspool.h).
PAUSED, ERROR, DELETING, SPOOLING, PRINTING, OFFLINE, PAPEROUT, PRINTED = 0x1, 0x2, 0x4, 0x8, 0x10, 0x20, 0x40, 0x80
DELETED, BLOCKED, USER, COMPLETE = 0x100, 0x200, 0x400, 0x1000
_TROUBLE = ((PAPEROUT, "hết giấy"), (OFFLINE, "đang tắt hoặc mất kết nối"), (USER, "cần người đến xem máy"), (PAUSED, "đang tạm dừng"),
            (BLOCKED, "không in được lệnh này"), (ERROR, "lỗi máy in"))
_DELETE = 5
# Bits of PRINTER_INFO_6.dwStatus (winspool.h) that keep paper from coming out, in the order they are told.
_STOPS = ((0x00400000, "nắp đang mở"), (0x8, "kẹt giấy"), (0x10, "hết giấy"), (0x40, "cần nạp giấy"), (0x40000, "hết mực"),
          (0x80, "đang tắt hoặc mất kết nối"), (0x1000, "không dùng được lúc này"), (0x1, "đang tạm dừng"), (0x800, "khay ra đã đầy"),
          (0x100000, "cần người đến xem máy"), (0x2, "lỗi máy in"), (0x4, "đang bị xóa"))
_SOON = ((0x20000, "sắp hết mực"),)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the spooler's list."""

    number: int
    document: str
    status: int


class Spooler(Protocol):
    """What follows a job by the name of its document, and knows how its printer is."""

    def status(self, printer: str) -> Status: ...

    def state(self, printer: str, document: str) -> JobState: ...

    def cancel(self, printer: str, document: str) -> None: ...


def state_of(entries: list[Entry], document: str) -> JobState:
    """Where the job of ``document`` stands in the list. The spooler drops a job once the printer has taken all of it."""
    status = next((entry.status for entry in entries if entry.document == document), PRINTED)
    if status & (DELETING | DELETED):
        return JobState("failed", "hàng đợi đã hủy lệnh in")
    if status & (PRINTED | COMPLETE):
        return JobState("done")
    reason = next((words for bit, words in _TROUBLE if status & bit), "")
    return JobState("printing" if status & PRINTING else "queued", reason)


def status_of(bits: int) -> Status:
    """What the printer's bits say."""
    stops = next((words for bit, words in _STOPS if bits & bit), "")
    return Status(not stops, stops or next((words for bit, words in _SOON if bits & bit), ""))


def windows_spooler() -> Spooler | None:
    """The spooler of this PC; None where there is none (not Windows)."""
    return WinSpooler() if sys.platform == "win32" else None


class WinSpooler:
    """``winspool.drv`` through ctypes."""

    def status(self, printer: str) -> Status:
        """How the printer is, as far as its driver tells."""
        try:
            with _Handle(printer) as handle:
                return status_of(handle.status())
        except OSError as fault:
            log.warning("the spooler did not answer: %s", fault)
            return Status()

    def send(self, printer: str, content: bytes, title: str) -> Job:
        """Bytes in the printer's own language (receipt printers), untouched. Raises EnvironmentFault ``print-refused``."""
        document = f"{title or 'counter-app'} ({uuid4().hex[:6]})"
        try:
            with _Handle(printer) as handle:
                handle.write(document, content)
        except OSError as fault:
            log.warning("the spooler refused bytes: %s", fault)
            raise print_refused(printer) from fault
        return Job(document, printer, document)

    def state(self, printer: str, document: str) -> JobState:
        """See ``Spooler``."""
        try:
            with _Handle(printer) as handle:
                return state_of(handle.entries(), document)
        except OSError as fault:
            log.warning("the spooler did not answer: %s", fault)
            return JobState("unknown", "Hàng đợi in của Windows không trả lời.")

    def cancel(self, printer: str, document: str) -> None:
        """Delete the job. Raises EnvironmentFault ``printing-unavailable``."""
        try:
            with _Handle(printer) as handle:
                for entry in handle.entries():
                    if entry.document == document:
                        handle.delete(entry.number)
        except OSError as fault:
            raise EnvironmentFault("printing-unavailable", "Hàng đợi in của Windows không trả lời. Hãy thử lại.") from fault


class RawQueues:
    """Queues of Windows that pass a receipt printer's bytes on (``jobs.Backend``), for the command line too: no Qt."""

    def __init__(self, spooler: WinSpooler | None = None) -> None:
        self._spooler = spooler or WinSpooler()

    def list_printers(self) -> list[Printer]:
        """None: which queue has a receipt printer, nobody can tell."""
        return []

    def status(self, printer: str) -> Status:
        return self._spooler.status(printer)

    def submit(self, content: bytes, printer: str, order: Order) -> Job:
        return self._spooler.send(printer, content, order.title)

    def job_state(self, job: Job) -> JobState:
        return self._spooler.state(job.printer, job.id)

    def cancel(self, job: Job) -> None:
        self._spooler.cancel(job.printer, job.id)


class _Handle:
    """An open printer. OSError for whatever the spooler refuses."""

    def __init__(self, printer: str) -> None:
        import ctypes
        from ctypes import wintypes

        class SystemTime(ctypes.Structure):
            _fields_ = [(name, wintypes.WORD) for name in ("y", "m", "w", "d", "h", "min", "s", "ms")]

        class Info(ctypes.Structure):
            _fields_ = [("number", wintypes.DWORD), ("printer", wintypes.LPWSTR), ("machine", wintypes.LPWSTR), ("user", wintypes.LPWSTR),
                        ("document", wintypes.LPWSTR), ("datatype", wintypes.LPWSTR), ("words", wintypes.LPWSTR),
                        ("status", wintypes.DWORD), ("priority", wintypes.DWORD), ("position", wintypes.DWORD),
                        ("pages", wintypes.DWORD), ("printed", wintypes.DWORD), ("submitted", SystemTime)]

        self._ctypes, self._info, self._name = ctypes, Info, printer
        if not hasattr(ctypes, "WinDLL"):
            raise OSError("no spooler of Windows on this system")
        self._dll: Any = ctypes.WinDLL("winspool.drv", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
        self._handle = wintypes.HANDLE()
        dword, handle = wintypes.DWORD, wintypes.HANDLE
        self._dll.OpenPrinterW.argtypes = [wintypes.LPWSTR, ctypes.POINTER(handle), ctypes.c_void_p]
        self._dll.ClosePrinter.argtypes = [handle]
        self._dll.EnumJobsW.argtypes = [handle, dword, dword, dword, ctypes.c_void_p, dword, ctypes.POINTER(dword), ctypes.POINTER(dword)]
        self._dll.SetJobW.argtypes = [handle, dword, dword, ctypes.c_void_p, dword]
        self._dll.GetPrinterW.argtypes = [handle, dword, ctypes.c_void_p, dword, ctypes.POINTER(dword)]
        self._dll.StartDocPrinterW.argtypes = [handle, dword, ctypes.c_void_p]
        self._dll.WritePrinter.argtypes = [handle, ctypes.c_char_p, dword, ctypes.POINTER(dword)]
        for name in ("StartPagePrinter", "EndPagePrinter", "EndDocPrinter", "AbortPrinter"):
            getattr(self._dll, name).argtypes = [handle]

    def __enter__(self) -> _Handle:
        self._check(self._dll.OpenPrinterW(self._name, self._ctypes.byref(self._handle), None))
        return self

    def __exit__(self, *_: object) -> None:
        self._dll.ClosePrinter(self._handle)

    def entries(self) -> list[Entry]:
        """Up to 256 waiting jobs. The list may grow between asking for its size and reading it: then ask again."""
        ctypes = self._ctypes
        needed, count = ctypes.c_ulong(0), ctypes.c_ulong(0)
        for _ in range(5):
            room = ctypes.create_string_buffer(max(needed.value, 1))
            if self._dll.EnumJobsW(self._handle, 0, 256, 1, room, needed.value, ctypes.byref(needed), ctypes.byref(count)):
                found = ctypes.cast(room, ctypes.POINTER(self._info))
                return [Entry(found[i].number, found[i].document or "", found[i].status) for i in range(count.value)]
        raise self._fault()

    def status(self) -> int:
        """``PRINTER_INFO_6``: nothing but the status bits."""
        bits, needed = self._ctypes.c_ulong(0), self._ctypes.c_ulong(0)
        self._check(self._dll.GetPrinterW(self._handle, 6, self._ctypes.byref(bits), 4, self._ctypes.byref(needed)))
        return bits.value

    def write(self, document: str, content: bytes) -> None:
        """One document of type RAW: the driver is passed by. All of it, or OSError and nothing more."""
        import ctypes

        class DocInfo(ctypes.Structure):
            _fields_ = [(name, ctypes.c_wchar_p) for name in ("document", "output", "datatype")]

        info, written = DocInfo(document, None, "RAW"), ctypes.c_ulong(0)
        self._check(self._dll.StartDocPrinterW(self._handle, 1, ctypes.byref(info)))
        try:
            self._check(self._dll.StartPagePrinter(self._handle))
            at = 0
            while at < len(content):
                part = content[at : at + 65536]
                self._check(self._dll.WritePrinter(self._handle, part, len(part), ctypes.byref(written)) and written.value)
                at += written.value
            self._check(self._dll.EndPagePrinter(self._handle))
            self._check(self._dll.EndDocPrinter(self._handle))
        except OSError:
            self._dll.AbortPrinter(self._handle)  # half a ticket does not come out; closing would send it
            raise

    def delete(self, number: int) -> None:
        self._check(self._dll.SetJobW(self._handle, number, 0, None, _DELETE))

    def _check(self, answer: int) -> None:
        if not answer:
            raise self._fault()

    def _fault(self) -> OSError:
        number = self._ctypes.get_last_error()  # type: ignore[attr-defined,unused-ignore]
        return OSError(number, f"winspool error {number}")
