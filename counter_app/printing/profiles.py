"""Which printer for which purpose, as this PC's settings hold it: queue, paper, tray, copies, duplex, margin offset, dots.

One setting, ``printers``: ``{"receipt-a4": {"queue": "Quay-07", "copies": 2, "dy_mm": -1.5}, …}``. What is not named has its default; an
administrator's machine-wide file can give defaults or lock all of it (``runtime.settings``). A wrong value is told with its place and
never guessed at: a receipt on the wrong printer lies in another room.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from typing import Any

from counter_app.printing.jobs import Duplex, Order
from counter_app.printing.ports import address_of
from counter_app.runtime.settings import PRINTERS, RECEIPT_PAPER, Settings
from onestop.errors import UserError

#: purpose → (words, papers, the usual one first).
PURPOSES: dict[str, tuple[str, tuple[str, ...]]] = {
    "receipt-a4": ("Giấy tiếp nhận A4", ("A4",)),
    "receipt-a5": ("Giấy tiếp nhận A5", ("A5",)),
    "form": ("Mẫu biểu khác", ("A4", "A5")),
    "slip": ("Phiếu bàn giao, trả kết quả", ("A4", "A5")),
    "list": ("Sổ và danh sách (ngang)", ("A4",)),
    "report": ("Báo cáo", ("A4",)),
    "label": ("Nhãn bưu gửi, nhãn bìa", ("a4-14", "a4-8", "a4-24", "100x150", "100x75", "80x50")),
    "ticket": ("Phiếu nhỏ 80/58 mm", ("80", "58")),
}
PDF_QUEUE = "pdf"
"""A "queue" that is a folder: the exports of the profile."""
DPI = (203, 300, 600, 1200)
FARTHEST_MM = 20.0
MOST_COPIES = 20
#: An office has label sizes of its own (``printing.labels.sizes``).
_LABEL = re.compile(r"[0-9a-z][0-9a-z-]{1,19}")
_DUPLEX = ("", "none", "long", "short")
_NAMES = {"queue": "máy in", "paper": "khổ giấy", "tray": "khay", "copies": "số bản", "duplex": "in hai mặt", "dx_mm": "dời ngang",
          "dy_mm": "dời dọc", "dpi": "độ phân giải"}


@dataclass(frozen=True, slots=True)
class Profile:
    """How one purpose is printed. ``queue`` empty: the PC's default printer. ``dx_mm`` to the right, ``dy_mm`` down. ``dpi``: dots of
    the printer, for bars on whole dots."""

    queue: str = ""
    paper: str = ""
    tray: str = ""
    copies: int = 1
    duplex: Duplex = ""
    dx_mm: float = 0.0
    dy_mm: float = 0.0
    dpi: int = 300

    def order(self, title: str, paper: str = "", copies: int | None = None) -> Order:
        """What is asked of the queue."""
        return Order(copies or self.copies, media(paper or self.paper), self.tray, self.duplex, title)

    def stored(self) -> dict[str, Any]:
        """What differs from the defaults: what the settings keep."""
        plain = Profile()
        return {name: value for name, value in asdict(self).items() if value != getattr(plain, name)}


def media(size: str) -> str:
    """What the queue calls the sheet of a form's size: stickers lie on A4, labels of a roll are named by their millimetres."""
    roll = re.fullmatch(r"(\d+)x(\d+)", size)
    if roll:
        return f"Custom.{roll[1]}x{roll[2]}mm"
    return size.partition("-")[0].upper() if re.match(r"a\d-", size) else size


FIELDS = tuple(field.name for field in fields(Profile))


def profile_for(settings: Settings | None, purpose: str) -> Profile:
    """The profile in force, its paper always one of the purpose's. Raises UserError ``printer-profile-invalid``, ``purpose-unknown``."""
    _known(purpose)
    values = settings.get(PRINTERS) if settings is not None else {}
    return _checked(purpose, values.get(purpose, {}))


