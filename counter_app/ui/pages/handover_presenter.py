"""Decisions of "Bàn giao": each scan goes on the pile or is refused at once; Ctrl+Enter makes the slips, or confirms one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from counter_app.domain.outcomes import PrintOutcome, ScanOutcome
from counter_app.scanner.classify import DossierCode, PostalItem, ProvisionalCode, SlipNumber, TrackingUrl
from counter_app.scanner.raw import RawScan
from counter_app.scanner.router import Token
from counter_app.services import handover, paper
from counter_app.services.desk import Changes
from counter_app.services.handover import Direction
from counter_app.services.lookup import look_up
from counter_app.services.paper_menu import slip_paper
from counter_app.store.rows import SlipRow
from counter_app.ui.context import UiContext
from counter_app.ui.notify import notice
from counter_app.ui.pages.handover_confirming import Confirming
from counter_app.ui.pages.handover_list import DIRECTIONS, POST, Added, Entry, HandoverList
from counter_app.ui.pages.handover_view import HandoverView
from counter_app.ui.pages.presented import print_papers, saved_outcome
from onestop.errors import InvalidFields, UserError

_WANTS = {DossierCode, ProvisionalCode, TrackingUrl, SlipNumber, PostalItem}
_PERSON = {"out": "Người nhận", "back": "Người giao", "post": "Nhân viên bưu chính"}


class HandoverPresenter(QObject):
    """``hand_over(ids)`` puts dossiers on the pile; ``open_slip(id)`` opens a slip for confirmation."""

    def __init__(self, ctx: UiContext, view: HandoverView) -> None:
        super().__init__(view)
        self._ctx, self.view = ctx, view
        self.pile = HandoverList(ctx.desk)
        self._token: Token | None = None
        self._made: set[str] = set()
        self._made_words = ""
        self._left_out: dict[str, str] = {}
        self.confirming = Confirming(ctx, self.view.confirm, self)
        compose, confirm = self.view.compose, self.view.confirm
        compose.direction_chosen.connect(self._direction)
        compose.unit_chosen.connect(self._unit)
        compose.code_typed.connect(self.typed)
        compose.remove_requested.connect(self._remove)
        compose.make_requested.connect(self.make)
        compose.slip_opened.connect(self._slip_chosen)
        confirm.back_requested.connect(self._back)
        self.confirming.done.connect(self._confirmed)
        ctx.facts.changed.connect(self._changed)
        if (told := getattr(ctx.printing, "told", None)) is not None:
            told.connect(self._print_told)
        self._show()

    # ---- the frame

    def enter(self) -> None:
        """Scans come here now."""
        if self._token is None:
            self._token = self._ctx.scans.push(self._scanned, _WANTS, "giấy tiếp nhận hồ sơ hoặc phiếu bàn giao")
        self._slips()

    def leave(self) -> None:
        """Scans go elsewhere; the pile stays."""
        if self._token is not None:
            self._ctx.scans.pop(self._token)
            self._token = None

    def command(self, command_id: str) -> bool:
        """Ctrl+Enter makes the slips or confirms; F9 prints the open slip again, Ctrl+F9 its other papers."""
        on_slip = self.view.on_slip()
        if command_id == "save-print":
            self.confirming.confirm() if on_slip else self.make()
            return True
        if command_id == "print-more" and on_slip:
            self.confirming.more()
            return True
        if command_id == "print" and on_slip:
            self.confirming.print()
            return True
        return False

    # ---- scans

    def _scanned(self, scan: Any, raw: RawScan) -> None:
        if isinstance(scan, SlipNumber):
            self._slip_number(scan.number)
        elif isinstance(scan, PostalItem) and not self.view.on_slip():
            self._item(scan)
        else:
            self._code(raw.text)

    def _item(self, scan: PostalItem) -> None:
        """A postal label goes with the folder scanned before it."""
        why, entry = "Số kiểm tra không khớp, hãy quét lại tem.", None
        if scan.check_ok:
            entry, why = self.pile.set_item(scan.code)
        if entry is None:
            self._tell(ScanOutcome.POSTAL_REFUSED, code=scan.code, why=why)
            return
        self._show(entry.dossier)
        self._tell(ScanOutcome.POSTAL_ADDED, item=scan.code, code=entry.code)

    def _code(self, text: str) -> None:
        found = look_up(self._ctx.desk, text)
        if found.dossier is None:
            if not self.view.on_slip():
                self._left_out[getattr(found.scan, "code", text[:40])] = "không có trên máy"
            self._tell(found.outcome, code=getattr(found.scan, "code", text[:40]), province=found.province)
        elif self.view.on_slip():
            self.confirming.check(found.dossier)
        else:
            self._add(found.dossier)

    def _add(self, dossier: Any) -> None:
        added = self.pile.add(dossier)
        self._note_refusal(dossier.shown_code, added)
        self._show(dossier.id)
        self._tell(
            added.outcome, added.detail, code=dossier.shown_code, count=len(self.pile.entries), state=added.state, agency=added.agency
        )

    def _note_refusal(self, code: str, added: Added) -> None:
        """What stays off the pile is said again when the slips are made: by then the folder lies among the others."""
        self._left_out.pop(code, None)
        if added.outcome is not ScanOutcome.ADDED_TO_LIST and added.detail:
            self._left_out[code] = added.detail

    def _slip_number(self, number: str) -> None:
        with self._ctx.desk.store.read() as reader:
            slip = reader.slip_by_number(number)
        if slip is None:
            self._tell(ScanOutcome.NOT_FOUND, "Không có phiếu này trên máy.", code=number)
            return
        self.open_slip(slip.id)
        self._tell(ScanOutcome.SLIP_OPENED, code=slip.number)

    @Slot(str)
    def typed(self, text: str) -> None:
        """A code typed into the page's own box: whole, or a piece that only one dossier has."""
        found = look_up(self._ctx.desk, text)
        if isinstance(found.scan, SlipNumber):
            self._slip_number(found.scan.number)
            return
        if isinstance(found.scan, PostalItem) and self.pile.direction == "post":
            self._item(found.scan)
            return
        if found.dossier is None:
            with self._ctx.desk.store.read() as reader:
                rows = reader.find(text, 2)
                dossier = reader.dossier(rows[0].id) if len(rows) == 1 else None
            if dossier is not None:
                self._add(dossier)
            elif rows:
                self._tell(ScanOutcome.SEVERAL_FOUND, "Gõ thêm số của mã để chỉ còn một hồ sơ.", count="nhiều")
            elif found.outcome is ScanOutcome.OTHER_PROVINCE:
                self._tell(found.outcome, code=text[:40], province=found.province)
            else:
                self._tell(ScanOutcome.NOT_FOUND, code=text[:40])
            return
        self._add(found.dossier)

    def _tell(self, outcome: ScanOutcome, detail: str = "", **facts: Any) -> None:
        panel = self.view.notices
        assert panel is not None
        self._made = set()  # what is scanned now is said now; a print in trouble has its own panel
        panel.show_notice(notice(outcome, **facts), detail)
        self._ctx.say(outcome, **facts)

    # ---- the pile

    def hand_over(self, dossier_ids: list[str]) -> None:
        """Put these on the pile (from a list or a dossier's page)."""
        self.view.show_pile()
        with self._ctx.desk.store.read() as reader:
            dossiers = [reader.dossier(i) for i in dossier_ids]
        for dossier in dossiers:
            if dossier is not None:
                self._add(dossier)

    @Slot(str)
    def _direction(self, direction: Direction) -> None:
        lost = self.pile.set_direction(direction)
        self.view.compose.unit.set_choice(None)
        self._show()
        if lost:
            self._tell(
                ScanOutcome.NOT_ALLOWED_HERE,
                f"{len(lost)} hồ sơ không đi theo hướng này nên đã rời danh sách.",
                code=lost[0],
                state="khác",
            )

    @Slot(str)
    def _unit(self, unit: str) -> None:
        self.pile.set_unit(unit)
        self._show()

    @Slot(object)
    def _remove(self, entry: Entry) -> None:
        self.pile.remove(entry.dossier)
        self._show()

    @Slot()
    def make(self) -> None:
        """One slip a unit, each printed. What could not be made stays on the pile."""
        person = self.view.compose.person.text()
        made = []
        for unit, entries in self.pile.groups().items():
            try:
                slip, _ = handover.create_slip(
                    self._ctx.desk,
                    self.pile.direction,
                    POST if self.pile.direction == "post" else unit,
                    [entry.dossier for entry in entries],
                    to_person=person,
                    items={entry.dossier: entry.item for entry in entries if entry.item},
                )
            except InvalidFields as error:
                self._ctx.fail(UserError(error.code, "Chưa lập phiếu: " + " ".join(error.fields.values())))
                break
            except UserError as error:
                self._ctx.fail(error)
                break
            made.append(slip)
            for entry in entries:
                self.pile.remove(entry.dossier)
        if made:
            self._saved([slip.id for slip in made])
        print_papers(self._ctx, "phiếu bàn giao", [slip_paper(self._ctx.desk, slip) for slip in made])
        self._show()
        self._slips()

    def _saved(self, made: list[str]) -> None:
        outcome = saved_outcome(self._ctx)
        self._made, self._made_words = set(made), f"Đã lập {len(made)} phiếu bàn giao."
        if self._left_out:
            told = "; ".join(f"{code} ({why.rstrip('.')})" for code, why in self._left_out.items())
            self._made_words += f" Không đưa vào phiếu: {told}."
            self._left_out = {}
        self.view.compose.panel.show_notice(notice(outcome), self._made_words)
        self._ctx.say(outcome)

    @Slot(object, object, object)
    def _print_told(self, outcome: PrintOutcome, facts: dict[str, Any], sheet: paper.Paper) -> None:
        """How the printing of a slip goes, beside what was made or on the slip that is open."""
        if self.view.on_slip() and sheet.entity == self.confirming.slip_id:
            panel = self.view.confirm.panel
            panel.show_notice(notice(outcome, **facts), sheet.title)
            panel.show()
            self._claim(panel)
        elif sheet.entity in self._made and not self.view.on_slip():
            self.view.compose.panel.show_notice(notice(outcome, **facts), self._made_words)
            self._claim(self.view.compose.panel)

    def _claim(self, panel: QWidget) -> None:
        """The page has said it: nobody else needs to."""
        if panel.isVisible() and (claim := getattr(self._ctx.printing, "claim", None)) is not None:
            claim()

    def _show(self, select: str = "") -> None:
        number = next(i for i, d in enumerate(DIRECTIONS) if d[0] == self.pile.direction)
        self.view.compose.set_direction(number, DIRECTIONS[number][2], _PERSON[self.pile.direction])
        self.view.compose.set_entries(self.pile.sorted_entries(), len(self.pile.groups()), select)

    # ---- slips

    def open_slip(self, slip_id: str) -> None:
        """Show a slip for confirmation."""
        if self.confirming.open(slip_id):
            self.view.show_slip()

    @Slot(object)
    def _slip_chosen(self, slip: SlipRow) -> None:
        self.open_slip(slip.id)

    @Slot()
    def _back(self) -> None:
        self.view.show_pile()
        self._slips()

    @Slot(str, int)
    def _confirmed(self, number: str, count: int) -> None:
        self.view.show_pile()
        self._tell(ScanOutcome.SLIP_CONFIRMED, code=number, count=count)
        self._slips()

    def _slips(self) -> None:
        with self._ctx.desk.store.read() as reader:
            self.view.compose.set_slips(reader.list_slips(open_only=True))

    @Slot(object)
    def _changed(self, changes: Changes) -> None:
        if self._token is not None and changes.slips:
            self._slips()


def build_handover_page(ctx: UiContext) -> HandoverView:
    """The page, ready for the frame."""
    view = HandoverView(ctx.desk)
    view.presenter = HandoverPresenter(ctx, view)
    return view
