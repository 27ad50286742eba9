"""What a scanned text is. Pure and total: every text gets an answer, unknown ones are kept and say why they are unknown.

Nothing here opens, asks or logs anything; texts may hold personal data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from urllib.parse import parse_qsl, unquote, urlsplit

from counter_app.domain.identity import Card, looks_like_card, parse_card
from counter_app.domain.postal import postal_ok, tidy_postal
from counter_app.scanner.payloads import payload_table
from onestop.codes import MAX_TEXT, WARNINGS_VI, CodeBook, ParsedCode, normalise, parse_provisional, parse_slip_number

WHY_VI = {
    "empty": "Không có nội dung để đọc",
    "too-long": "Nội dung quá dài, không phải mã của bộ phận một cửa",
    "incomplete-card": "Mã trên thẻ căn cước chưa đọc đủ; hãy quét lại",
    "several-codes": "Nội dung có nhiều mã hồ sơ khác nhau; hãy quét riêng từng mã",
    "no-code-in-address": "Địa chỉ này không chứa mã hồ sơ",
    "id-number": "Có thể là số định danh cá nhân; có thể dùng để tìm hồ sơ của người này",
    "not-recognised": "Không nhận ra loại mã này; nội dung được giữ lại để tìm kiếm hoặc sao chép",
}
_TEXT_PROVISIONAL = re.compile(r"(?<![0-9A-Z.\-])TN-[0-9]{1,6}-[0-9]{6}-[0-9]{4,7}(?![0-9A-Z\-])")


def _warnings(codes: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"code": code, "message": WARNINGS_VI[code]} for code in codes]


@dataclass(frozen=True, slots=True)
class DossierCode:
    """A dossier code in its one spelling. ``in_text``: found inside a longer text (the QR of some provinces' receipts)."""

    kind: ClassVar[str] = "dossier-code"
    code: str
    form: str
    agency: str = ""
    warnings: tuple[str, ...] = ()
    in_text: bool = False

    def to_json(self) -> dict[str, Any]:
        """For ``counter-app classify``."""
        return {"kind": self.kind, "code": self.code, "form": self.form, "agency": self.agency, "in_text": self.in_text,
                "warnings": _warnings(self.warnings)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProvisionalCode:
    """A provisional receipt number of one of our counters."""

    kind: ClassVar[str] = "provisional-code"
    code: str
    device: int

    def to_json(self) -> dict[str, Any]:
        """For ``counter-app classify``."""
        return {"kind": self.kind, "code": self.code, "device": self.device}


@dataclass(frozen=True, slots=True)
class SlipNumber:
    """The number of a handover slip."""

    kind: ClassVar[str] = "slip-number"
    number: str
    agency: str
    device: int

    def to_json(self) -> dict[str, Any]:
        """For ``counter-app classify``."""
        return {"kind": self.kind, "number": self.number, "agency": self.agency, "device": self.device}


@dataclass(frozen=True, slots=True)
class CitizenCard:
    """A citizen's card; see `counter_app.domain.identity.Card`."""

    kind: ClassVar[str] = "citizen-card"
    card: Card

    def to_json(self) -> dict[str, Any]:
        """For ``counter-app classify``: personal data, for the one who asked."""
        return {"kind": self.kind, **self.card.to_json()}


@dataclass(frozen=True, slots=True)
class PostalItem:
    """A postal item code (S10). ``check_ok``: its check digit is right."""

    kind: ClassVar[str] = "postal-item"
    code: str
    check_ok: bool

    def to_json(self) -> dict[str, Any]:
        """For ``counter-app classify``."""
        return {"kind": self.kind, "code": self.code, "check_ok": self.check_ok}


@dataclass(frozen=True, slots=True)
class TrackingUrl:
    """A tracking address that names a dossier. The address itself is not kept: some provinces put the ID number in it."""

    kind: ClassVar[str] = "tracking-url"
    code: str
    host: str
    form: str
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """For ``counter-app classify``."""
        return {"kind": self.kind, "code": self.code, "host": self.host, "form": self.form, "warnings": _warnings(self.warnings)}


@dataclass(frozen=True, slots=True)
class OtherCard:
    """A card or code that is not ours to use (health insurance, passport, bank transfer …; see ``payloads``). Its content is not
    kept."""

    kind: ClassVar[str] = "other-card"
    card: str

    @property
    def message_vi(self) -> str:
        """What to say."""
        return payload_table().message(self.card)

    def to_json(self) -> dict[str, Any]:
        """For ``counter-app classify``."""
        return {"kind": self.kind, "card": self.card, "message": self.message_vi}


@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything else. ``text`` is what was scanned, untouched; ``why`` is a key of `WHY_VI`."""

    kind: ClassVar[str] = "unknown"
    text: str
    why: str

    @property
    def message_vi(self) -> str:
        """What to say."""
        return WHY_VI[self.why]

    def to_json(self) -> dict[str, Any]:
        """For ``counter-app classify``; text that no encoding can carry is marked, long text cut."""
        shown = self.text[:MAX_TEXT].encode("utf-8", "replace").decode("utf-8")
        return {"kind": self.kind, "text": shown, "why": self.why, "message": self.message_vi}


Scan = DossierCode | ProvisionalCode | SlipNumber | CitizenCard | PostalItem | TrackingUrl | OtherCard | Unknown


def classify(text: str, book: CodeBook, *, today: date | None = None) -> Scan:
    """Say what ``text`` is, by its content alone. Never raises, for any ``str``."""
    if len(text) > MAX_TEXT:
        return Unknown(text, "too-long")
    plain = re.sub(r"\A\][A-Za-z][0-9A-Za-z]", "", text.strip().strip("\ufeff\0\x02\x03")).strip()
    if not plain or not normalise(plain):
        return Unknown(text, "empty")
    if other := payload_table().other(plain):
        return OtherCard(other.kind)
    if card := parse_card(plain, today=today):
        return CitizenCard(card)
    if looks_like_card(plain):
        return Unknown(text, "incomplete-card")
    if re.match(r"https?://", plain, re.IGNORECASE):
        return _address(plain, book, today) or Unknown(text, "no-code-in-address")
    if found := _bare(plain, book, today):
        return found
    if postal := tidy_postal(plain):
        return PostalItem(postal, postal_ok(postal))
    return _in_text(plain, book, today) or Unknown(text, _why(plain, book, today))


def _bare(plain: str, book: CodeBook, today: date | None) -> Scan | None:
    if provisional := parse_provisional(plain):
        return ProvisionalCode(provisional.normalised, provisional.device)
    if slip := parse_slip_number(plain):
        return SlipNumber(slip.normalised, slip.agency, slip.device)
    code = book.parse(plain, today=today)
    return _dossier(code) if code else None


def _dossier(code: ParsedCode, in_text: bool = False) -> DossierCode:
    return DossierCode(code.normalised, code.form, code.agency, code.warnings, in_text)


def _address(plain: str, book: CodeBook, today: date | None) -> Scan | None:
    """The code named by an address: a known parameter (also after ``#``), else a part of the path, the last one first, else the only
    code of a declared form anywhere in it."""
    try:
        url = urlsplit(plain)
        host = url.hostname or ""
        inner, _, after = url.fragment.partition("?")
        pairs = parse_qsl(url.query, max_num_fields=100) + parse_qsl(after, max_num_fields=100)
    except ValueError:
        return None
    named = [value for key, value in pairs if key.lower() in payload_table().parameters]
    parts = [unquote(part) for path in (inner, url.path) for part in reversed(path.split("/")[-20:]) if part]
    for value in (*named, *parts):
        if provisional := parse_provisional(value):
            return ProvisionalCode(provisional.normalised, provisional.device)
        if code := book.parse(value, today=today):
            return TrackingUrl(code.normalised, host, code.form, code.warnings)
    codes = book.find(unquote(f"{url.query} {url.fragment}"), today=today)
    return TrackingUrl(codes[0].normalised, host, codes[0].form, codes[0].warnings) if len(codes) == 1 else None


def _in_text(plain: str, book: CodeBook, today: date | None) -> Scan | None:
    """The only code in a longer text, or the only one that a label ("Mã hồ sơ:") names."""
    codes = book.find(plain, today=today)
    if len(codes) > 1:
        named = [found for match in payload_table().labelled.finditer(plain) if (found := book.find(_word(plain[match.end() :])))]
        codes = tuple({code.normalised: code for found in named for code in found[:1]}.values()) or codes
    if len(codes) == 1:
        return _dossier(codes[0], in_text=True)
    provisional = set(_TEXT_PROVISIONAL.findall(plain.upper()))
    if not codes and len(provisional) == 1 and (parsed := parse_provisional(provisional.pop())):
        return ProvisionalCode(parsed.normalised, parsed.device)
    return None


def _word(text: str) -> str:
    return re.split(r"[\s,;|]", text[:80], maxsplit=1)[0]


def _why(plain: str, book: CodeBook, today: date | None) -> str:
    if len(book.find(plain, today=today)) > 1:
        return "several-codes"
    return "id-number" if re.fullmatch(r"[0-9]{12}|[0-9]{9}", plain) else "not-recognised"
