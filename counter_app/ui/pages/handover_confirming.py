"""Decisions of confirming one slip: marks by scan or key, "all received" when nothing was marked."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from counter_app.domain.outcomes import ScanOutcome
from counter_app.services import handover
from counter_app.services.paper_menu import slip_choices, slip_paper
from counter_app.ui.context import UiContext
from counter_app.ui.notify import notice
from counter_app.ui.pages.handover_confirm import ConfirmLine, ConfirmView
from counter_app.ui.pages.paper_menu import offer_papers
from counter_app.ui.pages.presented import print_paper
from counter_app.ui.texts import moment_text
from counter_app.ui.widgets import Chip
from onestop.errors import UserError
from onestop.model import Dossier, Slip

_WAYS = {"out": "Giao xử lý", "back": "Trả kết quả về quầy", "post": "Chuyển bưu chính"}
_NEXT = {"": "received", "received": "refused", "refused": ""}


class Confirming(QObject):
    """``done(number, received)`` after the slip was confirmed."""

    done = Signal(str, int)

    def __init__(self, ctx: UiContext, view: ConfirmView, parent: QObject) -> None:
        super().__init__(parent)
        self._ctx, self._view = ctx, view
        self._slip: Slip | None = None
        self.lines: list[ConfirmLine] = []
        view.toggle_requested.connect(self._toggle)
        view.remark_changed.connect(self._remark)
        view.confirm_requested.connect(self.confirm)
        view.print_requested.connect(self.print)

    @property
    def slip_id(self) -> str:
        """The slip that is shown; empty when none is."""
        return self._slip.id if self._slip is not None else ""

    def open(self, slip_id: str) -> bool:
        """Show a slip; False when it is not on this PC."""
        desk = self._ctx.desk
        with desk.store.read() as reader:
            slip = reader.slip(slip_id)
            if slip is None:
                return False
            rows = {row.id: row for row in reader.rows([line.dossier for line in slip.lines])}
        self._slip, is_open = slip, slip.status == "open"
        self.lines = []
        for line in slip.lines:
            row = rows.get(line.dossier)
            self.lines.append(
                ConfirmLine(
                    line.dossier,
                    line.seq,
                    line.code,
                    row.owner_name if row else "",
                    row.procedure_name if row else "",
                    row.due_at if row else None,
                    "" if is_open else line.state,
                    line.remark,
                )
            )
        names = desk.catalogue
        way = f"{_WAYS[slip.direction]}: {names.unit_name(slip.from_unit)} → {names.unit_name(slip.to_unit)}"
        made = f"Lập {moment_text(slip.made_at)} · {slip.from_person}" if slip.from_person else f"Lập {moment_text(slip.made_at)}"
        status = (
            Chip("Chờ xác nhận", "warning", "hourglass")
            if is_open
            else Chip(f"Đã xác nhận {moment_text(slip.confirmed_at)}", "success", "clipboard-check")
        )
        self._view.set_slip(slip.number, way, made, status, person=slip.to_person, open_slip=is_open)
        self._show(self.lines[0].dossier if self.lines else "")
        return True

    def check(self, dossier: Dossier) -> None:
        """A receipt was scanned: its line is received."""
        line = next((x for x in self.lines if x.dossier == dossier.id), None)
        if line is None or self._slip is None or self._slip.status != "open":
            self._tell(
                ScanOutcome.UNWANTED_HERE,
                "Hồ sơ này không nằm trên phiếu." if line is None else "Phiếu đã được xác nhận.",
                what=f"hồ sơ {dossier.shown_code}",
            )
            return
        if line.mark == "received":
            self._tell(ScanOutcome.ALREADY_IN_LIST, "Dòng này đã kiểm.", code=line.code)
            return
        self._mark(line, "received")
        checked = sum(x.mark == "received" for x in self.lines)
        self._tell(ScanOutcome.LINE_CHECKED, line.owner, code=line.code, count=checked, total=len(self.lines))

    @Slot(object)
    def _toggle(self, line: ConfirmLine) -> None:
        self._mark(line, _NEXT[line.mark])

    @Slot(object, str)
    def _remark(self, line: ConfirmLine, text: str) -> None:
        self.lines = [replace(x, remark=text) if x.dossier == line.dossier else x for x in self.lines]
        self._show(line.dossier)

    def _mark(self, line: ConfirmLine, mark: str) -> None:
        self.lines = [replace(x, mark=mark) if x.dossier == line.dossier else x for x in self.lines]
        self._show(line.dossier)

    def _show(self, select: str) -> None:
        received, marked = sum(x.mark == "received" for x in self.lines), any(x.mark for x in self.lines)
        rest = len(self.lines) - received
        button = f"Nhận đủ {len(self.lines)} hồ sơ" if not marked or not rest else f"Xác nhận {received} nhận, {rest} không nhận"
        self._view.set_lines(self.lines, button, select)

    @Slot()
    def confirm(self) -> None:
        """Confirm: everything when nothing was marked, else exactly what was marked as received."""
        slip = self._slip
        if slip is None or slip.status != "open":
            return
        marked = any(x.mark for x in self.lines)
        received = [x.dossier for x in self.lines if x.mark == "received"] if marked else None
        try:
            done, _ = handover.confirm_slip(
                self._ctx.desk,
                slip.id,
                received=received,
                person=self._view.person.text(),
                remarks={x.dossier: x.remark for x in self.lines if x.remark},
            )
        except UserError as error:
            self._ctx.fail(error)
            return
        self._slip = None
        self.done.emit(done.number, sum(x.state == "received" for x in done.lines))

    @Slot()
    def print(self) -> None:
        """The slip on paper again; reprints are counted and marked."""
        if self._slip is None:
            return
        with self._ctx.desk.store.read() as reader:
            slip = reader.slip(self._slip.id) or self._slip
        print_paper(self._ctx, slip_paper(self._ctx.desk, slip))

    def more(self) -> None:
        """Every other paper of the slip: labels, the list for the post."""
        if self._slip is None:
            return
        with self._ctx.desk.store.read() as reader:
            slip = reader.slip(self._slip.id) or self._slip
        offer_papers(self._ctx, self._view, f"In giấy của phiếu {slip.number}", slip_choices(self._ctx.desk, slip))

    def _tell(self, outcome: ScanOutcome, detail: str, **facts: object) -> None:
        self._view.panel.show_notice(notice(outcome, **facts), detail)
        self._ctx.say(outcome, **facts)
