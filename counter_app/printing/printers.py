"""Printers of this PC: list them, give them finished pages, follow the job to its end.

The way there is CUPS unless the program hands in another one at its start: on Windows the window calls
``use_backend(QtPrinters())`` (``printing.qt.printer``), so that this module and the command line stay free of Qt.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

from counter_app.printing.cups import Cups
from counter_app.printing.jobs import PAPERS, Backend, Job, JobState, Printer, State
from onestop.errors import EnvironmentFault, UserError

__all__ = ["Backend", "Job", "JobState", "Printer", "State", "cancel", "follow", "job_state", "list_printers", "save_pdf", "submit",
           "use_backend"]

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.4
_backend: Backend = Cups()


def use_backend(backend: Backend) -> Backend:
    """Print through ``backend`` from now on. Called once, before the first print; returns the one it replaces."""
    global _backend
    before, _backend = _backend, backend
    return before


def list_printers() -> list[Printer]:
    """The queues of this PC, the default one first. Empty without a print system or without queues: then there is PDF."""
    return _backend.list_printers()


def submit(content: bytes, printer: str, *, copies: int = 1, paper: str = "A4", title: str = "") -> Job:
    """Put finished PDF pages into a queue. ``title`` holds a code, never a name.

    Raises UserError ``printer-unknown``, ``paper-not-supported``; EnvironmentFault ``printing-unavailable``, ``print-refused``,
    ``disk-full``.
    """
    if paper not in PAPERS:
        raise UserError("paper-not-supported", f"Không in được khổ {paper}. Hãy chọn khổ {' hoặc '.join(PAPERS)}.", paper=paper)
    return _backend.submit(content, printer, copies, paper, title)


def job_state(job: Job) -> JobState:
    """Ask the queue once."""
    return _backend.job_state(job)


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
        if state.final or time.monotonic() >= until:
            break
        time.sleep(_POLL_SECONDS)
    return last


def cancel(job: Job) -> None:
    """Take a job out of the queue, so that it is not printed later by surprise."""
    _backend.cancel(job)


def save_pdf(content: bytes, target: Path) -> None:
    """Write the pages to a file that only its owner can read, whole or not at all. Raises EnvironmentFault
    ``output-unwritable``, ``disk-full``."""
    if not target.name:  # "." or "/"
        raise EnvironmentFault("output-unwritable", "Nơi lưu PDF phải là tên một tệp, không phải thư mục.")
    part = target.with_name(f".{target.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600), "wb") as file:
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
