"""A page whose decisions are its presenter's: the frame talks to the page, the page passes it on."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtWidgets import QWidget

from counter_app.domain.outcomes import SaveOutcome
from counter_app.services.paper import Paper
from counter_app.ui import a11y
from counter_app.ui.context import UiContext
from counter_app.ui.page import Page
from counter_app.ui.widgets.data_table import DataTable
from counter_app.ui.widgets.messages import ScanPanel


class PagePresenter(Protocol):
    """What the frame needs of a presenter."""

    def enter(self) -> None:
        """The page became visible."""

    def leave(self) -> None:
        """Another page becomes visible."""

    def command(self, command_id: str) -> bool:
        """Do a command of ``actions.COMMANDS``; False: not this page's business."""


class PresentedPage(Page):
    """``presenter`` is set by the builder of the page. ``notices``: the panel in which this page shows outcomes itself, so that
    nobody has to show them a second time (None: the page has no such place)."""

    presenter: PagePresenter | None = None
    notices: ScanPanel | None = None
    _first: QWidget | None = None

    def on_enter(self) -> None:
        if self.presenter is not None:
            self.presenter.enter()

    def on_leave(self) -> None:
        if self.presenter is not None:
            self.presenter.leave()

    def handle_command(self, command_id: str) -> bool:
        return self.presenter is not None and self.presenter.command(command_id)

    def primary_focus(self) -> QWidget | None:
        """A list without rows cannot take the keyboard: then the first thing on the page that can."""
        if isinstance(self._first, DataTable) and not self._first.rows():
            return next(iter(a11y.focusable(self)), None)
        return self._first


def saved_outcome(ctx: UiContext) -> SaveOutcome:
    """What is true right after a COMMIT: it is on this PC, and goes out now or when there is a network again."""
    return SaveOutcome.SAVED_WAITING if ctx.link().works else SaveOutcome.SAVED_OFFLINE


def print_papers(ctx: UiContext, title: str, papers: list[Paper]) -> None:
    """Several at once: from three on they show how far they are and can be stopped."""
    if len(papers) > 2 and ctx.printing is not None:
        ctx.printing.print_many(title, papers)
        return
    for paper in papers:
        print_paper(ctx, paper)


def print_paper(ctx: UiContext, paper: Paper) -> None:
    """Hand a paper to the print flow (after the COMMIT; a dead printer never touches the dossier)."""
    if ctx.printing is not None:
        ctx.printing.print_paper(paper)
