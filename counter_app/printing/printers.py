"""Printers of this PC: list them, ask them, give them finished pages, follow the job to its end.

A queue is CUPS's unless the program hands in another way at its start: on Windows the window calls ``use_backend(QtPrinters())``
(``printing.qt.printer``), so that this module and the command line stay free of Qt. A name that is an address (``tcp://…``,
``file:///dev/usb/lp0``) is a receipt printer on its own wire; ``raw:QUEUE`` sends a receipt printer's bytes through a queue.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from counter_app.printing.cups import Cups, RawCups
from counter_app.printing.jobs import Backend, Job, JobState, Order, Printer, State, Status, paper_refused
from counter_app.printing.ports import address_of
from counter_app.printing.receipt_printers import ReceiptPrinters, not_ready
from onestop.errors import EnvironmentFault, UserError

__all__ = ["Backend", "Job", "JobState", "Order", "Printer", "State", "Status", "cancel", "follow", "is_raw", "job_state", "list_printers",
           "require_ready", "save_pdf", "status", "submit", "use_backend"]

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.4
_backend: Backend = Cups()
_receipts = ReceiptPrinters()
_raw_cups = RawCups()


def use_backend(backend: Backend) -> Backend:
    """Print through ``backend`` from now on. Called once, before the first print; returns the one it replaces."""
    global _backend
    before, _backend = _backend, backend
    return before


def list_printers() -> list[Printer]:
    """The queues of this PC, the default one first. Empty without a print system or without queues: then there is PDF."""
    return _backend.list_printers()


def is_raw(printer: str) -> bool:
    """Does this printer take ESC/POS bytes instead of pages? Raises UserError ``printer-address-invalid``."""
    return address_of(printer) is not None


def status(printer: str) -> Status:
    """What the printer says now. Takes a moment: a worker's work."""
    backend, there = _way(printer)
    return backend.status(there)


def require_ready(printer: str, paper: str = "") -> Status:
    """Ask before sending. Raises UserError ``paper-not-supported``, EnvironmentFault ``printer-not-ready`` (fact ``reason``)."""
    now = status(printer)
    if not now.ready:
        raise not_ready(printer, now.trouble)
    if paper and not is_raw(printer) and not now.has(paper):
        raise paper_refused(printer, paper)
    return now


def submit(content: bytes, printer: str, order: Order | None = None) -> Job:
    """Put finished PDF pages into a queue, or a ticket's ESC/POS bytes into a printer named by its address. Without ``order``: one A4.

    Raises UserError ``printer-unknown``, ``paper-not-supported``, ``print-stopped``; EnvironmentFault ``printing-unavailable``,
    ``print-refused``, ``printer-not-ready``, ``disk-full``.
    """
    backend, there = _way(printer)
    job = backend.submit(content, there, order or Order())
    return Job(job.id, printer, job.title)


def _raw() -> Backend:
    """What passes bytes on: the spooler on Windows, else CUPS."""
    if sys.platform == "win32":
        from counter_app.printing.winspool import RawQueues

        return RawQueues()
    return _raw_cups


def _way(name: str) -> tuple[Backend, str]:
    """Who prints on ``name``, and what it is called there. Raises UserError ``printer-address-invalid``."""
    address = address_of(name)
    if address is None:
        return _backend, name
    return (_raw(), address.place) if address.kind == "raw" else (_receipts, name)


def job_state(job: Job) -> JobState:
    """Ask the queue once."""
    backend, there = _way(job.printer)
    return backend.job_state(Job(job.id, there, job.title))


def follow(job: Job, *, timeout: float = 60.0, told: Callable[[JobState], None] = lambda state: None,
           stopped: Callable[[], bool] = lambda: False) -> JobState:
    """Wait for the end of a job, telling each change. After ``timeout`` seconds the last state is the answer: the job may still
    be printed, and the person decides."""
    until = time.monotonic() + timeout
    last = JobState("queued")
    told(last)
    while not stopped():
        state = job_state(job)
        if state != last:
            told(state)
            last = state
        if state.final or state.settled or time.monotonic() >= until:
            break
        time.sleep(_POLL_SECONDS)
    return last


def cancel(job: Job) -> None:
    """Take a job out of the queue, so that it is not printed later by surprise."""
    backend, there = _way(job.printer)
    backend.cancel(Job(job.id, there, job.title))


_PART = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


def save_pdf(content: bytes, target: Path, *, overwrite: bool = True) -> None:
    """Write the pages to a file that only its owner can read, whole or not at all. Raises EnvironmentFault
    ``output-unwritable``, ``disk-full``; UserError ``output-exists`` when ``overwrite`` is False and something is there."""
    if not target.name:  # "." or "/"
        raise EnvironmentFault("output-unwritable", "Nơi lưu PDF phải là tên một tệp, không phải thư mục.")
    if not overwrite and os.path.lexists(target) and not target.is_dir():
        raise UserError("output-exists", "Tệp này đã có, chương trình không ghi đè. Hãy chọn tên khác.")
    if os.path.exists(target) and not os.path.isfile(target):  # a device is never replaced by a file
        raise EnvironmentFault("output-unwritable", "Nơi đã chọn là thư mục hoặc thiết bị, không phải tệp. Hãy chọn tên khác.")
    part = target.with_name(f".{target.name}.part")
    try:
        with os.fdopen(os.open(part, _PART, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    except OSError as error:
        with_full_disk = error.errno == 28
        try:
            part.unlink(missing_ok=True)
        except OSError:
            log.warning("a half-written PDF could not be removed")
        if with_full_disk:
            raise EnvironmentFault("disk-full", "Ổ đĩa đã đầy, chưa lưu được PDF. Hãy dọn ổ đĩa hoặc chọn nơi khác.") from error
        raise EnvironmentFault("output-unwritable", "Không ghi được tệp PDF vào nơi đã chọn. Hãy chọn thư mục khác.") from error
