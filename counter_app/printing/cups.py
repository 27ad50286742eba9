"""CUPS: its own commands print and cancel (``lp``, ``cancel``), IPP asks (``printing.ipp``), and the printer itself has the last word.

"Completed" is what CUPS says of a job it has handed over, also of one that the printer threw away afterwards and of one it cancelled by
itself. So a finished job is looked up at the printer where the printer can be asked (``ipp://``), and believed only then.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from uuid import uuid4

from counter_app.printing import ipp
from counter_app.printing.jobs import PAPERS, Job, JobState, Order, Printer, Status, paper_refused, print_refused, require_known
from counter_app.printing.troubles import DEAD, SILENT, stops, words_of, words_of_reasons
from onestop.errors import EnvironmentFault

log = logging.getLogger(__name__)

_COMMAND_SECONDS = 10
_ABOUT_PRINTER = ("printer-state", "printer-state-reasons", "printer-state-message", "printer-is-accepting-jobs", "printer-make-and-model",
                  "media-supported", "sides-supported", "printer-up-time", "device-uri")
_ABOUT_JOB = ("job-id", "job-name", "job-state", "job-state-reasons", "job-printer-state-message", "job-printer-state-reasons",
              "job-impressions-completed", "job-media-sheets-completed")
_PENDING, _HELD, _PROCESSING, _STOPPED, _CANCELED, _ABORTED, _COMPLETED = range(3, 10)
_PRINTER_STOPPED = 5
_SIDES = {"none": "one-sided", "long": "two-sided-long-edge", "short": "two-sided-short-edge"}
_LOST = "hàng đợi báo đã gửi xong nhưng máy in không có lệnh này"
_THROWN = "máy in đã bỏ lệnh in"
_HELD_QUEUE = "hàng đợi đang dừng"
_CANCELLED = "hàng đợi đã hủy lệnh in"


class Cups:
    """The queues of CUPS (``jobs.Backend``). May be called in several worker threads."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._sent: dict[str, float] = {}
        self._missed: set[str] = set()

    def list_printers(self) -> list[Printer]:
        """The queues of this PC, the default one first. Empty without CUPS or without queues: then there is PDF."""
        if shutil.which("lpstat") is None:
            return []
        try:
            text = _run("lpstat", "-p", "-d", "-l")
        except EnvironmentFault:
            return []
        named = re.search(r"(?m)^system default destination: *(\S+)", text)
        default = named[1] if named else ""
        found = []
        for block in re.split(r"(?m)^(?=printer )", text):
            match = re.match(r"printer (\S+) (.*)", block)
            if match:
                ready = "disabled" not in match[2].split(".")[0]
                found.append(Printer(match[1], ready, match[1] == default, (words_of(block) or _HELD_QUEUE) if not ready else ""))
        return sorted(found, key=lambda p: (not p.default, p.name))

    def status(self, printer: str) -> Status:
        """Asked of the print server, then of the printer itself. Takes up to 8 s when nobody answers."""
        offered = _offered(printer)
        trays = tuple(offered.get("InputSlot", ()))
        try:
            queue = ipp.printer_of_queue(printer, _ABOUT_PRINTER)
        except ipp.IppFault:
            return Status(papers=tuple(offered.get("PageSize", ())), trays=trays)
        sides = [str(side) for side in queue.get("sides-supported", [])]
        held = queue.get("printer-state") == [_PRINTER_STOPPED] or queue.get("printer-is-accepting-jobs") == [False]
        known = Status(papers=tuple(map(str, queue.get("media-supported", []))) or tuple(offered.get("PageSize", ())), trays=trays,
                       duplex=any(side.startswith("two-sided") for side in sides) if sides else None,
                       model=str(_first(queue, "printer-make-and-model", "")))
        if held:
            return _with(known, False, words_of(str(_first(queue, "printer-state-message", ""))) or _HELD_QUEUE)
        uri = str(_first(queue, "device-uri", ""))
        if not ipp.askable(uri):
            reasons = [str(reason) for reason in queue.get("printer-state-reasons", [])]
            return _with(known, not any(map(stops, reasons)), words_of_reasons(reasons))
        try:
            machine = ipp.printer_at(uri, _ABOUT_PRINTER)
        except ipp.IppFault as fault:
            return _with(known, False, SILENT if fault.silent else DEAD)
        reasons = [str(reason) for reason in machine.get("printer-state-reasons", [])]
        stands = machine.get("printer-state") == [_PRINTER_STOPPED] or any(map(stops, reasons))
        now = Status(papers=tuple(map(str, machine.get("media-supported", []))) or known.papers, trays=trays, duplex=known.duplex,
                     model=str(_first(machine, "printer-make-and-model", known.model)))
        return _with(now, not stands, words_of_reasons(reasons) or ("đang dừng" if stands else ""))

    def submit(self, content: bytes, printer: str, order: Order) -> Job:
        """See ``printers.submit``. The spool file is readable by its owner only and gone when this returns."""
        if shutil.which("lp") is None:
            raise EnvironmentFault("printing-unavailable", "Không dùng được hệ thống in từ đây. Trên Windows hãy in từ cửa sổ chương "
                                   "trình, trên Linux hãy cài CUPS; hoặc lưu PDF.")
        require_known(printer, self.list_printers())
        offered = _offered(printer)
        sizes = offered.get("PageSize", ())
        named = Status(papers=tuple(sizes)).has(order.paper) and (order.paper in PAPERS or order.paper.startswith("Custom."))
        if sizes and not named and not any(order.paper in name for name in sizes):
            raise paper_refused(printer, order.paper)
        # One name at the queue and at the printer, so that the printer can be asked about this very job.
        title = f"{order.title or 'counter-app'} {uuid4().hex[:6]}"
        words = ["-d", printer, "-n", str(order.copies), "-o", f"media={order.paper}", "-t", title]
        if order.tray and order.tray in offered.get("InputSlot", ()):
            words += ["-o", f"InputSlot={order.tray}"]
        if order.duplex:
            words += ["-o", f"sides={_SIDES[order.duplex]}"]
        return self._lp(content, printer, title, words)

    def _lp(self, content: bytes, printer: str, title: str, words: list[str]) -> Job:
        handle, name = tempfile.mkstemp(suffix=".pdf")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            text = _run("lp", *words, "--", name)
        except OSError as error:
            raise EnvironmentFault("disk-full", "Không ghi được tệp in tạm. Hãy kiểm tra dung lượng đĩa.") from error
        finally:
            Path(name).unlink(missing_ok=True)
        match = re.search(r"request id is (\S+)", text)
        if match is None:
            raise print_refused(printer)
        self._sent[match[1]] = self._clock()
        return Job(match[1], printer, title)

    def job_state(self, job: Job) -> JobState:
        """Ask the queue once; when it has done its part, ask the printer."""
        try:
            told = ipp.job_of_queue(_number(job), _ABOUT_JOB)
        except ipp.IppFault:
            return _state_by_words(job)
        state, reasons = _first(told, "job-state", 0), [str(reason) for reason in told.get("job-state-reasons", [])]
        pages = int(_first(told, "job-impressions-completed", 0) or 0)
        if state in (_CANCELED, _ABORTED) or any(re.search(r"cancel|abort", reason) for reason in reasons):
            self._sent.pop(job.id, None)
            return JobState("failed", _why(told) or _CANCELLED, pages)
        if state == _COMPLETED:
            ended = self._at_the_printer(job, pages)
            if ended.final:
                self._sent.pop(job.id, None)
            return ended
        trouble = _why(told) or _trouble_of(job.printer)
        return JobState("printing" if state == _PROCESSING else "queued", trouble, pages)

    def _at_the_printer(self, job: Job, pages: int) -> JobState:
        """What the printer says of a job that CUPS is done with. A printer that cannot be asked, or keeps no list, is believed."""
        try:
            queue = ipp.printer_of_queue(job.printer, ("device-uri", "printer-state-reasons"))
            uri = str(_first(queue, "device-uri", ""))
            if uri.startswith("file:"):
                return JobState("failed", "hàng đợi này không nối với máy in nào", pages)
            if not job.title:
                return JobState("done", "", pages)
            if not ipp.askable(uri):
                return _by_the_queue(queue, pages)
            known = ipp.jobs_at(uri, _ABOUT_JOB, "completed")
            mine = next((one for one in known if one.get("job-name") == [job.title]), None)
            if mine is None:
                waiting = ipp.jobs_at(uri, _ABOUT_JOB, "not-completed")
                held = next((one for one in waiting if one.get("job-name") == [job.title]), None)
                if held is not None:
                    if "job-data-insufficient" not in held.get("job-state-reasons", []):
                        return JobState("printing", _why(held), pages)
                    if job.id in self._missed:  # CUPS is done, and the printer still waits for the first byte
                        return JobState("failed", "máy in không nhận được trang in", pages)
                    self._missed.add(job.id)
                    return JobState("printing", "", pages)
                up = int(_first(ipp.printer_at(uri, ("printer-up-time",)), "printer-up-time", 1 << 30) or 0)
                restarted = up < self._clock() - self._sent.get(job.id, self._clock())
                if not restarted and not any(known):
                    return JobState("done", "", pages)
                if job.id not in self._missed:  # it may have gone from one list to the other between the questions: ask once more
                    self._missed.add(job.id)
                    return JobState("printing", "", pages)
                return JobState("unknown", _LOST, pages, True)
        except ipp.IppFault:
            return JobState("unknown", "hàng đợi báo đã gửi xong nhưng máy in không trả lời", pages)
        if _first(mine, "job-state", _COMPLETED) in (_CANCELED, _ABORTED):
            return JobState("failed", _why(mine) or _THROWN, pages)
        return JobState("done", "", pages)

    def cancel(self, job: Job) -> None:
        """Take a job out of the queue, so that it is not printed later by surprise."""
        _run("cancel", job.id)


