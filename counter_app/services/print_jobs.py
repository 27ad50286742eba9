"""From a paper to a printer: which one, in what size, asked before, and every attempt in the log of this PC.

Window and command line print through this; the screen only decides when, and tells. The dossier's own count (``services.paper.printed``)
is a synced op and says what came out; the log here also says what did not, and why (``print-log``, in the audit chain).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from counter_app.printing.profiles import PURPOSES, Profile, profile_for
from counter_app.runtime.settings import PRINTERS, RECEIPT_PAPER, Settings
from counter_app.services.desk import Desk
from counter_app.services.paper import Paper
from onestop.errors import UserError

if TYPE_CHECKING:
    from counter_app.printing.jobs import Job
    from counter_app.printing.templates import FormSet

LOGGED = "print-log"
CAME_OUT = frozenset({"done", "saved", "confirmed"})
"""Outcomes that are prints; the dossier counts them."""
RECEIPTS = "receipt"
"""The purpose of form 01: its paper decides between ``receipt-a4`` and ``receipt-a5``."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a paper goes: the purpose, its profile on this PC, and the size the form is laid out for."""

    purpose: str
    profile: Profile
    size: str

    @property
    def queue(self) -> str:
        return self.profile.queue


@dataclass(frozen=True, slots=True)
class Sent:
    """A job on its way. ``pages`` of one copy (0: a ticket)."""

    job: Job
    queue: str
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One line of the print log. ``outcome``: ``done saved failed not-ready unknown confirmed stopped``."""

    at: datetime
    staff: str
    entity: str
    form: str
    copy_no: int
    printer: str
    outcome: str
    reason: str


def purpose_of(form: str, size: str = "") -> str:
    """What a form is printed for, as the registry says; receipts by their paper. Forms nobody knows go where statutory forms go."""
    from counter_app.printing.registry import FORMS

    spec = FORMS.get(form)
    purpose = spec.purpose if spec is not None else "form"
    if purpose == RECEIPTS:
        return f"{RECEIPTS}-{size.lower()}" if f"{RECEIPTS}-{size.lower()}" in PURPOSES else f"{RECEIPTS}-a4"
    return purpose if purpose in PURPOSES else "form"


def target_for(settings: Settings | None, form: str, *, size: str = "", queue: str | None = None, copies: int | None = None,
               purpose: str = "") -> Target:
    """This PC's printer for a form; ``size``, ``queue``, ``copies`` and ``purpose`` for this time instead of the profile's.

    Raises UserError ``printer-profile-invalid``, ``purpose-unknown``, ``paper-not-supported``.
    """
    from counter_app.printing.registry import FORMS

    spec = FORMS.get(form)
    papers = tuple(spec.papers) if spec is not None else ()
    usual = settings.get(RECEIPT_PAPER) if settings is not None else "A4"
    wanted = size or (usual if purpose_of(form).startswith(RECEIPTS) and not purpose else "")
    purpose = purpose or purpose_of(form, wanted)
    profile = profile_for(settings, purpose)
    chosen = settings.get(PRINTERS).get(purpose, {}).get("paper", "") if settings is not None else ""
    wanted = wanted or (chosen if chosen in papers else papers[0] if papers else profile.paper)
    if papers and wanted not in papers:
        raise UserError("paper-not-supported", f"Mẫu này không in được trên khổ {wanted}. Hãy chọn {' hoặc '.join(papers)}.", paper=wanted)
    if queue is not None or copies is not None:
        profile = replace(profile, queue=profile.queue if queue is None else queue, copies=copies or profile.copies)
    return Target(purpose, profile, wanted)


def pages(paper: Paper, target: Target, forms: FormSet | None = None) -> bytes:
    """The finished pages as PDF, as a preview and "Lưu PDF" show them. For a worker: the first call loads the PDF library."""
    from counter_app.printing import pdf

    return pdf.render(paper.document, target.size, dpi=target.profile.dpi, forms=forms)  # type: ignore[arg-type]


def send(paper: Paper, target: Target, forms: FormSet | None = None, page: Callable[[int, int], bool] | None = None) -> Sent:
    """Ask the printer, render, hand over. For a worker. ``page`` as in ``jobs.Order``.

    Raises UserError ``no-printer`` (this PC has none), EnvironmentFault ``printer-not-ready`` (asked before anything was sent) and what
    ``printers.submit`` and rendering raise.
    """
    from counter_app.printing import printers
    from counter_app.printing.offset import moved

    queue = target.queue
    raw = bool(queue) and printers.is_raw(queue)
    if not raw:
        known = printers.list_printers()
        if not known and not queue:
            raise UserError("no-printer", "Máy này chưa có máy in nào. Có thể lưu PDF.")
        queue = queue or known[0].name
        if queue not in {printer.name for printer in known}:
            raise UserError("printer-unknown", f"Không thấy máy in “{queue}”. Hãy chọn máy in khác hoặc lưu PDF.", printer=queue)
    order = target.profile.order(f"{paper.form} {paper.title}", target.size)
    printers.require_ready(queue, "" if raw else order.paper)
    if page is not None:
        order = replace(order, page=page)
    if raw:
        return Sent(printers.submit(_bytes(paper, target, forms), queue, order), queue)
    content = pages(paper, target, forms)
    count = len(re.findall(rb"/Type\s*/Page\b", content))
    return Sent(printers.submit(moved(content, target.profile.dx_mm, target.profile.dy_mm), queue, order), queue, count)


def _bytes(paper: Paper, target: Target, forms: FormSet | None) -> bytes:
    """A receipt printer takes dots, and only forms made for a roll have them."""
    from counter_app.printing.registry import FORMS

    spec = FORMS.get(paper.form)
    if spec is None or spec.purpose != "ticket":
        raise UserError("printer-takes-tickets-only", "Máy in này chỉ in được phiếu nhỏ 80/58 mm. Hãy chọn máy in khác cho giấy tờ này.")
    from counter_app.printing.desk_pages import ticket
    from counter_app.printing.tickets.escpos import escpos

    return escpos(ticket(paper.document, target.size, forms=forms), copies=target.profile.copies)


def log_attempt(desk: Desk, paper: Paper, printer: str, outcome: str, reason: str = "") -> None:
    """Add a line to the print log. Without a signed-in person it carries no name."""
    facts = {"form": paper.form, "copy_no": paper.copy_no, "printer": printer[:127], "outcome": outcome, "reason": reason[:200]}
    with desk.store.write() as unit:
        unit.audit(desk.staff.id if desk.staff else "", LOGGED, paper.entity, facts, at=desk.now())


def attempts(desk: Desk, entity: str | None = None, limit: int = 200) -> Iterator[Attempt]:
    """The print log of this PC, newest first; of one dossier or slip with ``entity``."""
    with desk.store.read() as reader:
        lines = reader.print_log(limit, entity=entity)
    for line in lines:
        told = line.facts
        yield Attempt(line.at, line.staff, line.entity, str(told.get("form", "")), int(told.get("copy_no", 0)),
                      str(told.get("printer", "")), str(told.get("outcome", "")), str(told.get("reason", "")))
