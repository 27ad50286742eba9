"""What an arrival tells about the set-up of a scanner: how it came, what it is, what is wrong and what to do about it.

Pure: the page "Thử máy quét" shows it, tests and scripts may ask it. Personal data is masked here, before anybody shows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from statistics import median
from typing import Literal

from counter_app.domain.check_codes import BY_TEXT, CHECK_CODES, KEYS, CheckCode
from counter_app.scanner.classify import CitizenCard, OtherCard, Scan, Unknown, classify
from counter_app.scanner.gate import Wrapping, clean
from counter_app.scanner.keystrokes import MAX_GAP_S, MEDIAN_GAP_S
from counter_app.scanner.known import known_code
from counter_app.scanner.raw import NOTES_VI, RawScan, Source
from counter_app.scanner.repair import has_vietnamese_letters, repair
from onestop.codes import CodeBook
from onestop.text import fold

Level = Literal["ok", "info", "warning", "danger"]

DOUBLE_S = 1.5
HAND_S = 0.060
"""Nobody's scanner is that slow; this is a person at the keyboard."""
_SHOWN = 400
_CONTROL = {0: "NUL", 2: "STX", 3: "ETX", 9: "TAB", 10: "LF", 13: "CR", 27: "ESC", 29: "GS", 30: "RS", 31: "US", 127: "DEL"}
_ENDS = {"enter": "Enter", "tab": "Tab", "silence": "không có phím kết thúc", "cr": "CR", "lf": "LF", "cr-lf": "CR LF", "report": "gói HID",
         "cut": "bị cắt vì quá dài"}
