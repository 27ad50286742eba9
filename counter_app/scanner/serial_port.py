"""Scanners in COM mode (USB CDC or a real serial line): a reader thread that survives unplugging.

COM mode is the right mode for identity cards: bytes arrive as printed, no keyboard layout or input method touches them. The
reader decodes itself, because a driver's guess of the encoding is what garbles Vietnamese names.
"""

from __future__ import annotations

import logging
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import serial
from serial.tools import list_ports as tools

from counter_app.scanner.gate import MAX_TEXT
from counter_app.scanner.raw import Arrival, RawScan, Source
from counter_app.scanner.reader import RETRY_S, DeviceReader, PortState

log = logging.getLogger(__name__)

SILENCE_S = 0.080
"""A scanner that sends no line end is done when it is quiet this long (at 9600 baud a character takes 1 ms)."""
DEFAULT_BAUD = 9600
"""USB scanners ignore the speed; the few real serial ones leave the factory with this one."""
BAUDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)
_POLL_S = 0.02
_ID = re.compile(r"\A([0-9A-Fa-f]{4}:[0-9A-Fa-f]{4})(?:@(.+))?\Z")
_ENDS = {b"\r": "cr", b"\n": "lf", b"\r\n": "cr-lf"}
_STRANGE = re.compile(rb"[^\x20-\x7e]")


@dataclass(frozen=True, slots=True)
class PortInfo:
    """A serial port of this PC. ``usb_id`` is "VID:PID" in upper-case hexadecimal, empty for a port that is not USB; of two alike
    each also has its place, "VID:PID@1-4.2"."""

    name: str
    title: str
    usb_id: str = ""


def list_ports() -> list[PortInfo]:
    """The serial ports there are now, USB devices first: those are the scanners."""
    found = [port for port in tools.comports() if _is_there(port.device)]
    ids = {port.device: f"{port.vid:04X}:{port.pid:04X}" for port in found if port.vid is not None and port.pid is not None}
    count = Counter(ids.values())
    ports = []
    for port in found:
        usb_id = ids.get(port.device, "")
        if count[usb_id] > 1 and port.location:
            usb_id = f"{usb_id}@{port.location}"
        title = " ".join(filter(None, (port.manufacturer, port.product))) or port.description or port.device
        ports.append(PortInfo(port.device, title, usb_id))
    return sorted(ports, key=lambda p: (not p.usb_id, p.name))


def _is_there(device: str, classes: Path = Path("/sys/class/tty")) -> bool:
    """Is there hardware behind the name? Linux makes /dev/ttyS0 to ttyS3 (often up to 31) whether or not a chip answers; where none
    does, the kernel says type 0. The system's own console is no place for a scanner either. Unknown counts as there."""
    if not device.startswith("/dev/ttyS"):
        return True
    name = device.removeprefix("/dev/")
    return _word(classes / name / "type") != "0" and name not in _word(classes / "console" / "active").split()


def _word(file: Path) -> str:
    try:
        return file.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


def resolve_port(wanted: str, ports: Callable[[], list[PortInfo]] = list_ports) -> str | None:
    """The device name for a setting: a name as it is, a "VID:PID" as the port that has it now (the name of a USB port changes with the
    socket), a "VID:PID@place" as the one in that socket, or the only one of its kind. None while no such device is plugged in."""
    match = _ID.match(wanted)
    if not match:
        return wanted
    usb_id = match[1].upper()
    alike = [port for port in ports() if port.usb_id.partition("@")[0] == usb_id]
    if match[2]:
        alike = [port for port in alike if port.usb_id in (f"{usb_id}@{match[2]}", usb_id)]
    return alike[0].name if alike else None


@dataclass(frozen=True, slots=True)
class Line:
    """The bytes of one scan and what ended them: ``cr lf cr-lf silence``, or ``cut`` for what was too long for any code."""

    data: bytes
    end: str


