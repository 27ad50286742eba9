"""Decisions of "Thử máy quét": everything the scanners send comes here as it came, is looked at, and goes no further."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot

from counter_app.domain.check_codes import CHECK_CODES
from counter_app.domain.outcomes import PrintOutcome
from counter_app.printing.profiles import PDF_QUEUE
from counter_app.runtime.settings import SCANNER_PREFIX, SCANNER_SUFFIX
from counter_app.scanner.classify import CitizenCard, DossierCode, OtherCard, PostalItem, ProvisionalCode, SlipNumber, TrackingUrl, Unknown
from counter_app.scanner.diagnosis import Diagnosis, diagnose
from counter_app.scanner.gate import Wrapping
from counter_app.scanner.raw import RawScan
from counter_app.services.scanner_trial import SHEETS, print_sheet, save_sheet, sheet_profile
from counter_app.ui.context import UiContext
from counter_app.ui.notify import Notice, Sound
from counter_app.ui.pages.scanner_trial_view import Advice, CheckLine, ScannerTrialView
from counter_app.ui.scan_dispatch import scan_name
from onestop.codes import WARNINGS_VI
from onestop.errors import UserError
from onestop.text import mask_id

_LOOKS = {"ok": ("success", "circle-check"), "info": ("info", "info"), "warning": ("warning", "triangle-alert"),
          "danger": ("danger", "octagon-alert")}
_ORDER = ("danger", "warning", "ok", "info")


class ScannerTrialPresenter(QObject):
    """Listens while the page is shown. ``print_sheet`` and ``save_sheet``: what makes the paper (tests give their own)."""

    def __init__(self, ctx: UiContext, view: ScannerTrialView, printing: Callable[..., Any] = print_sheet,
                 saving: Callable[..., Any] = save_sheet) -> None:
        super().__init__(view)
        self._ctx, self._view = ctx, view
        self._print, self._save = printing, saving
        self._before: RawScan | None = None
        self._states = dict.fromkeys((code.id for code in CHECK_CODES), "waiting")
        view.print_requested.connect(self.print_sheet)
        view.save_requested.connect(self.save_sheet)
        view.again_requested.connect(self.again)
        view.settings_requested.connect(self._settings)
        self._show_checks()

    # ---- the frame

    def enter(self) -> None:
        """Everything that is scanned comes here now."""
        self._ctx.try_scanner(self.arrived)

    def leave(self) -> None:
        """Scans have their effect again; nothing that was read stays on the page but how far the test card is."""
        self._ctx.try_scanner(None)
        self._before = None
        self._view.wait()

    def command(self, command_id: str) -> bool:
        """No command of its own."""
        return False

    # ---- arrivals

    def arrived(self, raw: RawScan) -> None:
        """Look at one arrival and say it."""
        settings = self._ctx.settings
        wrapping = Wrapping(settings.get(SCANNER_PREFIX), settings.get(SCANNER_SUFFIX)) if settings is not None else Wrapping()
        seen = diagnose(raw, self._ctx.desk.codes, wrapping, self._before)
        self._before = raw
        self._check(seen)
        worst = min(seen.findings, key=lambda finding: _ORDER.index(finding.level))
        role, icon = _LOOKS[worst.level]
        sound = Sound.FOUND if seen.good else Sound.WARNING
        todo = sum(finding.level in ("warning", "danger") for finding in seen.findings)
        detail = worst.what if seen.good else f"Có {todo} điều cần sửa, xem bên dưới."
        self._view.show_notice(Notice(role, icon, f"Đã nhận: {_what(seen)}", sound), detail)
        ordered = sorted(seen.findings, key=lambda finding: _ORDER.index(finding.level))
        self._view.show_advice([Advice(*_LOOKS[finding.level], finding.what, finding.do) for finding in ordered])
        self._view.show_arrival(_facts(seen))

    def _check(self, seen: Diagnosis) -> None:
        if seen.check is not None:
            self._states[seen.check.id] = "right"
        elif seen.nearly is not None and self._states[seen.nearly.id] != "right":
            self._states[seen.nearly.id] = "wrong"
        self._show_checks()

    def _show_checks(self) -> None:
        self._view.show_checks([CheckLine(code.title, code.purpose, self._states[code.id]) for code in CHECK_CODES])

    @Slot()
    def again(self) -> None:
        """Forget what was scanned; the keys stay with the page."""
        self._before = None
        self._states = dict.fromkeys(self._states, "waiting")
        self._view.wait()
        self._show_checks()
        self._listen()

    @Slot()
    def _settings(self) -> None:
        self._ctx.go("settings")

    def _listen(self) -> None:
        """The focus goes back to where no key of a scanner does harm."""
        if self._view.isVisible():
            self._view.panel.setFocus()

    # ---- paper

    @Slot(str)
    def print_sheet(self, sheet: str) -> None:
        """Send a sheet to the printer for forms; where that is a file, write it."""
        try:
            profile = sheet_profile(self._ctx.settings)
        except UserError as error:
            self._ctx.fail(error)
            return
        if profile.queue == PDF_QUEUE:
            self.save_sheet(sheet)
            return
        desk, settings = self._ctx.desk, self._ctx.settings
        self._ctx.tasks.run_task(lambda: self._print(desk, settings, sheet),
                                 lambda sent: self._ctx.say(PrintOutcome.QUEUED, printer=sent.queue), self._failed, owner=self)
        QTimer.singleShot(0, self._listen)

    @Slot(str)
    def save_sheet(self, sheet: str) -> None:
        """Write a sheet into the folder of exports."""
        settings = self._ctx.settings
        if settings is None:
            return
        desk, target = self._ctx.desk, Path(settings.file.parent) / "exports" / f"{SHEETS[sheet]}.pdf"
        self._ctx.tasks.run_task(lambda: self._save(desk, sheet, target),
                                 lambda _done: self._ctx.say(PrintOutcome.SAVED_PDF, copy=1, folder=str(target.parent)),
                                 self._failed, owner=self)
        QTimer.singleShot(0, self._listen)

    def _failed(self, error: Exception) -> None:
        if isinstance(error, UserError) and error.code == "no-printer":
            self._ctx.say(PrintOutcome.NO_PRINTER)
        else:
            self._ctx.fail(error)


def _what(seen: Diagnosis) -> str:
    return f"{seen.check.title[:1].lower()}{seen.check.title[1:]}" if seen.check else scan_name(seen.scan)


def _facts(seen: Diagnosis) -> list[tuple[str, str]]:
    pairs = [
        ("Đường đến", seen.channel),
        ("Nội dung", f"{seen.received}"),
        ("Số ký tự", str(seen.length)),
        ("Nhịp gửi", seen.timing),
        ("Kết thúc bằng", seen.end),
        ("Nhận dạng AIM", f"{seen.aim} (chương trình tự bỏ)" if seen.aim else ""),
        ("Là gì", "Mã trên thẻ thử" if seen.check else scan_name(seen.scan)[:1].upper() + scan_name(seen.scan)[1:]),
        *_parts(seen),
    ]
    return [(label, value) for label, value in pairs if value]


def _parts(seen: Diagnosis) -> list[tuple[str, str]]:
    """The meaning of a scan; of a person only what shows that it was read."""
    match seen.scan:
        case DossierCode(code=code, agency=agency, warnings=warnings):
            return [("Mã hồ sơ", code), ("Đơn vị", agency), *(("Lưu ý", WARNINGS_VI[warning]) for warning in warnings)]
        case TrackingUrl(code=code, host=host):
            return [("Mã hồ sơ", code), ("Trang tra cứu", host)]
        case ProvisionalCode(code=code, device=device):
            return [("Số tạm", code), ("Quầy số", str(device))]
        case SlipNumber(number=number):
            return [("Số phiếu", number)]
        case PostalItem(code=code, check_ok=right):
            return [("Mã bưu gửi", code), ("Số kiểm tra", "đúng" if right else "sai")]
        case CitizenCard(card=card):
            fields = [("họ tên", card.name), ("ngày sinh", card.dob), ("giới tính", card.gender), ("địa chỉ", card.address),
                      ("ngày cấp", card.issued)]
            return [("Số định danh", mask_id(card.id_no)), ("Đọc được", ", ".join(name for name, value in fields if value))]
        case OtherCard(message_vi=message) | Unknown(message_vi=message):
            return [("Lưu ý", message)] if seen.check is None else []
    return []


def build_scanner_trial_page(ctx: UiContext) -> ScannerTrialView:
    """The page, ready for the frame."""
    view = ScannerTrialView()
    view.presenter = ScannerTrialPresenter(ctx, view)
    return view