_CHANNELS = {
    Source.WEDGE: "Bàn phím (USB HID keyboard)", Source.SERIAL: "Cổng COM", Source.HID: "HID-POS", Source.CAMERA: "Camera",
    Source.FILE: "Tệp hình", Source.TYPED: "Gõ tay",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed: a stable code, how bad it is, what it is, and what to do (empty: nothing)."""

    code: str
    level: Level
    what: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """An arrival in words. ``received``: what came, control characters visible, personal data masked. ``check``: the code of the test
    card this is, ``nearly``: the one it would be if nothing were wrong."""

    channel: str
    received: str
    length: int
    timing: str
    end: str
    aim: str
    scan: Scan
    findings: tuple[Finding, ...]
    check: CheckCode | None = None
    nearly: CheckCode | None = None

    @property
    def good(self) -> bool:
        """Nothing that needs a hand."""
        return all(finding.level in ("ok", "info") for finding in self.findings)


def diagnose(raw: RawScan, book: CodeBook, wrapping: Wrapping | None = None, before: RawScan | None = None) -> Diagnosis:
    """Look at one arrival; ``before`` is the one before it, for double delivery."""
    wrapping = wrapping or Wrapping()
    received = raw.arrival.received or raw.text
    plain, placed = (clean(text, wrapping.prefix, wrapping.suffix) for text in (received, raw.arrival.by_position))
    code = known_code(book)

    def proves(text: str) -> bool:
        return text in BY_TEXT or code(text)

    fixed, note = repair(plain, proves, placed)
    scan = classify(fixed, book)
    check = BY_TEXT.get(fixed)
    aim = re.match(r"[\0-\x20]*(\][A-Za-z][0-9A-Za-z])", received)
    told = (*_keyboard(raw, plain, note), *_damage(raw, scan, fixed), *_delivery(raw, before, wrapping),
            *_wrapped(plain, scan, book, proves))
    findings = list({finding.code: finding for finding in told}.values())
    if all(finding.level == "info" and finding.code != "by-hand" for finding in findings):
        findings.insert(0, Finding("fine", "ok", "Máy quét gửi đúng, chương trình đọc được ngay."))
    return Diagnosis(_CHANNELS[raw.source], shown(received, scan), len(received), _timing(raw), _ENDS.get(raw.arrival.end, ""),
                     aim[1] if aim else "", scan, tuple(findings), check if note is None else None, check or _nearly(fixed))


def shown(text: str, scan: Scan) -> str:
    """A text as the screen may show it: control characters by name, letters and digits of persons as dots (signs stay: a ``?`` in a
    name is what one looks for)."""
    if (isinstance(scan, CitizenCard | OtherCard) and text not in BY_TEXT) or (
            isinstance(scan, Unknown) and (scan.why in ("incomplete-card", "id-number") or text.count("|") > 2)):
        text = "".join("•" if char.isalnum() and ord(char) < 0x2000 else char for char in text)
    cut = text[:_SHOWN] + ("…" if len(text) > _SHOWN else "")
    return "".join(f"<{_CONTROL.get(ord(c), format(ord(c), '02X'))}>" if ord(c) < 32 or 127 <= ord(c) < 160 else c for c in cut)


def _timing(raw: RawScan) -> str:
    gaps = raw.arrival.gaps
    if not gaps:
        return ""
    return f"{median(gaps) * 1000:.0f} ms một ký tự, chậm nhất {max(gaps) * 1000:.0f} ms"


def _keyboard(raw: RawScan, plain: str, note: str | None) -> list[Finding]:
    """Caps Lock, layout, input method: proven by the grammar or by a code of the test card."""
    found: list[Finding] = []
    if note in ("caps-lock", "keyboard-layout", "input-method"):
        found.append(_setting(note))
    elif raw.source is Source.WEDGE and (raw.arrival.rewritten or _nearly_a_check_code(plain)):
        marks = raw.arrival.rewritten or has_vietnamese_letters(plain)
        found.append(_setting("input-method" if marks else "keyboard-layout"))
    elif raw.source is Source.WEDGE and _lower_case_code(plain):
        found.append(_setting("caps-lock"))
    return found


def _setting(code: str) -> Finding:
    do = {
        "caps-lock": "Tắt phím Caps Lock; nếu vẫn vậy, tắt mục “đổi chữ hoa/thường” (Case conversion) của máy quét.",
        "keyboard-layout": "Đặt bàn phím của Windows/Linux kiểu US và “Keyboard country” của máy quét là USA.",
        "input-method": "Chuyển UniKey/EVKey sang E (tiếng Anh) khi quét, hoặc cho máy quét dùng cổng COM/HID-POS.",
    }[code]
    what = {
        "caps-lock": "Chữ hoa và chữ thường bị đảo: Caps Lock đang bật.",
        "keyboard-layout": "Ký tự bị đổi chỗ: kiểu bàn phím của máy tính khác kiểu của máy quét.",
        "input-method": "Bộ gõ tiếng Việt (Telex/VNI) đã đổi chữ mà máy quét gửi.",
    }[code]
    return Finding(code, "warning", what, do)


def _nearly_a_check_code(plain: str) -> bool:
    """The keys of the test card, come as something else."""
    if plain in BY_TEXT or not plain:
        return False
    return abs(len(plain) - len(KEYS)) <= 6 and SequenceMatcher(None, plain.lower(), KEYS.lower(), autojunk=False).ratio() > 0.5


def _nearly(text: str) -> CheckCode | None:
    """The code of the test card that this was before it was damaged."""
    if _nearly_a_check_code(text):
        return BY_TEXT[KEYS]
    if _torn(text):
        return next(code for code in CHECK_CODES if code.id == ("card" if text.startswith("000099000000") else "qr"))
    return next((code for code in CHECK_CODES if code.id == "card"), None) if text.startswith("000099000000") else None


def _lower_case_code(plain: str) -> bool:
    return bool(re.fullmatch(r"[0-9.]*[a-z]\d{2}[0-9.]*-\d{6,8}-\d{4,7}", plain))


def _damage(raw: RawScan, scan: Scan, text: str) -> list[Finding]:
    """Letters that were lost or changed on the way."""
    found: list[Finding] = []
    if raw.note in ("encoding", "line-speed", "flood", "cut-off"):
        found.append(Finding(raw.note, "danger", *_halves(NOTES_VI[raw.note])))
    lost = isinstance(scan, CitizenCard) and {"garbled", "marks-missing", "marks-repaired"} & set(scan.card.warnings)
    incomplete = isinstance(scan, Unknown) and scan.why == "incomplete-card"
    if lost or incomplete or _torn(text):
        do = {
            Source.WEDGE: "Máy quét kiểu bàn phím không gửi được dấu: chuyển sang cổng COM hoặc HID-POS (xem tờ hướng dẫn), hoặc dùng "
                          "camera.",
            Source.SERIAL: "Đặt bộ mã ký tự (character set) của máy quét là UTF-8 hoặc “gửi nguyên” (binary, transparent).",
        }.get(raw.source, "Đặt bộ mã ký tự (character set) của máy quét là UTF-8.")
        found.append(Finding("marks-lost", "danger", "Chữ có dấu tiếng Việt bị hỏng hoặc mất trên đường truyền.", do))
    return found


def _torn(text: str) -> bool:
    """Is this the card's Vietnamese text with its marks lost, or read in a wrong encoding?"""
    if text in BY_TEXT or len(text) > 400:
        return False
    try:
        if text.encode("latin-1").decode("utf-8") != text:
            return True
    except UnicodeError:
        pass
    printed = next(code.text for code in CHECK_CODES if code.id == "qr")
    bare = "".join(c for c in printed if c.isascii())
    return any(SequenceMatcher(None, text, whole, autojunk=False).ratio() > 0.6 for whole in (printed, bare, fold(printed)))


def _halves(sentence: str) -> tuple[str, str]:
    what, _, do = sentence.partition(". ")
    if not do:
        what, _, do = sentence.partition("; ")
    return what.rstrip(".") + ".", do[:1].upper() + do[1:]


def _delivery(raw: RawScan, before: RawScan | None, wrapping: Wrapping) -> list[Finding]:
    """Speed, end, and whether it came twice."""
    found: list[Finding] = []
    gaps = raw.arrival.gaps
    if raw.source is Source.WEDGE and gaps:
        if median(gaps) > HAND_S:
            found.append(Finding("by-hand", "info", "Tốc độ này là của người gõ bàn phím, không phải của máy quét."))
        elif median(gaps) > MEDIAN_GAP_S or max(gaps) > MAX_GAP_S:
            found.append(Finding("too-slow", "warning", "Máy quét gửi quá chậm, có thể bị coi là người gõ.",
                                 "Đặt “Inter-character delay” của máy quét về 0."))
        if raw.arrival.end == "silence" and median(gaps) <= HAND_S:
            found.append(Finding("no-end", "warning", "Máy quét không gửi phím Enter sau mã; mỗi lần quét phải chờ thêm.",
                                 "Đặt hậu tố (suffix, terminator) của máy quét là Enter (CR)."))
    half, odd = divmod(len(raw.text), 2)
    if not odd and half >= 6 and raw.text[:half] == raw.text[half:]:
        found.append(Finding("doubled", "warning", "Mã đến hai lần liền nhau trong một lần quét.",
                             "Tắt việc gửi lặp (retransmit) của máy quét và đặt hậu tố Enter."))
    elif before is not None and raw.time_monotonic - before.time_monotonic <= DOUBLE_S and before.text == raw.text:
        ways = "bằng hai đường khác nhau" if before.source is not raw.source else "hai lần liền nhau"
        found.append(Finding("doubled", "warning", f"Cùng một mã vừa đến {ways}; ngày thường chương trình chỉ nhận một lần.",
                             "Nếu chỉ bóp cò một lần: tắt chế độ quét liên tục hoặc gửi hai giao diện của máy quét."))
    if wrapping.prefix and wrapping.prefix not in raw.text:
        found.append(Finding("prefix-missing", "info", f"Máy quét không gửi ký tự đầu “{wrapping.prefix}” như đã khai ở Cài đặt."))
    return found


def _wrapped(plain: str, scan: Scan, book: CodeBook, proves: Callable[[str], bool]) -> list[Finding]:
    """A known code with a few more characters around it: the scanner's own prefix or suffix, not declared yet."""
    if proves(plain) and not getattr(scan, "in_text", False):
        return []
    for before in range(0, 5):
        for after in range(0, 5):
            inner = plain[before : len(plain) - after]
            if before + after and len(inner) >= 6 and proves(inner) and not getattr(classify(inner, book), "in_text", False):
                around = [f"“{plain[:before]}” ở đầu"] * bool(before) + [f"“{plain[len(plain) - after:]}” ở cuối"] * bool(after)
                return [Finding("wrapping", "warning", f"Máy quét thêm {' và '.join(around)} mã.",
                                "Khai các ký tự này ở Cài đặt → Máy quét, hoặc tắt prefix/suffix của máy quét.")]
    return []


__all__ = ["Diagnosis", "Finding", "diagnose", "shown"]
