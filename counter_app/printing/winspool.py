"""The spooler of Windows: where a job stands after the program has handed it over. Qt cannot tell, the spooler can."""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass
from typing import Any, Protocol

from counter_app.printing.jobs import JobState
from onestop.errors import EnvironmentFault

log = logging.getLogger(__name__)

# Bits of JOB_INFO_1.Status (winspool.h).
PAUSED, ERROR, DELETING, SPOOLING, PRINTING, OFFLINE, PAPEROUT, PRINTED = 0x1, 0x2, 0x4, 0x8, 0x10, 0x20, 0x40, 0x80
DELETED, BLOCKED, USER, COMPLETE = 0x100, 0x200, 0x400, 0x1000
_TROUBLE = ((PAPEROUT, "hết giấy"), (OFFLINE, "đang tắt hoặc mất kết nối"), (USER, "cần người đến xem máy"), (PAUSED, "đang tạm dừng"),
            (BLOCKED, "không in được lệnh này"), (ERROR, "lỗi máy in"))
_DELETE = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the spooler's list."""

    number: int
    document: str
    status: int


class Spooler(Protocol):
    """What follows a job by the name of its document."""

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


def windows_spooler() -> Spooler | None:
    """The spooler of this PC; None where there is none (not Windows)."""
    return WinSpooler() if sys.platform == "win32" else None


class WinSpooler:
    """``winspool.drv`` through ctypes."""

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
        self._dll: Any = ctypes.WinDLL("winspool.drv", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
        self._handle = wintypes.HANDLE()
        dword, handle = wintypes.DWORD, wintypes.HANDLE
        self._dll.OpenPrinterW.argtypes = [wintypes.LPWSTR, ctypes.POINTER(handle), ctypes.c_void_p]
        self._dll.ClosePrinter.argtypes = [handle]
        self._dll.EnumJobsW.argtypes = [handle, dword, dword, dword, ctypes.c_void_p, dword, ctypes.POINTER(dword), ctypes.POINTER(dword)]
        self._dll.SetJobW.argtypes = [handle, dword, dword, ctypes.c_void_p, dword]

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

    def delete(self, number: int) -> None:
        self._check(self._dll.SetJobW(self._handle, number, 0, None, _DELETE))

    def _check(self, answer: int) -> None:
        if not answer:
            raise self._fault()

    def _fault(self) -> OSError:
        number = self._ctypes.get_last_error()  # type: ignore[attr-defined,unused-ignore]
        return OSError(number, f"winspool error {number}")
