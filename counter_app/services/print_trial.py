"""Try a purpose's printer: the test page, with what the profile says, through the same way as every paper."""

from __future__ import annotations

from pathlib import Path

from counter_app.printing.profiles import PURPOSES, Profile, media, profile_for
from counter_app.runtime.settings import Settings
from counter_app.services.desk import Desk
from counter_app.services.print_jobs import Sent
from onestop.errors import UserError

DUPLEX_WORDS = {"": "theo máy in", "none": "một mặt", "long": "hai mặt, lật cạnh dài", "short": "hai mặt, lật cạnh ngắn"}


def trial_pages(desk: Desk, purpose: str, profile: Profile, queue: str) -> bytes:
    """The test page as PDF (tickets: as it lies on a page). Raises EnvironmentFault ``font-missing``."""
    from counter_app.printing import trial_page

    size = {"80": "80x200", "58": "58x200"}.get(profile.paper, profile.paper)
    return trial_page.render(size, profile.dpi, _facts(desk, purpose, profile, queue), lying=purpose == "list")


def print_trial(desk: Desk, settings: Settings | None, purpose: str, profile: Profile | None = None) -> Sent:
    """Send the test page to the purpose's printer (``profile``: as typed and not yet kept). For a worker; raises what
    ``print_jobs.send`` raises."""
    from counter_app.printing import printers, trial_page
    from counter_app.printing.offset import moved
    from counter_app.printing.tickets.picture import ROLLS

    profile = profile or profile_for(settings, purpose)
    queue = profile.queue
    if queue and printers.is_raw(queue):
        if purpose != "ticket":
            raise UserError("printer-takes-tickets-only", "Máy in này chỉ in được phiếu nhỏ 80/58 mm. Hãy chọn máy in khác.")
        content = trial_page.ticket(ROLLS.get(profile.paper, 576), _facts(desk, purpose, profile, queue))
    else:
        known = printers.list_printers()
        if not known and not queue:
            raise UserError("no-printer", "Máy này chưa có máy in nào. Có thể lưu PDF.")
        queue = queue or known[0].name
        content = moved(trial_pages(desk, purpose, profile, queue), profile.dx_mm, profile.dy_mm)
    order = profile.order(f"{purpose} in-thu", copies=1)
    printers.require_ready(queue, "" if printers.is_raw(queue) else media(profile.paper))
    return Sent(printers.submit(content, queue, order), queue, 1)


def save_trial(desk: Desk, settings: Settings | None, purpose: str, target: Path) -> None:
    """The same into a file. Raises what rendering and writing raise."""
    from counter_app.printing import printers

    profile = profile_for(settings, purpose)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    printers.save_pdf(trial_pages(desk, purpose, profile, "PDF"), target)


def _facts(desk: Desk, purpose: str, profile: Profile, queue: str) -> list[tuple[str, str]]:
    now = desk.now()

    def mm(value: float) -> str:
        return f"{value:g}".replace(".", ",").replace("-", "−") + " mm"

    return [("Loại giấy tờ", PURPOSES[purpose][0]), ("Máy in", queue), ("Khổ giấy", profile.paper), ("Khay", profile.tray or "máy in chọn"),
            ("In mặt", DUPLEX_WORDS[profile.duplex]), ("Độ phân giải", f"{profile.dpi} dpi"),
            ("Dời ngang, dời dọc", f"{mm(profile.dx_mm)}, {mm(profile.dy_mm)}"), ("Lúc", f"{now:%d/%m/%Y %H:%M}, quầy {desk.device}")]
