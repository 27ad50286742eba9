"""Printers of this PC: list them, give them finished pages, follow the job to its end.

On Linux the queue is CUPS, asked through its own commands (``lp``, ``lpstat``, ``cancel``). "Completed" is believed only together
with the job's history: CUPS also says it of jobs it cancelled by itself. On Windows pages go through QPrinter
(``printing.qt.printer``) and are followed by the spooler.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from onestop.errors import EnvironmentFault, UserError

log = logging.getLogger(__name__)

State = Literal["queued", "printing", "done", "failed", "unknown"]
PAPERS = {"A4": "A4", "A5": "A5"}
_COMMAND_SECONDS = 10
_POLL_SECONDS = 0.4

#: Words in a printer's own report → what a person does about it. The first that fits is told.
_TROUBLE = (
    ("media-empty", "hết giấy"), ("media-needed", "cần nạp giấy"), ("media-jam", "kẹt giấy"), ("cover-open", "nắp đang mở"),
    ("door-open", "cửa đang mở"), ("toner-empty", "hết mực"), ("marker-supply-empty", "hết mực"), ("offline", "đang tắt hoặc mất kết nối"),
    ("connecting-to-device", "không kết nối được"), ("unable to locate", "không kết nối được"), ("not responding", "không trả lời"),
    ("unable to connect", "không kết nối được"),
    ("may not exist or is unavailable", "đang tắt hoặc mất kết nối"), ("paused", "đang tạm dừng"), ("stopped", "đang dừng"), ("unsupported", "không in được khổ này"),
    ("conflict", "không in được khổ này"),
)


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


def list_printers() -> list[Printer]:
    """The queues of this PC, the default one first. Empty without CUPS or without queues: then there is PDF."""
    if shutil.which("lpstat") is None:
        return []
    try:
        text = _run("lpstat", "-p", "-d", "-l")
    except EnvironmentFault:
        return []
    default = next((line.rpartition(":")[2].strip() for line in text.splitlines() if line.startswith("system default destination:")), "")
    found = []
    for block in re.split(r"(?m)^(?=printer )", text):
        match = re.match(r"printer (\S+) (.*)", block)
        if match:
            ready = "disabled" not in match[2].split(".")[0]
            found.append(Printer(match[1], ready, match[1] == default, _trouble(block) if not ready else ""))
    return sorted(found, key=lambda p: (not p.default, p.name))


def submit(content: bytes, printer: str, *, copies: int = 1, paper: str = "A4", title: str = "") -> Job:
    """Put finished PDF pages into a queue. ``title`` holds a code, never a name.

    Raises UserError ``printer-unknown``, ``paper-not-supported``; EnvironmentFault ``printing-unavailable``, ``print-refused``,
    ``disk-full``. The spool file is readable by its owner only and gone when this returns.
    """
    if shutil.which("lp") is None:
        raise EnvironmentFault("printing-unavailable", "Máy này chưa có hệ thống in (CUPS). Hãy lưu PDF.")
    if printer not in {p.name for p in list_printers()}:
        raise UserError("printer-unknown", f"Không thấy máy in “{printer}”. Hãy chọn máy in khác hoặc lưu PDF.", printer=printer)
    if paper not in PAPERS:
        raise UserError("paper-not-supported", f"Không in được khổ {paper}.", paper=paper)
    offered = _papers_of(printer)
    if offered and not any(paper in name for name in offered):
        raise UserError("paper-not-supported", f"Máy in “{printer}” không có khổ {paper}. Hãy chọn khổ khác hoặc máy in khác.", paper=paper)
    handle, name = tempfile.mkstemp(suffix=".pdf")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        text = _run("lp", "-d", printer, "-n", str(copies), "-o", f"media={PAPERS[paper]}", "-t", title or "counter-app", "--", name)
    except OSError as error:
        raise EnvironmentFault("disk-full", "Không ghi được tệp in tạm. Hãy kiểm tra dung lượng đĩa.") from error
    finally:
        Path(name).unlink(missing_ok=True)
    match = re.search(r"request id is (\S+)", text)
    if match is None:
        raise EnvironmentFault("print-refused", f"Máy in “{printer}” không nhận lệnh in. Hãy thử lại hoặc đổi máy in.", printer=printer)
    return Job(match[1], printer)


def job_state(job: Job) -> JobState:
    """Ask the queue once."""
    try:
        waiting = _run("lpstat", "-l", "-W", "not-completed", "-o", job.printer)
        block = _block_of(waiting, job.id)
        if block is not None:
            trouble = _trouble(block) or _trouble(_run("lpstat", "-l", "-p", job.printer))
            printing = "job-printing" in block or "processing" in block.lower()
            return JobState("printing" if printing else "queued", trouble)
        block = _block_of(_run("lpstat", "-l", "-W", "completed", "-o", job.printer), job.id)
    except EnvironmentFault as fault:
        return JobState("unknown", fault.message)
    if block is None:
        return JobState("unknown", "Không thấy lệnh in này trong hàng đợi nữa.")
    alerts = next((line for line in block.splitlines() if "Alerts:" in line), "")
    if re.search(r"cancel|abort|error|stopped", alerts):
        return JobState("failed", _trouble(block) or "hàng đợi đã hủy lệnh in")
    return JobState("done")


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
    _run("cancel", job.id)


def save_pdf(content: bytes, target: Path) -> None:
    """Write the pages to a file, whole or not at all. Raises EnvironmentFault ``output-unwritable``, ``disk-full``."""
    part = target.with_name(f".{target.name}.part")
    try:
        with part.open("wb") as file:
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


def _run(program: str, *words: str) -> str:
    """One CUPS command, in English so that its words can be read. Raises EnvironmentFault."""
    try:
        done = subprocess.run([program, *words], capture_output=True, timeout=_COMMAND_SECONDS, check=False,
                              env={**os.environ, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"})
    except (OSError, subprocess.TimeoutExpired):
        raise EnvironmentFault("printing-unavailable", "Hệ thống in của máy không trả lời. Hãy thử lại hoặc lưu PDF.") from None
    if done.returncode and program == "lp":
        log.warning("lp refused: %s", done.stderr.decode(errors="replace").strip()[:200])
        raise EnvironmentFault("print-refused", "Máy in không nhận lệnh in. Hãy thử lại, đổi máy in hoặc lưu PDF.")
    if done.returncode and b"scheduler" in done.stderr.lower():
        raise EnvironmentFault("printing-unavailable", "Hệ thống in của máy không chạy. Hãy lưu PDF và báo quản trị.")
    return done.stdout.decode(errors="replace")


def _papers_of(printer: str) -> list[str]:
    """Paper names the queue offers (empty: it does not say)."""
    if shutil.which("lpoptions") is None:
        return []
    text = _run("lpoptions", "-p", printer, "-l")
    line = next((line for line in text.splitlines() if line.startswith("PageSize")), "")
    return line.partition(":")[2].replace("*", "").split()


def _block_of(text: str, job_id: str) -> str | None:
    """The lines about one job in a long listing."""
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if line.split(" ")[0] == job_id), None)
    if start is None:
        return None
    end = next((i for i in range(start + 1, len(lines)) if lines[i][:1] not in ("\t", " ")), len(lines))
    return "\n".join(lines[start:end])


def _trouble(text: str) -> str:
    lower = text.lower()
    return next((words for sign, words in _TROUBLE if sign in lower), "")
