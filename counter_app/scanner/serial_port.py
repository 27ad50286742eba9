"""Scanners in COM mode (USB CDC or a real serial line): a reader thread that survives unplugging.

COM mode is the right mode for identity cards: bytes arrive as printed, no keyboard layout or input method touches them. The
reader decodes itself, because a driver's guess of the encoding is what garbles Vietnamese names.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import serial
from serial.tools import list_ports as tools

from counter_app.scanner.gate import MAX_TEXT
from counter_app.scanner.raw import RawScan, Source

log = logging.getLogger(__name__)

SILENCE_S = 0.080
"""A scanner that sends no line end is done when it is quiet this long (at 9600 baud a character takes 1 ms)."""
DEFAULT_BAUD = 9600
"""USB scanners ignore the speed; the few real serial ones leave the factory with this one."""
RETRY_S = 1.0
_POLL_S = 0.02
_ID = re.compile(r"\A([0-9A-Fa-f]{4}):([0-9A-Fa-f]{4})\Z")


class PortState(Enum):
    """What the reader tells about its device."""

    OPEN = "open"
    LOST = "lost"
    """It was there and is gone (unplugged, switched off)."""
    ABSENT = "absent"
    """It was not there when the reader started; the reader keeps looking."""
    REFUSED = "refused"
    """It is there but cannot be opened: another program has it, or no permission."""


@dataclass(frozen=True, slots=True)
class PortInfo:
    """A serial port of this PC. ``usb_id`` is "VID:PID" in upper-case hexadecimal, empty for a port that is not USB."""

    name: str
    title: str
    usb_id: str = ""


def list_ports() -> list[PortInfo]:
    """The serial ports there are now, USB devices first: those are the scanners."""
    ports = []
    for port in tools.comports():
        if not _is_there(port.device):
            continue
        usb_id = f"{port.vid:04X}:{port.pid:04X}" if port.vid is not None and port.pid is not None else ""
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


def resolve_port(wanted: str) -> str | None:
    """The device name for a setting: a name as it is, a "VID:PID" as the port that has it now (the name of a USB port changes
    with the socket). None while no such device is plugged in."""
    if not _ID.match(wanted):
        return wanted
    return next((port.name for port in list_ports() if port.usb_id == wanted.upper()), None)


class Lines:
    """Bytes in, whole scans out: ended by CR, LF or silence. Not thread-safe."""

    def __init__(self, silence_s: float = SILENCE_S) -> None:
        self._silence_s = silence_s
        self._bytes = bytearray()
        self._last = 0.0

    def feed(self, data: bytes, now: float) -> list[bytes]:
        """The lines that ``data`` completes. A text longer than any code is cut off where it gets too long."""
        self._bytes += data
        self._last = now
        *whole, rest = re.split(rb"[\r\n]+", bytes(self._bytes))
        self._bytes = bytearray(rest)
        if len(self._bytes) > MAX_TEXT * 4:
            whole.append(bytes(self._bytes))
            self._bytes.clear()
        return [line for line in whole if line.strip(b" \0\x02\x03")]

    def silence(self, now: float) -> list[bytes]:
        """The unfinished line, if nothing came for long enough."""
        if not self._bytes or now - self._last < self._silence_s:
            return []
        line = bytes(self._bytes)
        self._bytes.clear()
        return [line] if line.strip(b" \0\x02\x03") else []


def decode_line(line: bytes) -> tuple[str, str | None]:
    """Text of a scan, and "encoding" when the bytes are no UTF-8.

    Then each byte becomes the Latin-1 character of its number: nothing is lost, an ASCII code inside stays whole, and a card
    that was encoded twice can still be repaired by ``domain.identity``.
    """
    try:
        return line.decode("utf-8"), None
    except UnicodeDecodeError:
        return line.decode("latin-1"), "encoding"


class SerialScanner:
    """One scanner on one port, read by its own thread from `start` to `stop`.

    ``on_scan`` and ``on_state`` are called **on that thread**: pass something that queues (a Qt signal's ``emit``).
    ``port`` is a device name or "VID:PID". A device that disappears is reported once and reopened when it is back.
    """

    def __init__(
        self,
        port: str,
        on_scan: Callable[[RawScan], None],
        on_state: Callable[[PortState], None] = lambda state: None,
        baud: int = DEFAULT_BAUD,
        retry_s: float = RETRY_S,
    ) -> None:
        self._port, self._baud, self._retry_s = port, baud, retry_s
        self._on_scan, self._on_state = on_scan, on_state
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._state: PortState | None = None

    def start(self) -> None:
        """Begin reading; returns at once. A second call does nothing."""
        if self._thread is None:
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name="serial-scanner", daemon=True)
            self._thread.start()

    def stop(self, timeout: float = 3.0) -> bool:
        """End the thread and release the port; False if a driver held it longer than ``timeout`` seconds."""
        self._stop.set()
        if self._thread is None:
            return True
        self._thread.join(timeout)
        ended = not self._thread.is_alive()
        if ended:
            self._thread = None
        return ended

    def _run(self) -> None:
        while not self._stop.is_set():
            name = resolve_port(self._port)
            if name is None:
                self._tell(PortState.LOST if self._state in (PortState.OPEN, PortState.LOST) else PortState.ABSENT)
            else:
                self._session(name)
            self._stop.wait(self._retry_s)

    def _session(self, name: str) -> None:
        """Read until the device fails or the reader is stopped."""
        was_open = self._state in (PortState.OPEN, PortState.LOST)
        try:
            device = serial.Serial(name, self._baud, timeout=_POLL_S)
        except (serial.SerialException, OSError, ValueError) as error:
            missing = isinstance(error, FileNotFoundError) or getattr(error, "errno", None) == 2 or "FileNotFound" in str(error)
            gone = PortState.LOST if was_open else PortState.ABSENT
            self._tell(gone if missing else PortState.REFUSED)
            return
        self._tell(PortState.OPEN)
        lines = Lines()
        try:
            with device:
                while not self._stop.is_set():
                    data = device.read(max(1, device.in_waiting))
                    now = time.monotonic()
                    for line in lines.feed(data, now) if data else lines.silence(now):
                        text, note = decode_line(line)
                        self._on_scan(RawScan(text, Source.SERIAL, now, note=note))
        except (serial.SerialException, OSError, TypeError) as error:
            # TypeError: pyserial's answer to a descriptor that vanished while it waited.
            log.warning("serial scanner lost: %s", type(error).__name__)
            self._tell(PortState.LOST)

    def _tell(self, state: PortState) -> None:
        if state is not self._state:
            self._state = state
            self._on_state(state)


__all__ = ["PortInfo", "PortState", "SerialScanner", "decode_line", "list_ports", "resolve_port"]