def store_profile(settings: Settings, purpose: str, profile: Profile | None) -> Profile:
    """Write it (None: back to the defaults) and return what is in force. Raises what ``profile_for`` and the settings raise."""
    _known(purpose)
    kept = {key: value for key, value in settings.get(PRINTERS).items() if key != purpose}
    if profile is not None:
        stored = _checked(purpose, profile.stored()).stored()
        if stored.get("paper") == PURPOSES[purpose][1][0]:
            del stored["paper"]
        kept |= {purpose: stored} if stored else {}
    settings.set(PRINTERS, kept)
    return profile_for(settings, purpose)


def changed(purpose: str, profile: Profile, **values: Any) -> Profile:
    """``profile`` with other values. Raises UserError ``printer-profile-invalid``."""
    return _checked(purpose, {**asdict(profile), **values})


def receipt_purpose(settings: Settings | None) -> str:
    """Receipts are printed on the paper this PC chose."""
    return f"receipt-{(settings.get(RECEIPT_PAPER) if settings is not None else 'A4').lower()}"


def problems(settings: Settings) -> list[str]:
    """What is wrong in the stored profiles, in words; for the settings page and ``doctor``."""
    found = []
    for purpose, values in settings.get(PRINTERS).items():
        try:
            _known(purpose)
            _checked(purpose, values)
        except UserError as error:
            found.append(error.message)
    return found


def _known(purpose: str) -> None:
    if purpose not in PURPOSES:
        raise UserError("purpose-unknown", f"Không có loại giấy tờ “{purpose[:30]}”. Dùng: {', '.join(PURPOSES)}.", purpose=purpose[:60])


def _checked(purpose: str, values: Any) -> Profile:
    if not isinstance(values, dict):
        raise _invalid(purpose, "", "phải là một đối tượng { … }")
    for name in values:
        if name not in FIELDS:
            raise _invalid(purpose, str(name), "không có mục này")
    papers = PURPOSES[purpose][1]
    rules = {
        "queue": (str, lambda v: len(v) <= 127 and v.isprintable(), "phải là tên máy in"),
        "paper": (str, lambda v: v in ("", *papers) or (purpose == "label" and _LABEL.fullmatch(v)), "phải là " + " hoặc ".join(papers)),
        "tray": (str, lambda v: len(v) <= 60 and v.isprintable(), "phải là tên khay"),
        "copies": (int, lambda v: 1 <= v <= MOST_COPIES, f"phải từ 1 đến {MOST_COPIES}"),
        "duplex": (str, lambda v: v in _DUPLEX, "phải là none, long hoặc short"),
        "dx_mm": (float, lambda v: abs(v) <= FARTHEST_MM, f"phải trong khoảng ±{FARTHEST_MM:.0f} mm"),
        "dy_mm": (float, lambda v: abs(v) <= FARTHEST_MM, f"phải trong khoảng ±{FARTHEST_MM:.0f} mm"),
        "dpi": (int, lambda v: v in DPI, "phải là " + ", ".join(map(str, DPI))),
    }
    clean = {}
    for name, value in values.items():
        kind, fits, words = rules[name]
        if isinstance(value, bool) or not isinstance(value, (int, float) if kind is float else kind) or not fits(value):
            raise _invalid(purpose, name, words)
        clean[name] = kind(value)
    if clean.get("queue"):
        address_of(clean["queue"])
    return Profile(**{"paper": papers[0], **{k: v for k, v in clean.items() if not (k == "paper" and not v)}})


def _invalid(purpose: str, name: str, why: str) -> UserError:
    what = f", mục “{_NAMES.get(name, name)}”" if name else ""
    return UserError("printer-profile-invalid", f"Thiết lập máy in cho “{PURPOSES[purpose][0]}”{what}: {why}. Hãy sửa ở Cài đặt, Máy in.",
                     purpose=purpose, field=name)
