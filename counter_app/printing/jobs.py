"""What every way to a printer has in common: queues, what is asked of them, jobs and where they stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from onestop.errors import EnvironmentFault, UserError

State = Literal["queued", "printing", "done", "failed", "unknown"]
Duplex = Literal["", "none", "long", "short"]
#: Paper's name in a profile → its name in IPP (PWG 5101.1). Other names go to the queue as they are ("100x150mm" for labels).
PAPERS = {"A3": "iso_a3_297x420mm", "A4": "iso_a4_210x297mm", "A5": "iso_a5_148x210mm", "A6": "iso_a6_105x148mm"}


@dataclass(frozen=True, slots=True)
class Printer:
    """A queue. ``ready`` False: it takes no jobs now; ``trouble`` says why in Vietnamese (empty: nothing known)."""

    name: str
    ready: bool = True
    default: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """What a printer says of itself before a job. ``ready`` False: a job sent now would not come out; ``trouble`` says why, or (with
    ``ready``) what somebody should see to soon. ``papers`` and ``trays`` are empty when nobody could tell. ``model``: the machine that
    stands behind the queue now."""

    ready: bool = True
    trouble: str = ""
    papers: tuple[str, ...] = ()
    trays: tuple[str, ...] = ()
    duplex: bool | None = None
    model: str = ""

    def has(self, paper: str) -> bool:
        """Can it print this paper, as far as one knows?"""
        if paper not in PAPERS:  # rolls and stickers: printers name ranges, not sizes
            return True
        sizes = (paper, PAPERS.get(paper, paper))
        return not self.papers or any(name == size or name.startswith(f"{size}.") for name in self.papers for size in sizes)


@dataclass(frozen=True, slots=True)
class Order:
    """How pages are wanted. ``title`` holds a code, never a name. ``tray`` empty: the printer chooses; ``duplex`` empty: as the queue is
    set. ``page(n, pages)`` is told while a program prints page by page (Windows); it returns False to stop before the next one."""

    copies: int = 1
    paper: str = "A4"
    tray: str = ""
    duplex: Duplex = ""
    title: str = ""
    page: Callable[[int, int], bool] = field(default=lambda _page, _pages: True, compare=False)


@dataclass(frozen=True, slots=True)
class Job:
    """A job in a queue; ``id`` as the queue names it, ``title`` the one name it has everywhere on its way."""

    id: str
    printer: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class JobState:
    """Where a job stands. ``reason``: Vietnamese, what the printer reports (empty: nothing). ``pages``: sheets' sides that came out so
    far, where somebody counts them. ``settled``: nobody will learn more (an ``unknown`` that stays one)."""

    state: State
    reason: str = ""
    pages: int = 0
    settled: bool = False

    @property
    def final(self) -> bool:
        return self.state in ("done", "failed")


class Backend(Protocol):
    """One way to the printers of a PC: CUPS, or QPrinter and the spooler on Windows, or a receipt printer's own port. ``submit`` raises
    what ``printers.submit`` names, ``cancel`` EnvironmentFault; asking never raises."""

    def list_printers(self) -> list[Printer]: ...

    def status(self, printer: str) -> Status: ...

    def submit(self, content: bytes, printer: str, order: Order) -> Job: ...

    def job_state(self, job: Job) -> JobState: ...

    def cancel(self, job: Job) -> None: ...


def require_known(printer: str, printers: list[Printer]) -> None:
    """Raises UserError ``printer-unknown``."""
    if printer not in {known.name for known in printers}:
        raise UserError("printer-unknown", f"Không thấy máy in “{printer}”. Hãy chọn máy in khác hoặc lưu PDF.", printer=printer)


def paper_refused(printer: str, paper: str) -> UserError:
    """The printer has no such paper: better told than printed in pieces."""
    return UserError("paper-not-supported", f"Máy in “{printer}” không có khổ {paper}. Hãy chọn khổ khác hoặc máy in khác.", paper=paper)


def print_refused(printer: str) -> EnvironmentFault:
    """The queue or the device did not take the job."""
    return EnvironmentFault("print-refused", f"Máy in “{printer}” không nhận lệnh in. Hãy thử lại hoặc đổi máy in.", printer=printer)


def print_stopped() -> UserError:
    """The person stopped it between two pages."""
    return UserError("print-stopped", "Đã dừng in theo yêu cầu.")
