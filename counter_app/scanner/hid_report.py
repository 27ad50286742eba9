"""Input reports of HID-POS scanners (USB HID Point of Sale Usage Tables 1.02, page 0x8C) to whole texts.

A scanner in this mode sends what it read in reports of 64 bytes, untouched by keyboard layouts and input methods. Where the parts
stand is written in the device's report descriptor; two layouts are common and are used where no descriptor can be read:

- with symbology identifier (Honeywell, Access-IS and others): number 2, length, three characters of the AIM identifier, 56 bytes of
  text, one byte of the maker, a reserved byte, "to be continued";
- without (Newland, ID TECH): number 2, length, 56 bytes of text, four reserved bytes, one byte of the maker, "to be continued".
"""

from __future__ import annotations

from dataclasses import dataclass, field

from counter_app.scanner.gate import MAX_TEXT

PAGE = 0x8C
_SYMBOLOGY_1, _DECODED, _CONTINUED = 0xFB, 0xFE, 0xFF
_GENERIC_PAGE, _BYTE_COUNT = 0x01, 0x3B
MORE_S = 1.0
"""The next part of a text follows within milliseconds; after this long it never will."""
_AIM_NAMES = {"A": "code39", "C": "code128", "E": "ean", "G": "code93", "I": "itf", "L": "pdf417", "Q": "qr", "d": "datamatrix",
              "z": "aztec"}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of a report stand, in bytes from its start (the report's number included). ``aim_at`` is None where the
    device tells no symbology."""

    report_id: int
    length_at: int
    data_at: int
    data_size: int
    aim_at: int | None
    more_at: int | None


WITH_AIM = Layout(report_id=2, length_at=1, data_at=5, data_size=56, aim_at=2, more_at=63)
WITHOUT_AIM = Layout(report_id=2, length_at=1, data_at=2, data_size=56, aim_at=None, more_at=63)
_MAKERS_WITHOUT_AIM = frozenset({0x1EAB})


def layout_of_maker(vendor: int) -> Layout:
    """The layout of a device whose descriptor cannot be read."""
    return WITHOUT_AIM if vendor in _MAKERS_WITHOUT_AIM else WITH_AIM


@dataclass(slots=True)
class _Reading:
    """State while a descriptor is read: the global items, the usages since the last main item, and the fields found."""

    page: int = 0
    size: int = 0
    count: int = 0
    report: int = 0
    usages: list[int] = field(default_factory=list)
    used_bits: dict[int, int] = field(default_factory=dict)
    at: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    is_scanner: bool = False

    def field_found(self) -> None:
        start = self.used_bits.get(self.report, 8 if self.report else 0)
        for number in range(self.count):
            usage = self.usages[min(number, len(self.usages) - 1)] if self.usages else 0
            self.at.setdefault((self.report, usage), (start + number * self.size, self.count * self.size))
        self.used_bits[self.report] = start + self.size * self.count


def read_descriptor(descriptor: bytes) -> Layout | None:
    """The layout that a report descriptor declares for decoded data; None when it is no bar code scanner's, or damaged."""
    state, at = _Reading(), 0
    while at < len(descriptor):
        prefix = descriptor[at]
        size = (0, 1, 2, 4)[prefix & 3]
        if prefix == 0xFE or at + size >= len(descriptor):
            return None
        value = int.from_bytes(descriptor[at + 1 : at + 1 + size], "little")
        at += 1 + size
        match prefix & 0xFC:
            case 0x04:
                state.page = value
            case 0x74:
                state.size = value
            case 0x94:
                state.count = min(value, 4096)
            case 0x84:
                state.report = value
            case 0x08:
                state.usages.append(value if size == 4 else state.page << 16 | value)
            case 0x80:
                state.field_found()
                state.usages.clear()
            case 0xA0:
                state.is_scanner |= value == 1 and any(usage >> 16 == PAGE for usage in state.usages)
                state.usages.clear()
            case 0x90 | 0xB0 | 0xC0:
                state.usages.clear()
    return _layout(state) if state.is_scanner else None


def _layout(state: _Reading) -> Layout | None:
    def byte_of(report: int, page: int, usage: int) -> int | None:
        found = state.at.get((report, page << 16 | usage))
        return None if found is None else found[0] // 8

    for report, usage in list(state.at):
        if usage != PAGE << 16 | _DECODED:
            continue
        start, bits = state.at[report, usage]
        length = byte_of(report, _GENERIC_PAGE, _BYTE_COUNT)
        aim = byte_of(report, PAGE, _SYMBOLOGY_1)
        first = start // 8
        # Some makers declare the length with a usage of their own: it stands right after the report's number.
        return Layout(report, 1 if length is None and report else length or 0, first, bits // 8, aim, byte_of(report, PAGE, _CONTINUED))
    return None


@dataclass(frozen=True, slots=True)
class HidText:
    """One whole text: its bytes, and the AIM identifier ("]C1") where the device tells it. ``cut``: longer than any code."""

    data: bytes = field(repr=False)
    aim: str = ""
    cut: bool = False

    @property
    def symbology(self) -> str | None:
        """A name like those of the camera; None when it is not known."""
        return _AIM_NAMES.get(self.aim[1:2])


class Reports:
    """Reports in, whole texts out; parts of one text are joined. Not thread-safe."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._forget()
        self.refused = 0
        """Reports that were no decoded data (other numbers, lengths that cannot be): counted, not used."""

    def _forget(self) -> None:
        self._parts = bytearray()
        self._aim = ""
        self._last: float | None = None
        self._cut = False

    def feed(self, report: bytes, now: float) -> HidText | None:
        """The text that ``report`` completes, if it does. A part whose rest never came is dropped: half a code is a wrong one."""
        layout = self._layout
        if self._last is not None and now - self._last > MORE_S:
            self._forget()
        if len(report) <= layout.data_at or (layout.report_id and report[0] != layout.report_id):
            self.refused += 1
            return None
        length = report[layout.length_at]
        if not 0 < length <= layout.data_size or layout.data_at + length > len(report):
            self.refused += 1
            self._forget()
            return None
        aim = _aim(report, layout)
        if self._last is not None and aim != self._aim:
            self._forget()  # the rest of the text before was lost
        self._aim, self._last = aim, now
        if len(self._parts) < MAX_TEXT * 4:
            self._parts += report[layout.data_at : layout.data_at + length]
        else:
            self._cut = True
        if layout.more_at is not None and layout.more_at < len(report) and report[layout.more_at] & 1:
            return None
        text = HidText(bytes(self._parts), self._aim, self._cut)
        self._forget()
        return text


def _aim(report: bytes, layout: Layout) -> str:
    if layout.aim_at is None:
        return ""
    three = report[layout.aim_at : layout.aim_at + 3].decode("latin-1")
    return three if three[:1] == "]" and three[1:].isalnum() else ""


__all__ = ["HidText", "Layout", "Reports", "WITHOUT_AIM", "WITH_AIM", "layout_of_maker", "read_descriptor"]
