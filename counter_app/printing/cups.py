"""CUPS, asked through its own commands (``lp``, ``lpstat``, ``cancel``).

"Completed" is believed only together with the job's alerts: CUPS also says it of jobs it cancelled by itself.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from counter_app.printing.jobs import Job, JobState, Printer, paper_refused, require_known
from onestop.errors import EnvironmentFault

log = logging.getLogger(__name__)

_COMMAND_SECONDS = 10

#: Words in a printer's own report → what a person does about it. The first that fits is told.
_TROUBLE = (
    ("media-empty", "hết giấy"), ("media-needed", "cần nạp giấy"), ("media-jam", "kẹt giấy"), ("cover-open", "nắp đang mở"),
    ("door-open", "cửa đang mở"), ("toner-empty", "hết mực"), ("marker-supply-empty", "hết mực"), ("offline", "đang tắt hoặc mất kết nối"),
    ("connecting-to-device", "không kết nối được"), ("unable to locate", "không kết nối được"), ("not responding", "không trả lời"),
    ("unable to connect", "không kết nối được"),
    ("may not exist or is unavailable", "đang tắt hoặc mất kết nối"), ("paused", "đang tạm dừng"),
    ("stopped", "đang dừng"), ("unsupported", "không in được khổ này"), ("conflict", "không in được khổ này"),
)


class Cups:
    """The queues of CUPS (``jobs.Backend``)."""

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
                found.append(Printer(match[1], ready, match[1] == default, _trouble(block) if not ready else ""))
        return sorted(found, key=lambda p: (not p.default, p.name))

    def submit(self, content: bytes, printer: str, copies: int, paper: str, title: str) -> Job:
        """See ``printers.submit``. The spool file is readable by its owner only and gone when this returns."""
        if shutil.which("lp") is None:
            raise EnvironmentFault("printing-unavailable", "Không dùng được hệ thống in từ đây. Trên Windows hãy in từ cửa sổ chương "
                                   "trình, trên Linux hãy cài CUPS; hoặc lưu PDF.")
        require_known(printer, self.list_printers())
        offered = _papers_of(printer)
        if offered and not any(paper in name for name in offered):
            raise paper_refused(printer, paper)
        handle, name = tempfile.mkstemp(suffix=".pdf")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            text = _run("lp", "-d", printer, "-n", str(copies), "-o", f"media={paper}", "-t", title or "counter-app", "--", name)
        except OSError as error:
            raise EnvironmentFault("disk-full", "Không ghi được tệp in tạm. Hãy kiểm tra dung lượng đĩa.") from error
        finally:
            Path(name).unlink(missing_ok=True)
        match = re.search(r"request id is (\S+)", text)
        if match is None:
            raise EnvironmentFault("print-refused", f"Máy in “{printer}” không nhận lệnh in. Hãy thử lại hoặc đổi máy in.", printer=printer)
        return Job(match[1], printer)

    def job_state(self, job: Job) -> JobState:
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

    def cancel(self, job: Job) -> None:
        """Take a job out of the queue, so that it is not printed later by surprise."""
        _run("cancel", job.id)


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
