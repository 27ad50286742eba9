"""The two sheets of "Thử máy quét": the test card and the set-up sheet, to the printer of ordinary forms or into a file."""

from __future__ import annotations

from pathlib import Path

from counter_app.printing.profiles import Profile, media, profile_for
from counter_app.runtime.settings import Settings
from counter_app.services.desk import Desk
from counter_app.services.print_jobs import Sent
from onestop.errors import UserError

SHEETS = {"test-card": "the-thu-may-quet", "setup-sheet": "huong-dan-dat-may-quet"}
"""Sheet → name of its file."""
PURPOSE = "form"


def sheet_pages(desk: Desk, sheet: str, dpi: int = 300) -> bytes:
    """A sheet as PDF. Raises KeyError for an unknown one, EnvironmentFault ``font-missing``."""
    from counter_app.printing import scanner_sheets

    draw = {"test-card": scanner_sheets.test_card, "setup-sheet": scanner_sheets.setup_sheet}[sheet]
    return draw(desk.unit.name, dpi)


def sheet_profile(settings: Settings | None) -> Profile:
    """The printer profile the sheets use. Raises UserError ``printer-profile-invalid``."""
    return profile_for(settings, PURPOSE)


def print_sheet(desk: Desk, settings: Settings | None, sheet: str) -> Sent:
    """Send a sheet to the printer for forms, on A4. For a worker; raises what ``print_jobs.send`` raises."""
    from counter_app.printing import printers
    from counter_app.printing.offset import moved

    profile = sheet_profile(settings)
    queue = profile.queue
    if queue and printers.is_raw(queue):
        raise UserError("printer-takes-tickets-only", "Máy in này chỉ in được phiếu nhỏ 80/58 mm. Hãy chọn máy in khác hoặc lưu PDF.")
    known = printers.list_printers()
    if not known and not queue:
        raise UserError("no-printer", "Máy này chưa có máy in nào. Có thể lưu PDF.")
    queue = queue or known[0].name
    printers.require_ready(queue, media("A4"))
    content = moved(sheet_pages(desk, sheet, profile.dpi), profile.dx_mm, profile.dy_mm)
    return Sent(printers.submit(content, queue, profile.order(SHEETS[sheet], copies=1)), queue, 1)


def save_sheet(desk: Desk, sheet: str, target: Path) -> None:
    """The same into a file. Raises what rendering and writing raise."""
    from counter_app.printing import printers

    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    printers.save_pdf(sheet_pages(desk, sheet), target)


__all__ = ["SHEETS", "print_sheet", "save_sheet", "sheet_pages", "sheet_profile"]
