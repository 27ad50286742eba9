"""Decisions of "Trả kết quả": whose result, who takes it, and the one key that hands it over and prints."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Slot

from counter_app.domain.identity import Card
from counter_app.domain.outcomes import ScanOutcome
from counter_app.scanner.classify import CitizenCard, DossierCode, PostalItem, ProvisionalCode, TrackingUrl
from counter_app.scanner.raw import RawScan
from counter_app.scanner.router import Token
from counter_app.services import lifecycle, paper
from counter_app.services.desk import Changes
from counter_app.services.lookup import look_up
from counter_app.services.paper_menu import dossier_choices
from counter_app.services.post_lists import item_of
from counter_app.store.rows import ListFilter, Row
from counter_app.ui.context import UiContext
from counter_app.ui.notify import Notice, Sound, notice
from counter_app.ui.pages import return_case as case
from counter_app.ui.pages.dossier_words import due_words
from counter_app.ui.pages.paper_menu import offer_papers
from counter_app.ui.pages.presented import print_paper, saved_outcome
from counter_app.ui.pages.return_view import ReturnView
from counter_app.ui.texts import money_text
from counter_app.ui.widgets import Chip, show_errors
from onestop.errors import InvalidFields, UserError
from onestop.model import Dossier
from onestop.states import State

LIMIT = 200
_WANTS = {DossierCode, ProvisionalCode, TrackingUrl, CitizenCard, PostalItem}


class ReturnPresenter(QObject):
    """``open(id)`` takes a dossier into the form (from a list or a dossier's page)."""

    def __init__(self, ctx: UiContext, view: ReturnView) -> None:
        super().__init__(view)
        self._ctx, self._view = ctx, view
        self._token: Token | None = None
        self._dossier: Dossier | None = None
        self._person: tuple[str, str] | None = None
        self._warned, self._given = False, ""
        view.chosen.connect(self._chosen)
        view.all_requested.connect(self._everybody)
        view.closed.connect(self.close)
        view.form.relation_chosen.connect(self._relation)
        view.form.collect_requested.connect(self.collect)
        view.form.return_requested.connect(self.give)
        view.form.open_requested.connect(self._open_page)
        ctx.facts.changed.connect(self._changed)
        self.close()

    # ---- the frame

    def enter(self) -> None:
        """Scans come here now."""
        if self._token is None:
            self._token = self._ctx.scans.push(self._scanned, _WANTS, "giấy hẹn hoặc thẻ căn cước")
        self._list()

    def leave(self) -> None:
        """Scans go elsewhere; a form being filled stays."""
        if self._token is not None:
            self._ctx.scans.pop(self._token)
            self._token = None

    def command(self, command_id: str) -> bool:
        """Ctrl+Enter returns, F7 takes the fees, Ctrl+F9 offers the papers of this dossier or the one just returned."""
        if command_id == "print-more":
            return self._papers()
        if not self._view.has_form():
            return False
        if command_id == "save-print":
            self.give()
            return True
        if command_id == "collect-fee":
            self.collect()
            return True
        return False

    def _papers(self) -> bool:
        dossier_id = self._dossier.id if self._dossier is not None else self._given
        with self._ctx.desk.store.read() as reader:
            dossier = reader.dossier(dossier_id)
        if dossier is not None:
            offer_papers(self._ctx, self._view, f"In giấy của hồ sơ {dossier.shown_code}", dossier_choices(self._ctx.desk, dossier))
        return dossier is not None

    # ---- scans

    def _scanned(self, scan: Any, raw: RawScan) -> None:
        if isinstance(scan, CitizenCard):
            self._card(scan.card)
        elif isinstance(scan, PostalItem) and self._view.has_form():
            self._fill(case.collector(self._dossier, "post"))  # type: ignore[arg-type]
            self._view.form.postal.setText(scan.code)
            self._tell(ScanOutcome.POSTAL_FOUND, "Đã điền mã bưu gửi; kết quả sẽ gửi qua bưu chính.", code=scan.code)
        else:
            self._code(raw.text)

    def _code(self, text: str) -> None:
        found = look_up(self._ctx.desk, text)
        if found.dossier is None:
            self._tell(found.outcome, code=getattr(found.scan, "code", ""), province=found.province)
            return
        self._person = None
        self.open(found.dossier.id)
        if self._view.has_form():
            self._tell(found.outcome, found.dossier.procedure_name, code=found.dossier.shown_code, final=found.dossier.code)
        else:
            refused = case.why_not(self._ctx.desk, found.dossier)
            self._tell(
                ScanOutcome.NOT_ALLOWED_HERE,
                refused[1] if refused else "",
                code=found.dossier.shown_code,
                state=refused[0] if refused else "",
            )

    def _card(self, card: Card) -> None:
        if self._view.has_form() and self._dossier is not None:
            match = case.match_card(self._dossier, card)
            self._fill(match.collector)
            self._view.form.show_match(match.role, match.text)
            self._tell(ScanOutcome.FILLED_CARD if "garbled" not in card.warnings else ScanOutcome.CARD_GARBLED, match.text)
            return
        with self._ctx.desk.store.read() as reader:
            dossiers = reader.dossiers_by_id_no(card.id_no)
        ready = [d for d in dossiers if d.status == State.DONE and d.agency == self._ctx.desk.agency]
        if not dossiers:
            self._tell(ScanOutcome.PERSON_UNKNOWN)
            return
        self._person = (card.name or dossiers[0].owner.name, card.id_no)
        self._list()
        if len(ready) == 1:
            self.open(ready[0].id)
            self._card(card)
        elif ready:
            self._tell(ScanOutcome.SEVERAL_FOUND, count=len(ready))
        else:
            what, detail = case.why_not(self._ctx.desk, dossiers[0]) or ("", "")
            self._view.show_blank("hourglass", what, detail)
            self._tell(ScanOutcome.NOT_ALLOWED_HERE, detail, code=dossiers[0].shown_code, state=what)

    def _tell(self, outcome: ScanOutcome, detail: str = "", **facts: Any) -> None:
        assert self._view.notices is not None
        self._view.notices.show_notice(notice(outcome, **facts), detail)
        self._ctx.say(outcome, **facts)

    # ---- the form

    def open(self, dossier_id: str) -> None:
        """Take a dossier into the form, or say why it cannot be returned now."""
        with self._ctx.desk.store.read() as reader:
            dossier = reader.dossier(dossier_id)
        if dossier is None:
            return
        desk, refused = self._ctx.desk, case.why_not(self._ctx.desk, dossier)
        self._warned = False
        if refused is not None:
            self._dossier = None
            self._view.show_blank("hourglass", f"{dossier.shown_code}: {refused[0]}", refused[1])
            return
        self._dossier = dossier
        words, role, icon = due_words(desk, dossier)
        result = " ".join(p for p in (dossier.result.kind, dossier.result.number) if p) if dossier.result else ""
        self._view.form.show_case(
            dossier.shown_code,
            Chip(words, role, icon),
            dossier.owner.name,
            dossier.procedure_name + (f" → {result}" if result else ""),
            case.apology(desk, dossier),
            case.who_may(dossier),
            case.relations(dossier),
            case.originals(desk, dossier),
        )
        self._view.form.show_match("", case.who_may(dossier))
        self._fill(case.collector(dossier))
        self._owed()
        self._view.show_form(dossier.id)

    def _fill(self, collector: case.Collector) -> None:
        self._view.form.fill(collector)
        if collector.relation == "post" and self._dossier is not None:  # its label was scanned when the slip to the post was made
            self._view.form.postal.setText(item_of(self._ctx.desk, self._dossier))

    def _owed(self) -> None:
        assert self._dossier is not None
        amount, words = case.owed(self._dossier)
        paid = any(fee.entry == "collected" for fee in self._dossier.fees)
        chip = (
            Chip(f"Còn {money_text(amount)}", "warning", "banknote")
            if amount
            else Chip("Đã thu đủ" if paid else "Không thu", "neutral", "check")
        )
        self._view.form.show_owed(amount, words, chip)

    @Slot(str)
    def _relation(self, relation: case.Relation) -> None:
        assert self._dossier is not None
        self._view.form.show_match("", case.who_may(self._dossier))
        self._fill(case.collector(self._dossier, relation))
        self._view.form.focus_name()

    @Slot()
    def collect(self) -> None:
        """Take all that is owed."""
        if self._dossier is None or not case.owed(self._dossier)[0]:
            return
        form = self._view.form
        try:
            case.collect_all(self._ctx.desk, self._dossier, method=form.method.currentData(), receipt_no=form.receipt_no.text())
        except UserError as error:
            self._ctx.fail(error)
        self._reload()
        self._owed()

    def _reload(self) -> None:
        assert self._dossier is not None
        with self._ctx.desk.store.read() as reader:
            self._dossier = reader.dossier(self._dossier.id)

    @Slot()
    def give(self) -> None:
        """Hand the result over and print the slip. Money still owed is said once, and does not withhold the result."""
        if self._dossier is None:
            return
        form, dossier = self._view.form, self._dossier
        amount = case.owed(dossier)[0]
        if amount and not self._warned:
            self._warned = True
            self._warn(f"Còn phải thu {money_text(amount)}.", "Bấm F7 để thu, hoặc Ctrl+Enter lần nữa để trả mà chưa thu.")
            return
        typed, relation = form.typed(), form.relation()
        typed["collector_id_no"] = typed["collector_id_no"] or case.known_id(dossier, relation, typed["collector_name"])
        try:
            done, _ = lifecycle.return_result(self._ctx.desk, dossier.id, relation=relation, originals=form.given_back(), **typed)
        except InvalidFields as error:
            show_errors(form.fields, error.fields)
            return
        except UserError as error:
            self._ctx.fail(error)
            return
        self.close()
        self._given = done.id
        self._view.show_blank("handshake", f"Đã trả kết quả {done.shown_code}", f"Người nhận: {typed['collector_name']}.")
        self._list()
        outcome = saved_outcome(self._ctx)
        assert self._view.notices is not None
        self._view.notices.show_notice(notice(outcome), "Đang in phiếu trả kết quả.")
        self._ctx.say(outcome)
        try:
            print_paper(self._ctx, paper.return_slip(self._ctx.desk, done))
        except UserError as error:
            self._ctx.fail(error)

    def _warn(self, sentence: str, detail: str) -> None:
        assert self._view.notices is not None
        self._view.notices.show_notice(Notice("warning", "banknote", sentence, Sound.WARNING), detail)

    @Slot()
    def close(self) -> None:
        """Put the open one aside; nothing is saved."""
        self._dossier = None
        assert self._view.notices is not None
        self._view.notices.clear()
        self._view.show_blank("hand-coins", "Chưa chọn hồ sơ", "Quét giấy hẹn, thẻ căn cước, hoặc chọn trong danh sách rồi Enter.")
        if self._view.isVisible():
            self._view.table.view.setFocus()

    @Slot()
    def _open_page(self) -> None:
        if self._dossier is not None:
            self._ctx.open_dossier(self._dossier.id)

    # ---- the list

    @Slot(object)
    def _chosen(self, row: Row) -> None:
        self.open(row.id)

    @Slot()
    def _everybody(self) -> None:
        self._person = None
        self._list()

    def _list(self) -> None:
        with self._ctx.desk.store.read() as reader:
            if self._person:
                ids = [d.id for d in reader.dossiers_by_id_no(self._person[1])]
                rows = sorted(reader.rows(ids), key=lambda r: r.status != State.DONE)
                total = len(rows)
            else:
                rows, total = reader.list_dossiers(ListFilter(ready=True), LIMIT), reader.count_dossiers(ListFilter(ready=True))
        title = f"Hồ sơ của {self._person[0]}" if self._person else "Kết quả chờ trả"
        self._view.set_list(rows, title, total, narrowed=self._person is not None)

    @Slot(object)
    def _changed(self, changes: Changes) -> None:
        if self._token is not None:
            self._list()


def build_return_page(ctx: UiContext) -> ReturnView:
    """The page, ready for the frame."""
    view = ReturnView(ctx.desk)
    view.presenter = ReturnPresenter(ctx, view)
    return view