class RawCups(Cups):
    """Queues of CUPS that pass a receipt printer's bytes on, untouched."""

    def submit(self, content: bytes, printer: str, order: Order) -> Job:
        """See ``printers.submit``; paper and copies are in the bytes."""
        require_known(printer, self.list_printers())
        name = f"{order.title or 'counter-app'} {uuid4().hex[:6]}"
        return self._lp(content, printer, name, ["-d", printer, "-o", "raw", "-t", name])


def _by_the_queue(queue: ipp.Attributes, pages: int) -> JobState:
    """The end of a job on a wire nobody can be asked over (USB): the bytes are in the printer. What its driver told the print server
    meanwhile (asked before, nothing stood in the way) may still keep the page in it."""
    reasons = [str(reason) for reason in queue.get("printer-state-reasons", [])]
    if any(map(stops, reasons)):
        return JobState("unknown", f"đã gửi hết, nhưng máy in {words_of_reasons(reasons)}", pages, True)
    return JobState("done", "", pages)


def _with(status: Status, ready: bool, trouble: str) -> Status:
    return Status(ready, trouble, status.papers, status.trays, status.duplex, status.model)


def _first(told: ipp.Attributes, name: str, default: object) -> object:
    return next(iter(told.get(name, [])), default)


def _number(job: Job) -> int:
    match = re.search(r"(\d+)$", job.id)
    return int(match[1]) if match else 0


