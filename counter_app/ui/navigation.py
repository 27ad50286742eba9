"""From one page to another: what a page asks of the frame, in one place."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from counter_app.domain.identity import Card
from counter_app.services.lookup import LookupResult
from counter_app.ui.context import UiContext
from counter_app.ui.main_window import MainWindow
from onestop.model import Dossier
from onestop.rights import allowed


def first_page(roles: Collection[str]) -> str:
    """Where somebody's day begins: the first page of the rail on which the person may do something."""
    if allowed(roles, "dossier.create"):
        return "receive"
    if allowed(roles, "status.transition", "return"):
        return "return"
    return "find" if allowed(roles, "fee.record") else "sync"


class Navigator:
    """Sets the leading calls of the context. Pages are made when they are first needed; each has a ``presenter``."""

    def __init__(self, ctx: UiContext, window: MainWindow) -> None:
        self._window = window
        ctx.go = self.go
        ctx.open_dossier = self.open_dossier
        ctx.open_slip = self.open_slip
        ctx.show_answer = self.show_answer
        ctx.show_found = self.show_found
        ctx.search = self.search
        ctx.receive_for = self.receive_for
        ctx.correct_dossier = self.correct_dossier
        ctx.return_dossier = self.return_dossier
        ctx.hand_over = self.hand_over

    def go(self, page_id: str) -> None:
        """Show a page; unknown ids are ignored (a command of another version's settings)."""
        self._window.show_page(page_id)

    def open_dossier(self, dossier_id: str) -> None:
        self._presenter("dossier").open(dossier_id)

    def show_answer(self, answer: LookupResult) -> None:
        self._presenter("dossier").show_answer(answer)

    def open_slip(self, slip_id: str) -> None:
        self._presenter("handover").open_slip(slip_id)

    def hand_over(self, dossier_ids: list[str]) -> None:
        self._presenter("handover").hand_over(dossier_ids)

    def return_dossier(self, dossier_id: str) -> None:
        self._presenter("return").open(dossier_id)

    def receive_for(self, card: Card | None) -> None:
        self._presenter("receive").receive_for(card)

    def correct_dossier(self, dossier_id: str) -> None:
        self._presenter("receive").correct_dossier(dossier_id)

    def show_found(self, title: str, dossiers: tuple[Dossier, ...]) -> None:
        self._presenter("find").show_found(title, dossiers)

    def search(self, text: str) -> None:
        self._presenter("find").submitted(text)

    def typed(self, text: str) -> None:
        """While somebody types in the search box: the list follows, the focus stays in the box."""
        if len(text.strip()) < 2:
            return
        if self._window.current_page_id() != "find":
            self._window.show_page("find")
            self._window.focus_search_end()
        self._presenter_of("find").typed(text)

    def _presenter(self, page_id: str) -> Any:
        self._window.show_page(page_id)
        return self._presenter_of(page_id)

    def _presenter_of(self, page_id: str) -> Any:
        page = self._window.page(page_id)
        assert page is not None
        return page.presenter  # type: ignore[attr-defined]
