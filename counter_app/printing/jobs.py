"""What every way to a printer has in common: queues, jobs and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from onestop.errors import UserError

State = Literal["queued", "printing", "done", "failed", "unknown"]
PAPERS = ("A4", "A5")


@dataclass(frozen=True, slots=True)
class Printer:
    """A queue. ``ready`` False: it takes no jobs now; ``trouble`` says why in Vietnamese (empty: nothing known)."""

    name: str
    ready: bool = True
    default: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """A job in a queue; ``id`` as the queue names it."""

    id: str
    printer: str


@dataclass(frozen=True, slots=True)
class JobState:
    """Where a job stands. ``reason``: Vietnamese, what the printer reports (empty: nothing)."""

    state: State
    reason: str = ""

    @property
    def final(self) -> bool:
        return self.state in ("done", "failed")


class Backend(Protocol):
    """One way to the printers of a PC: CUPS, or QPrinter and the spooler on Windows. ``submit`` raises what
    ``printers.submit`` names, ``cancel`` EnvironmentFault; asking never raises."""

    def list_printers(self) -> list[Printer]: ...

    def submit(self, content: bytes, printer: str, copies: int, paper: str, title: str) -> Job: ...

    def job_state(self, job: Job) -> JobState: ...

    def cancel(self, job: Job) -> None: ...


def require_known(printer: str, printers: list[Printer]) -> None:
    """Raises UserError ``printer-unknown``."""
    if printer not in {known.name for known in printers}:
        raise UserError("printer-unknown", f"Không thấy máy in “{printer}”. Hãy chọn máy in khác hoặc lưu PDF.", printer=printer)


def paper_refused(printer: str, paper: str) -> UserError:
    """The printer has no such paper: better told than printed in pieces."""
    return UserError("paper-not-supported", f"Máy in “{printer}” không có khổ {paper}. Hãy chọn khổ khác hoặc máy in khác.", paper=paper)