class Lines:
    """Bytes in, whole scans out: ended by CR, LF or silence. Not thread-safe."""

    def __init__(self, silence_s: float = SILENCE_S) -> None:
        self._silence_s = silence_s
        self._bytes = bytearray()
        self._last = 0.0

    def feed(self, data: bytes, now: float) -> list[Line]:
        """The lines that ``data`` completes. A text longer than any code is cut off where it gets too long."""
        self._bytes += data
        self._last = now
        *whole, rest = re.split(rb"(\r\n|\r|\n)", bytes(self._bytes))
        self._bytes = bytearray(rest)
        lines = [Line(line, _ENDS[end]) for line, end in zip(whole[::2], whole[1::2], strict=True)]
        if len(self._bytes) > MAX_TEXT * 4:
            lines.append(Line(bytes(self._bytes), "cut"))
            self._bytes.clear()
        return [line for line in lines if line.data.strip(b" \0\x02\x03")]

    def silence(self, now: float) -> list[Line]:
        """The unfinished line, if nothing came for long enough."""
        if not self._bytes or now - self._last < self._silence_s:
            return []
        line = bytes(self._bytes)
        self._bytes.clear()
        return [Line(line, "silence")] if line.strip(b" \0\x02\x03") else []


def decode_line(line: bytes) -> tuple[str, str | None]:
    """Text of a scan, and "encoding" when the bytes are no UTF-8, "line-speed" when hardly one of them is a letter or a digit (that
    is what another speed looks like).

    Then each byte becomes the Latin-1 character of its number: nothing is lost, an ASCII code inside stays whole, and a card
    that was encoded twice can still be repaired by ``domain.identity``.
    """
    noise = len(_STRANGE.findall(line.strip(b"\0\x02\x03\t\x1d")))
    try:
        return line.decode("utf-8"), "line-speed" if _is_noise(line) else None
    except UnicodeDecodeError:
        return line.decode("latin-1"), "line-speed" if noise * 2 > len(line) else "encoding"


def _is_noise(line: bytes) -> bool:
    """Valid UTF-8 all the same: control characters between 1 and 31 are no part of any code."""
    return sum(byte < 32 and byte not in (0, 2, 3, 9, 29) for byte in line) * 4 > len(line)


class SerialScanner(DeviceReader):
    """One scanner on one port; see `DeviceReader`. ``port`` is a device name, "VID:PID" or "VID:PID@place"."""

    thread_name = "serial-scanner"

    def __init__(
        self,
        port: str,
        on_scan: Callable[[RawScan], None],
        on_state: Callable[[PortState], None] = lambda state: None,
        baud: int = DEFAULT_BAUD,
        retry_s: float = RETRY_S,
    ) -> None:
        super().__init__(on_scan, on_state, retry_s)
        self._port, self._baud = port, baud

    def _find(self) -> str | None:
        return resolve_port(self._port)

    def _session(self, name: str) -> None:
        try:
            device = serial.Serial(name, self._baud, timeout=_POLL_S)
        except (serial.SerialException, OSError, ValueError) as error:
            missing = isinstance(error, FileNotFoundError) or getattr(error, "errno", None) == 2 or "FileNotFound" in str(error)
            if missing:
                self._gone()
            else:
                self._tell(PortState.REFUSED)
            return
        self._tell(PortState.OPEN)
        lines = Lines()
        try:
            with device:
                while not self._stop.is_set():
                    data = device.read(max(1, device.in_waiting))
                    now = time.monotonic()
                    for line in lines.feed(data, now) if data else lines.silence(now):
                        self._on_scan(_scan(line, now))
        except (serial.SerialException, OSError, TypeError) as error:
            # TypeError: pyserial's answer to a descriptor that vanished while it waited.
            log.warning("serial scanner lost: %s", type(error).__name__)
            self._tell(PortState.LOST)


def _scan(line: Line, now: float) -> RawScan:
    text, note = decode_line(line.data)
    if line.end == "cut" and note is None:
        note = "cut-off"
    return RawScan(text, Source.SERIAL, now, note=note, arrival=Arrival(text, end=line.end))


__all__ = ["BAUDS", "DEFAULT_BAUD", "Line", "Lines", "PortInfo", "PortState", "SerialScanner", "decode_line", "list_ports", "resolve_port"]