def _why(told: ipp.Attributes) -> str:
    for name in ("job-printer-state-reasons", "job-state-reasons"):
        if words := words_of_reasons([str(reason) for reason in told.get(name, [])]):
            return words
    return words_of(str(_first(told, "job-printer-state-message", "")))


def _trouble_of(printer: str) -> str:
    """What keeps a waiting job: the queue's own reasons."""
    try:
        told = ipp.printer_of_queue(printer, ("printer-state", "printer-state-reasons", "printer-state-message"))
    except ipp.IppFault:
        return ""
    reasons = [str(reason) for reason in told.get("printer-state-reasons", [])]
    return words_of_reasons(reasons) or words_of(str(_first(told, "printer-state-message", "")))


def _state_by_words(job: Job) -> JobState:
    """The same from ``lpstat``: a print server that speaks no IPP with us (another PC's, with encryption)."""
    try:
        waiting = _run("lpstat", "-l", "-W", "not-completed", "-o", job.printer)
        block = _block_of(waiting, job.id)
        if block is not None:
            trouble = words_of(block) or words_of(_run("lpstat", "-l", "-p", job.printer))
            printing = "job-printing" in block or "processing" in block.lower()
            return JobState("printing" if printing else "queued", trouble)
        block = _block_of(_run("lpstat", "-l", "-W", "completed", "-o", job.printer), job.id)
    except EnvironmentFault as fault:
        return JobState("unknown", fault.message)
    if block is None:
        return JobState("unknown", "không thấy lệnh in này trong hàng đợi nữa", settled=True)
    alerts = next((line for line in block.splitlines() if "Alerts:" in line), "")
    if re.search(r"cancel|abort|error|stopped", alerts):
        return JobState("failed", words_of(block) or _CANCELLED)
    return JobState("done")


def _run(program: str, *words: str) -> str:
    """One CUPS command, in English so that its words can be read. Raises EnvironmentFault."""
    try:
        done = subprocess.run([program, *words], capture_output=True, timeout=_COMMAND_SECONDS, check=False,
                              env={**os.environ, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"})
    except (OSError, ValueError, subprocess.TimeoutExpired):  # ValueError: a name with a zero byte
        raise EnvironmentFault("printing-unavailable", "Hệ thống in của máy không trả lời. Hãy thử lại hoặc lưu PDF.") from None
    if done.returncode and program == "lp":
        log.warning("lp refused: %s", done.stderr.decode(errors="replace").strip()[:200])
        raise EnvironmentFault("print-refused", "Máy in không nhận lệnh in. Hãy thử lại, đổi máy in hoặc lưu PDF.")
    if done.returncode and b"scheduler" in done.stderr.lower():
        raise EnvironmentFault("printing-unavailable", "Hệ thống in của máy không chạy. Hãy lưu PDF và báo quản trị.")
    return done.stdout.decode(errors="replace")


def _offered(printer: str) -> dict[str, list[str]]:
    """Choices the queue offers (``PageSize``, ``InputSlot``, ``Duplex``); empty: it does not say."""
    if shutil.which("lpoptions") is None:
        return {}
    try:
        text = _run("lpoptions", "-p", printer, "-l")
    except EnvironmentFault:
        return {}
    found = {}
    for line in text.splitlines():
        name, _, choices = line.partition(":")
        found[name.partition("/")[0]] = choices.replace("*", "").split()
    return found


def _block_of(text: str, job_id: str) -> str | None:
    """The lines about one job in a long listing."""
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if line.split(" ")[0] == job_id), None)
    if start is None:
        return None
    end = next((i for i in range(start + 1, len(lines)) if lines[i][:1] not in ("\t", " ")), len(lines))
    return "\n".join(lines[start:end])
