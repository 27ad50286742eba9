"""Scans that the form itself takes: an identity card fills it, a postal item is noted. Everything else opens what it names."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject

from counter_app.domain.identity import Card
from counter_app.domain.outcomes import ScanOutcome
from counter_app.scanner.classify import CitizenCard, PostalItem
from counter_app.scanner.raw import RawScan
from counter_app.scanner.router import Token
from counter_app.ui.context import UiContext
from counter_app.ui.notify import Notice, notice
from counter_app.ui.pages.receive_parts.card import Filling, Side, fill
from counter_app.ui.pages.receive_parts.values import Values
from counter_app.ui.pages.receive_view import ReceiveView

_STRANGER = "Thẻ này là của người khác. Đây là chủ hồ sơ mới hay người nộp thay?"


class FormScans(QObject):
    """``from_card``: what cards wrote and nobody changed since."""

    def __init__(self, ctx: UiContext, view: ReceiveView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._view = ctx, view
        self._token: Token | None = None
        self._card: Card | None = None
        self.from_card: Values = {}

    def listen(self) -> None:
        """The page is on top."""
        if self._token is None:
            self._token = self._ctx.scans.push(self._scanned, {CitizenCard, PostalItem}, "thẻ căn cước hoặc mã bưu gửi")

    def stop(self) -> None:
        """Another page is on top."""
        if self._token is not None:
            self._ctx.scans.pop(self._token)
            self._token = None

    def typed(self, key: str) -> None:
        """A person changed a field: it is no longer the card's."""
        self.from_card.pop(key, None)

    def clear(self) -> None:
        """Another form."""
        self.from_card, self._card = {}, None

    def take(self, card: Card, side: Side | None = None, *, overwrite: bool = False) -> None:
        """Fill the form from a card."""
        values = self._view.values()
        done = fill(card, values, self.from_card, side, overwrite=overwrite)
        self._card = card
        if done.stranger:
            self._view.tell(Notice("warning", "id-card", _STRANGER, notice(ScanOutcome.CARD_GARBLED).sound), card.name,
                            (("card-submitter", "Người nộp thay"), ("card-owner", "Chủ hồ sơ mới")), focus=True)
            return
        self._write(values, done)
        outcome = ScanOutcome.CARD_GARBLED if done.doubts else ScanOutcome.FILLED_CARD
        self._ctx.say(outcome)
        actions = (("card-overwrite", "Lấy hết theo thẻ"),) if done.differs else ()
        differs = "Ô đã gõ được giữ, thẻ ghi khác ở ô có ghi chú." if done.differs else ""
        self._view.tell(notice(outcome), " ".join((differs, *(f"{text}." for text in done.warnings))).strip(), actions)
        self._focus(done)

    def act(self, action_id: str) -> bool:
        """A button of the message line."""
        if self._card is None or not action_id.startswith("card-"):
            return False
        side = fill(self._card, self._view.values(), self.from_card).side
        match action_id:
            case "card-overwrite":
                self.take(self._card, side, overwrite=True)
            case "card-owner":
                self.take(self._card, "owner", overwrite=True)
            case _:
                self.take(self._card, "submitter")
        return True

    def _write(self, values: Values, done: Filling) -> None:
        self.from_card |= done.put
        if done.side == "submitter":
            values["submitter"] = True
        self._view.set_values(values | done.put)
        for key in done.put:
            self._view.mark(key, done.doubts.get(key, ""))
            self._view.hint(key, "")
        for key, says in done.differs.items():
            words = {"male": "Nam", "female": "Nữ"}.get(says, says)
            self._view.hint(key, f"Thẻ ghi: {words}")
        self._view.edited.emit("")

    def _focus(self, done: Filling) -> None:
        values = self._view.values()
        doubt = next(iter(done.doubts), None) or next(iter(done.differs), None)
        if doubt:
            self._view.focus(doubt)
        elif not values["procedure"]:
            self._view.focus("procedure")
        elif not values[f"{done.side}.phone"]:
            self._view.focus(f"{done.side}.phone")

    def _scanned(self, scan: Any, raw: RawScan) -> None:
        if isinstance(scan, CitizenCard):
            self.take(scan.card)
            return
        values = self._view.values()
        typed = "".join(values["postal_code"].split()).upper()
        if typed and typed != scan.code and typed != self.from_card.get("postal_code"):
            self._view.hint("postal_code", f"Vừa quét: {scan.code}")
            return
        self.from_card["postal_code"] = scan.code
        self._view.set_values(values | {"channel": "post", "postal_code": scan.code})
        self._view.hint("postal_code", "" if scan.check_ok else "Số kiểm tra không khớp, hãy so với tem.")
        self._view.tell(Notice("success", "package", f"Đã ghi mã bưu gửi {scan.code}, kênh nộp: bưu chính.",
                               notice(ScanOutcome.POSTAL_FOUND).sound))
        self._view.edited.emit("")
