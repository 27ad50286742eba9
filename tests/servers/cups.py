"""A real IPP printer (ippeveprinter) behind a private CUPS (cupsd): own folder, own ports, no system service touched."""

import csv
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.servers import usb_backend
from tests.servers.process import Server, ServerFailed, answers, free_port, private_folder, require

if TYPE_CHECKING:
    from tests.servers.announcer import Announcer

QUEUE = "quay-mot-cua"
FINAL_STATES = frozenset({"canceled", "aborted", "completed"})

_CUPSD = """LogLevel debug
MaxLogSize 0
Listen 127.0.0.1:{port}
Browsing No
DefaultAuthType None
WebInterface No
<Location />
  Order allow,deny
  Allow all
</Location>
<Location /admin>
  Order allow,deny
  Allow all
</Location>
<Policy default>
  JobPrivateAccess all
  JobPrivateValues none
  SubscriptionPrivateAccess all
  SubscriptionPrivateValues none
  <Limit All>
    Order deny,allow
    Allow all
  </Limit>
</Policy>
"""
_CUPS_FILES = """ServerRoot {folder}/cups
ServerBin {folder}/cups/bin
RequestRoot {folder}/cups/spool
CacheDir {folder}/cups/cache
StateDir {folder}/cups/state
TempDir {folder}/cups/spool/tmp
ServerKeychain {folder}/cups/ssl
AccessLog {folder}/cups/access_log
ErrorLog {folder}/cups/error_log
PageLog {folder}/cups/page_log
SystemGroup {group}
"""
# What the printer does with a page: holds it while a fault is set (and says which), then puts it into the tray.
# A printer whose plug was pulled meanwhile prints nothing.
_MECHANISM = """#!/bin/sh
said=
while reason=$(cat '{folder}/fault' 2>/dev/null); [ -n "$reason" ]; do
  kill -0 "$PPID" || exit 1
  if [ "$reason" = discard ]; then
    [ -z "$said" ] || echo "STATE: -$said" >&2
    exit 1
  fi
  if [ "$reason" != "$said" ]; then
    [ -z "$said" ] || echo "STATE: -$said" >&2
    echo "STATE: +$reason" >&2
    said=$reason
  fi
  sleep 0.1
done
[ -z "$said" ] || echo "STATE: -$said" >&2
kill -0 "$PPID" || exit 1
name=$(basename "$1")
cp "$1" "{folder}/tray/.$name" && mv "{folder}/tray/.$name" "{folder}/tray/$name"
"""
_GET_JOBS = """{
  OPERATION Get-Jobs
  GROUP operation-attributes-tag
  ATTR charset attributes-charset utf-8
  ATTR language attributes-natural-language en
  ATTR uri printer-uri $uri
  ATTR keyword which-jobs all
  ATTR keyword requested-attributes job-id,job-state,job-state-reasons,job-name
  STATUS successful-ok
  DISPLAY job-id
  DISPLAY job-state
  DISPLAY job-state-reasons
  DISPLAY job-name
}
"""
_GET_HELD = _GET_JOBS.replace("which-jobs all", "which-jobs not-completed")
_GET_ORDERED = """{
  OPERATION Get-Jobs
  GROUP operation-attributes-tag
  ATTR charset attributes-charset utf-8
  ATTR language attributes-natural-language en
  ATTR uri printer-uri $uri
  ATTR keyword which-jobs completed
  ATTR keyword requested-attributes job-name,sides,media-col
  STATUS successful-ok
  DISPLAY job-name
  DISPLAY sides
  DISPLAY media-col
}
"""
_CANCEL = """{
  OPERATION Cancel-Job
  GROUP operation-attributes-tag
  ATTR charset attributes-charset utf-8
  ATTR language attributes-natural-language en
  ATTR uri printer-uri $uri
  ATTR integer job-id NUMBER
  STATUS successful-ok
}
"""
_GET_REASONS = """{
  OPERATION Get-Printer-Attributes
  GROUP operation-attributes-tag
  ATTR charset attributes-charset utf-8
  ATTR language attributes-natural-language en
  ATTR uri printer-uri $uri
  ATTR keyword requested-attributes printer-state,printer-state-reasons
  STATUS successful-ok
  DISPLAY printer-state
  DISPLAY printer-state-reasons
}
"""


