"""What a scan does when the page on top has no use for it: it opens what it names. Nothing read is lost: a text that is no
code of ours stays, with what can be done with it.

Every end of a scan is one member of ``ScanOutcome``; colour, icon and sound come from ``ui.notify``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from counter_app.domain.outcomes import ScanOutcome
from counter_app.scanner import router
from counter_app.scanner.classify import (
    CitizenCard,
    DossierCode,
    OtherCard,
    PostalItem,
    ProvisionalCode,
    SlipNumber,
    TrackingUrl,
    Unknown,
)
from counter_app.scanner.raw import RawScan
from counter_app.scanner.router import Routing
from counter_app.services.lookup import LookupResult, ask_central, look_up
from counter_app.sync.link_state import LinkState
from counter_app.ui.background import CancelToken
from counter_app.ui.context import UiContext
from counter_app.ui.notify import Notice, notice
from onestop.text import mask_id

_NAMES: dict[type, str] = {
    DossierCode: "mã hồ sơ",
    ProvisionalCode: "số tạm",
    SlipNumber: "phiếu bàn giao",
    CitizenCard: "thẻ căn cước",
    PostalItem: "mã bưu gửi",
    TrackingUrl: "đường dẫn tra cứu",
    OtherCard: "loại thẻ khác",
    Unknown: "nội dung lạ",
}
#: What the person may do with a text that led nowhere: (id, words).
KEPT_ACTIONS = (("search", "Tìm theo nội dung"), ("copy", "Chép"), ("receive", "Tiếp nhận hồ sơ mới"))


def scan_name(scan: Any) -> str:
    """The noun of a scan for sentences."""
    return _NAMES.get(type(scan), "mã vừa quét")


class ScanDispatch(QObject):
    """The receiver of last resort. Make the router with ``name_of=scan_name`` and ``on_outcome=dispatch.on_outcome``.

    ``offered(Notice, detail, actions)``: show it in a panel with these buttons (``ScanPanel.show_notice``); a pressed button goes
    to `act`. ``withdrawn()``: nothing is offered any more.
    """

    offered = Signal(object, str, object)
    withdrawn = Signal()

    def __init__(self, ctx: UiContext, parent: QObject | None = None, dialog_open: Callable[[], bool] | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self._dialog_open = dialog_open or (lambda: QApplication.activeModalWidget() is not None)
        self._asking: CancelToken | None = None
        self._kept = ""
        self._card: CitizenCard | None = None

    # ---- what comes in

    def on_outcome(self, outcome: router.Outcome) -> None:
        """The router is done with a scan. What the page on top did not want is worked on here; a dialog on top keeps it out."""
        match outcome.routing:
            case Routing.HANDLED:
                self._drop_late()
                self.withdrawn.emit()
            case Routing.UNWANTED | Routing.NO_HANDLER if not self._dialog_open():
                self.handle(outcome.scan, outcome.raw)
            case Routing.UNWANTED | Routing.NO_HANDLER | Routing.OVERFLOW:
                self._ctx.say(ScanOutcome.UNWANTED_HERE, what=scan_name(outcome.scan), message=outcome.message)

    def handle(self, scan: Any, raw: RawScan) -> None:
        """Open what ``raw`` names."""
        self._drop_late()
        self._answer(look_up(self._ctx.desk, raw.text), raw.text)

    def typed(self, text: str) -> None:
        """Enter in the search box: a whole code works like a scan, anything else is searched for."""
        self._drop_late()
        found = look_up(self._ctx.desk, text)
        if isinstance(found.scan, Unknown):
            self.withdrawn.emit()
            self._ctx.search(text)
        else:
            self._answer(found, text)

    # ---- what comes of it

    def _answer(self, found: LookupResult, text: str) -> None:
        self.withdrawn.emit()
        code = _code_of(found)
        match found.scan:
            case Unknown(why=_) | OtherCard():
                self._keep(found, text)
            case CitizenCard() as card:
                self._person(found, card)
            case _ if found.dossier is not None:
                self._open(found, code)
            case _ if found.slip is not None:
                self._ctx.open_slip(found.slip.id)
                self._ctx.say(ScanOutcome.SLIP_OPENED, code=found.slip.number)
            case _ if found.several:
                self._ctx.show_found(f"Bưu gửi {code}", found.several)
                self._ctx.say(ScanOutcome.SEVERAL_FOUND, count=len(found.several))
            case _ if found.ask_central and self._reachable():
                self._ask(found, code, text)
            case _:
                self._not_found(found, code, text)

    def _reachable(self) -> bool:
        """Is it worth asking? Without a network the answer is known at once, not after a time-out at somebody else's turn."""
        return self._ctx.central is not None and self._ctx.link() is not LinkState.OFFLINE

    def _open(self, found: LookupResult, code: str) -> None:
        assert found.dossier is not None
        if found.provenance == "central":
            self._ctx.show_answer(found)
        else:
            self._ctx.open_dossier(found.dossier.id)
        agency = self._ctx.desk.catalogue.unit_name(found.dossier.agency)
        self._ctx.say(found.outcome, code=code, final=found.dossier.shown_code, agency=agency)

    def _person(self, found: LookupResult, card: CitizenCard) -> None:
        """A card shown anywhere: this person's dossiers, or the offer to receive one."""
        self._card = card
        if found.several:
            self._ctx.show_found(f"Hồ sơ của {card.card.name or mask_id(card.card.id_no)}", found.several)
            self._ctx.say(ScanOutcome.SEVERAL_FOUND, count=len(found.several))
            return
        self._ctx.say(ScanOutcome.PERSON_UNKNOWN)
        self.offered.emit(notice(ScanOutcome.PERSON_UNKNOWN), card.card.name, (("receive", "Tiếp nhận hồ sơ mới"),))

    def _ask(self, found: LookupResult, code: str, text: str) -> None:
        """Not in the cache: ask the centre in the background; an answer that comes after the next scan is dropped."""
        central, desk = self._ctx.central, self._ctx.desk
        assert central is not None
        self._ctx.say(ScanOutcome.ASKING_CENTRAL, code=code)

        def answered(answer: LookupResult) -> None:
            self._asking = None
            if answer.dossier is not None:
                self._open(answer, code)
            elif answer.slip is not None:
                self._foreign_slip(answer, code)
            else:
                self._not_found(answer, code, text)

        self._asking = self._ctx.tasks.run_task(
            lambda: ask_central(desk, found, central), answered, self._failed, key="scan-lookup", owner=self
        )

    def _failed(self, error: Exception) -> None:
        self._asking = None
        self._ctx.fail(error)

    def _foreign_slip(self, answer: LookupResult, code: str) -> None:
        """A slip of another counter: it can be named, not worked on here."""
        assert answer.slip is not None
        self._ctx.say(ScanOutcome.OTHER_AGENCY, code=code, agency=self._ctx.desk.catalogue.unit_name(answer.slip.agency))

    def _not_found(self, found: LookupResult, code: str, text: str) -> None:
        outcome = found.outcome
        if outcome is ScanOutcome.NOT_FOUND and found.ask_central and not self._reachable():
            outcome = ScanOutcome.OFFLINE_NOT_FOUND
        self._ctx.say(outcome, code=code, province=found.province)
        self._offer(outcome, text, code=code, province=found.province)

    def _keep(self, found: LookupResult, text: str) -> None:
        what = scan_name(found.scan)
        self._ctx.say(found.outcome, what=what)
        self._offer(found.outcome, text, detail=getattr(found.scan, "message_vi", ""), what=what)

    def _offer(self, outcome: ScanOutcome, text: str, *, detail: str = "", **facts: object) -> None:
        self._kept, self._card = text, None
        shown: Notice = notice(outcome, **facts)
        self.offered.emit(shown, detail or _shorten(text), KEPT_ACTIONS)

    def _drop_late(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    @Slot(str)
    def act(self, action_id: str) -> None:
        """A button of the offer."""
        self.withdrawn.emit()
        if action_id == "copy":
            QGuiApplication.clipboard().setText(self._kept)
        elif action_id == "search":
            self._ctx.search(self._kept)
        elif action_id == "receive":
            self._ctx.receive_for(self._card.card if self._card else None)


def _code_of(found: LookupResult) -> str:
    scan = found.scan
    if isinstance(scan, SlipNumber):
        return scan.number
    return str(getattr(scan, "code", ""))


def _shorten(text: str) -> str:
    """One readable line; a card's text (bars, personal data) is not shown."""
    if "|" in text:
        return ""
    line = " ".join(text.split())
    return line if len(line) <= 80 else line[:79] + "…"
