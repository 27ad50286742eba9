"""HID-POS scanners: which are plugged in, and a reader for one.

Linux: /dev/hidraw*, no library; the stable name comes from sysfs. Reading needs a udev rule that gives the desk's user access
(docs/scanning.md). Windows: the hidapi library; see docs/decisions/0016.
"""

from __future__ import annotations

import logging
import os
import re
import select
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from counter_app.scanner.hid_report import HidText, Layout, Reports, layout_of_maker, read_descriptor
from counter_app.scanner.raw import Arrival, RawScan, Source
from counter_app.scanner.reader import RETRY_S, DeviceReader, PortState
from counter_app.scanner.serial_port import decode_line

log = logging.getLogger(__name__)

_POLL_S = 0.25
_REPORT = 1024
_HIDRAW = Path("/sys/class/hidraw")


@dataclass(frozen=True, slots=True)
class HidInfo:
    """A scanner in HID-POS mode. ``id``: "VID:PID", of two alike with the serial number or the place behind it ("VID:PID@…");
    ``path`` is its name now."""

    id: str
    title: str
    path: str
    layout: Layout


def list_hid(classes: Path = _HIDRAW, devices: Path = Path("/dev")) -> list[HidInfo]:
    """The HID-POS scanners plugged in now."""
    found = _list_windows() if sys.platform == "win32" else _list_linux(classes, devices)
    ids = [info.id.partition("@")[0] for info in found]
    return [info if ids.count(usb) > 1 else HidInfo(usb, info.title, info.path, info.layout)
            for info, usb in zip(found, ids, strict=True)]


def _list_linux(classes: Path, devices: Path) -> list[HidInfo]:
    found = []
    for node in sorted(classes.glob("hidraw*")) if classes.is_dir() else ():
        try:
            layout = read_descriptor((node / "device" / "report_descriptor").read_bytes())
            facts = dict(re.findall(r"^(\w+)=(.*)$", (node / "device" / "uevent").read_text("utf-8", "replace"), re.MULTILINE))
        except OSError:
            continue
        usb = re.fullmatch(r"[0-9A-F]{4}:0000([0-9A-F]{4}):0000([0-9A-F]{4})", facts.get("HID_ID", "").upper())
        if layout is None or usb is None:
            continue
        place = facts.get("HID_UNIQ") or facts.get("HID_PHYS") or node.name
        title = facts.get("HID_NAME") or "HID-POS"
        found.append(HidInfo(f"{usb[1]}:{usb[2]}@{place}", title, str(devices / node.name), layout))
    return found


def _list_windows() -> list[HidInfo]:
    import hid

    return [
        HidInfo(f"{d['vendor_id']:04X}:{d['product_id']:04X}@{d['serial_number'] or d['path'].decode('ascii', 'replace')}",
                " ".join(filter(None, (d["manufacturer_string"], d["product_string"]))) or "HID-POS",
                d["path"].decode("ascii", "replace"), layout_of_maker(d["vendor_id"]))
        for d in hid.enumerate() if d["usage_page"] == 0x8C
    ]


class _Device(Protocol):
    def read(self, seconds: float) -> bytes:
        """One report, empty when none came in time. Raises OSError when the device is gone."""
        ...

    def close(self) -> None: ...


class _Descriptor:
    """A hidraw node (or anything that gives one report a read)."""

    def __init__(self, path: str) -> None:
        self._fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    def read(self, seconds: float) -> bytes:
        ready, _, _ = select.select([self._fd], [], [], seconds)
        if not ready:
            return b""
        try:
            report = os.read(self._fd, _REPORT)
        except BlockingIOError:
            return b""
        if not report:
            raise OSError("device gone")
        return report

    def close(self) -> None:
        os.close(self._fd)


class _WindowsDevice:
    def __init__(self, path: str) -> None:
        import hid

        self._device = hid.device()
        self._device.open_path(path.encode("ascii"))

    def read(self, seconds: float) -> bytes:
        return bytes(self._device.read(_REPORT, timeout_ms=int(seconds * 1000)))

    def close(self) -> None:
        self._device.close()


def open_device(path: str) -> _Device:
    """Open one for reading. Raises OSError."""
    return _WindowsDevice(path) if sys.platform == "win32" else _Descriptor(path)


def readable(path: str) -> bool:
    """May this account read the device? (Windows decides when it is opened.)"""
    return sys.platform == "win32" or os.access(path, os.R_OK)


class HidScanner(DeviceReader):
    """One HID-POS scanner; see `DeviceReader`. ``device`` is an id of `list_hid`."""

    thread_name = "hid-scanner"

    def __init__(
        self,
        device: str,
        on_scan: Callable[[RawScan], None],
        on_state: Callable[[PortState], None] = lambda state: None,
        retry_s: float = RETRY_S,
        devices: Callable[[], list[HidInfo]] = list_hid,
    ) -> None:
        super().__init__(on_scan, on_state, retry_s)
        self._wanted, self._devices = device, devices
        self._layout: Layout | None = None

    def _find(self) -> str | None:
        usb = self._wanted.partition("@")[0]
        alike = [info for info in self._devices() if info.id.partition("@")[0] == usb]
        chosen = next((info for info in alike if info.id == self._wanted), alike[0] if len(alike) == 1 else None)
        if chosen is None:
            return None
        self._layout = chosen.layout
        return chosen.path

    def _session(self, name: str) -> None:
        try:
            device = open_device(name)
        except FileNotFoundError:
            self._gone()
            return
        except OSError:
            self._tell(PortState.REFUSED)
            return
        self._tell(PortState.OPEN)
        assert self._layout is not None
        reports = Reports(self._layout)
        try:
            while not self._stop.is_set():
                report = device.read(_POLL_S)
                now = time.monotonic()
                if report and (text := reports.feed(report, now)):
                    self._on_scan(_scan(text, now))
        except (OSError, ValueError) as error:
            log.warning("HID scanner lost: %s", type(error).__name__)
            self._tell(PortState.LOST)
        finally:
            device.close()


def _scan(text: HidText, now: float) -> RawScan:
    decoded, note = decode_line(text.data)
    note = "encoding" if note == "line-speed" else note  # a report has no speed
    return RawScan(decoded, Source.HID, now, text.symbology, "cut-off" if text.cut else note,
                   Arrival(text.aim + decoded, end="report"))


__all__ = ["HidInfo", "HidScanner", "list_hid", "readable"]