@dataclass(frozen=True)
class PrintJob:
    """A job as CUPS reports it; state in IPP's words (`pending`, `processing`, `completed`, …)."""

    id: int
    state: str
    reasons: tuple[str, ...]
    name: str


class IppPrinter:
    """The printer, its queue, and what came out of it."""

    queue = QUEUE

    def __init__(self) -> None:
        self._folder = private_folder("cups-")
        self._folder.chmod(0o755)
        self.tray = self._folder / "tray"
        for name in ("tray", "device", "cups/ssl", "cups/spool/tmp", "cups/cache", "cups/state"):
            (self._folder / name).mkdir(parents=True)
        mechanism = self._folder / "mechanism"
        mechanism.write_text(_MECHANISM.format(folder=self._folder))
        mechanism.chmod(0o755)
        self._attributes = Path(__file__).with_name("printer.attributes")
        self._announcer: Announcer | None = None
        self._device: Server | None = None
        self._cups: Server | None = None
        self._device_port = free_port()
        self._cups_port = free_port()

    def open(self) -> None:
        """Starts the printer and CUPS and makes the queue; `remove` ends them, also after a start that failed half-way."""
        from tests.servers.announcer import Announcer  # its D-Bus library is not on Windows

        self._announcer = Announcer(self._folder)
        self._start_cups()
        self.start()
        self._run("lpadmin", "-p", QUEUE, "-E", "-v", self._device_uri, "-m", "everywhere")

    @property
    def server(self) -> str:
        """host:port of the private CUPS, for `lp -h` and CUPS_SERVER."""
        return f"127.0.0.1:{self._cups_port}"

    @property
    def env(self) -> dict[str, str]:
        """Environment in which a program finds this CUPS, with this printer as its default, and no other."""
        return {"CUPS_SERVER": self.server, "PRINTER": QUEUE, **self._announcer.env}

    @property
    def documents(self) -> list[Path]:
        """What was printed, oldest first."""
        return sorted((path for path in self.tray.iterdir() if path.name[0] != "."), key=lambda path: path.stat().st_mtime_ns)

    def swap(self) -> None:
        """Puts another machine at the printer's address, one that has A4 only and knows none of the old one's jobs."""
        self.stop()
        text = Path(__file__).with_name("printer.attributes").read_text().replace("Counter Test", "Other Machine")
        text = re.sub(r"(media-(?:ready|supported) \S+),iso_a5_148x210mm", r"\1", text)
        text = re.sub(r",\{ MEMBER (?:integer x-dimension|collection media-size \{ MEMBER integer x-dimension) 14800.*", "", text)
        self._attributes = self._folder / "other.attributes"
        self._attributes.write_text(text)
        self.start()

    def start(self) -> None:
        """Switches the printer on, at the address it had before."""
        command = [require("ippeveprinter", "cups-ipp-utils"), "-r", "off", "-n", "localhost", "-p", str(self._device_port)]
        command += ["-d", str(self._folder / "device"), "-K", str(self._folder / "cups/ssl"), "-c", str(self._folder / "mechanism")]
        command += ["-a", str(self._attributes), "Quay mot cua"]
        env = {**self._announcer.env, "HOME": str(self._folder)}
        self._device = Server("ippeveprinter", command, self._folder / "device.log", env)
        self._device.wait_until(lambda: answers("127.0.0.1", self._device_port))

    def stop(self) -> None:
        """Pulls the printer's plug: it answers nobody any more; CUPS keeps running."""
        if self._device is not None:
            self._device.stop(signal.SIGKILL)
            self._device = None

    @contextmanager
    def silent(self) -> Iterator[None]:
        """In the printer's place stands something that takes connections and never says a word."""
        self.stop()
        with socket.create_server(("127.0.0.1", self._device_port)):
            yield

    def plug_usb(self, says: str = "") -> str:
        """Plugs in a printer over USB, which nobody can ask; ``says``: what its driver tells CUPS while it prints. Returns its queue."""
        known = (self._folder / "usb").exists()
        (self._folder / "usb").write_text(says)
        if not known:
            self._run("lpadmin", "-p", usb_backend.QUEUE, "-E", "-v", "usb://Counter/Test", "-m", "raw")
        return usb_backend.QUEUE

    def held(self, title: str) -> list[str]:
        """What the printer was asked for (sides, paper and tray) in its jobs of that name."""
        rows = self._ask(_GET_ORDERED, self._device_uri)
        return [" ".join(row) for row in rows if title in row]

    def wait_until_dropped(self, seconds: float = 30) -> None:
        """Returns once the printer itself has given up its newest job: a machine then prints nothing more of it (the one of the tests
        would, its paper path knows no red button, so the page it holds is thrown away here)."""
        deadline = time.monotonic() + seconds
        while True:
            newest = max((row for row in self._ask(_GET_JOBS, self._device_uri) if row[0].isdigit()), key=lambda row: int(row[0]))
            if newest[1] == "canceled" or "processing-to-stop-point" in newest[2]:
                break
            if time.monotonic() > deadline:
                raise ServerFailed(f"the printer still holds {newest}")
            time.sleep(0.1)
        self.fault("discard")

    def throw_away(self) -> None:
        """Somebody presses the red button on the printer: the job it holds is gone, and nobody told the PC."""
        rows = [row for row in self._ask(_GET_HELD, self._device_uri) if row[0].isdigit()]
        self._ask(_CANCEL.replace("NUMBER", rows[0][0]), self._device_uri)
        self.fault("discard")

    def fault(self, reason: str | None) -> None:
        """Makes the printer hold pages and report a reason; None: mended.

        Reasons ippeveprinter knows: media-jam, media-empty, media-needed, cover-open, input-tray-missing, toner-empty, other. While a job
        is under way it reports them as warnings (`media-jam-warning`).
        """
        (self._folder / "fault").write_text(reason or "")

    def jobs(self) -> list[PrintJob]:
        """All jobs CUPS knows of this queue, by number."""
        rows = [row for row in self._ask(_GET_JOBS) if row[0].isdigit()]
        return sorted((PrintJob(int(row[0]), row[1], tuple(row[2].split(",")), row[3]) for row in rows), key=lambda job: job.id)

    def state_reasons(self) -> tuple[str, ...]:
        """What CUPS says of the printer now (`none`, `media-jam-warning`, `offline-report`, …)."""
        return tuple(self._ask(_GET_REASONS)[-1][1].split(","))

    def job(self, number: int) -> PrintJob:
        return next(job for job in self.jobs() if job.id == number)

    def wait_for(self, number: int, states: frozenset[str] = FINAL_STATES, seconds: float = 60) -> PrintJob:
        """The job once it is in one of the states; raises ServerFailed with CUPS's log when time is up."""
        deadline = time.monotonic() + seconds
        while (job := self.job(number)).state not in states:
            if time.monotonic() > deadline:
                raise ServerFailed(f"job {number} is still {job.state}:\n{self.log_tail()}")
            time.sleep(0.1)
        return job

    def wait_for_reason(self, reason: str, seconds: float = 60) -> None:
        """Returns once CUPS reports this about the printer; raises ServerFailed with CUPS's log when time is up."""
        deadline = time.monotonic() + seconds
        while reason not in self.state_reasons():
            if time.monotonic() > deadline:
                raise ServerFailed(f"CUPS reports {self.state_reasons()}, not {reason}:\n{self.log_tail()}")
            time.sleep(0.1)

    def reset(self) -> None:
        """Cancels what waits, mends the printer, switches it on, empties the tray: a clean start for the next test."""
        # With a fault set the printer may hold a page, also of a job that CUPS has cancelled: mended, it would come out in the next test.
        fault = self._folder / "fault"
        if (fault.exists() and fault.read_text()) or any(job.state not in FINAL_STATES for job in self.jobs()):
            self.stop()
        self.fault(None)
        self._run("cancel", "-a", "-x", QUEUE)
        if (self._folder / "usb").exists():
            self._run("lpadmin", "-x", usb_backend.QUEUE)
            (self._folder / "usb").unlink()
        for job in self.jobs():
            self.wait_for(job.id)
        if self._device is None:
            self.start()
        self._run("cupsenable", QUEUE)
        self._run("cupsaccept", QUEUE)
        for document in self.documents:
            document.unlink()
        usual = Path(__file__).with_name("printer.attributes")
        if self._attributes != usual:
            self.stop()
            self._attributes = usual
            self.start()

    def remove(self) -> None:
        """Ends everything and deletes the folder."""
        self.fault(None)
        self.stop()
        for server in (self._cups, self._announcer):
            if server is not None:
                server.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def log_tail(self) -> str:
        log = self._folder / "cups/error_log"
        if not log.exists():
            return "(no log of CUPS yet)"
        lines = log.read_text(errors="replace").splitlines()
        return "\n".join([line for line in lines if "[Job" in line or line[0] in "EWN"][-60:])

    @property
    def _device_uri(self) -> str:
        return f"ipp://127.0.0.1:{self._device_port}/ipp/print"

    def _start_cups(self) -> None:
        files = _CUPS_FILES.format(folder=self._folder, group="root" if os.geteuid() == 0 else _own_group())
        if os.geteuid() == 0:
            files += "User lp\nGroup lp\n"
        (self._folder / "cups/cups-files.conf").write_text(files)
        usb_backend.install(self._folder / "cups/bin", self._folder)
        (self._folder / "cups/cupsd.conf").write_text(_CUPSD.format(port=self._cups_port))
        command = [require("cupsd", "cups-daemon"), "-c", str(self._folder / "cups/cupsd.conf")]
        command += ["-s", str(self._folder / "cups/cups-files.conf")]
        check = subprocess.run([*command, "-t"], capture_output=True, text=True)  # cupsd itself complains to the system's log only
        if check.returncode:
            raise ServerFailed(f"cupsd refuses its configuration: {check.stdout}{check.stderr}")
        self._cups = Server("cupsd", [*command, "-f"], self._folder / "cupsd.log", self._announcer.env)
        self._cups.wait_until(lambda: answers("127.0.0.1", self._cups_port))

    def _ask(self, question: str, uri: str = "") -> list[list[str]]:
        request = self._folder / "question.test"
        request.write_text(question)
        command = [require("ipptool", "cups-ipp-utils"), "-c", uri or f"ipp://127.0.0.1:{self._cups_port}/printers/{QUEUE}", str(request)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        if done.returncode:
            raise ServerFailed(f"ipptool: {done.stdout}{done.stderr}\n{self.log_tail()}")
        return [row for row in csv.reader(done.stdout.splitlines()) if row]

    def _run(self, program: str, *arguments: str) -> str:
        command = [require(program, "cups-client"), "-h", self.server, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise ServerFailed(f"{program} failed with code {done.returncode}: {done.stdout}{done.stderr}\n{self.log_tail()}")
        return done.stdout


def _own_group() -> str:
    import grp  # not on Windows, where this module must still import

    return grp.getgrgid(os.getgid()).gr_name


@pytest.fixture(scope="session")
def _ipp_printer_of_session() -> Iterator[IppPrinter]:
    printer = IppPrinter()
    try:
        printer.open()
        yield printer
    finally:
        printer.remove()


@pytest.fixture
def ipp_printer(_ipp_printer_of_session: IppPrinter) -> Iterator[IppPrinter]:
    """A real printer, switched on, with an empty tray. One server for the session; every test leaves it clean."""
    yield _ipp_printer_of_session
    _ipp_printer_of_session.reset()
