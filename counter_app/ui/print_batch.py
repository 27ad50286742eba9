"""Many papers at once: how far they are, and a way to stop between two of them (or between two pages of a long one)."""

from __future__ import annotations

from collections import deque
from typing import Any

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from counter_app.domain.outcomes import PrintOutcome
from counter_app.services.paper import Paper
from counter_app.ui.context import UiContext
from counter_app.ui.notify import Notice, Sound
from counter_app.ui.print_flow import PrintFlow
from counter_app.ui.print_words import TROUBLES
from counter_app.ui.theme import colour, spacing
from counter_app.ui.widgets.floating import FloatingPanel
from onestop.errors import UserError

AHEAD = 2
"""Papers handed over and not yet out: enough that the printer never waits, few enough that stopping means something."""
_OVER = frozenset({PrintOutcome.DONE, PrintOutcome.REPRINTED, PrintOutcome.SAVED_PDF})
#: The printer waits for a hand; the paper will still come.
_HOLDS = frozenset({PrintOutcome.PAPER_NEEDED})
_STOP, _GO_ON, _CLOSE = ("stop", "Dừng in"), ("go-on", "In tiếp"), ("close", "Đóng")


class BatchPanel(FloatingPanel):
    """Prints ``papers`` (each a ``Paper`` or a callable that makes one when its turn has come: memory stays flat) through the flow.

    A paper that fails holds the rest until somebody decides: a thousand receipts do not follow the first into a printer without toner.
    ``ended`` when nothing is left to do and it was read or closed.
    """

    ended = Signal()

    def __init__(self, ctx: UiContext, flow: PrintFlow, title: str, papers: list[Any], host: QWidget) -> None:
        super().__init__(host)
        self._ctx, self._flow, self._title = ctx, flow, title
        self._left: deque[Any] = deque(papers)
        self._now: dict[tuple[str, str], Paper] = {}
        self._mine: set[tuple[str, str]] = set()
        self.total, self.out = len(papers), 0
        self.failed: list[Paper] = []
        self._page = ""
        self._pages = self._at = 0
        self._held = self._stopped = False
        flow.told.connect(self._told)
        flow.paged.connect(self._paged)
        self.action_requested.connect(self._chosen)
        self.close_button.hide()
        self._bar = _Bar(self)

    def start(self) -> None:
        """Begin."""
        self._show()
        self._more()

    def adopt(self, paper: Paper, pages: int) -> None:
        """Follow a paper that is in the queue already."""
        self.total = 1
        self._now[_key(paper)] = paper
        self._mine.add(_key(paper))
        self._pages = pages
        self._paged(paper, 0, pages)

    def add(self, papers: list[Any]) -> None:
        """More of the same, behind what is left."""
        self._left.extend(papers)
        self.total += len(papers)
        self._show()
        self._more()

    @property
    def running(self) -> bool:
        """Is anything left to do?"""
        return bool(self._left or self._now) and not self._stopped

    def holds(self, paper: Paper) -> bool:
        """Is it one of this batch's (then nobody else tells of it)?"""
        return _key(paper) in self._mine

    def stop(self) -> None:
        """Nothing more is sent; what waits in the queue is taken back, between pages where the printer allows it."""
        self._stopped = True
        self._left.clear()
        for paper in self._now.values():
            self._flow.take_back(paper)
        self._now.clear()
        self._show()

    # ---- inside

    @Slot()
    def _more(self) -> None:
        while self._left and not self._held and not self._stopped and len(self._now) < AHEAD:
            made = self._left.popleft()
            try:
                paper = made if isinstance(made, Paper) else made()
            except UserError as error:
                self._ctx.fail(error)
                self.total -= 1
                continue
            self._now[_key(paper)] = paper
            self._mine.add(_key(paper))
            self._flow.print_paper(paper)

    @Slot(object, object, object)
    def _told(self, outcome: PrintOutcome, _facts: dict[str, Any], paper: Paper) -> None:
        if _key(paper) not in self._now:
            return
        if outcome in _OVER:
            self.out += 1
            self._page = ""
            self.failed = [one for one in self.failed if _key(one) != _key(paper)]
            del self._now[_key(paper)]
        elif outcome in TROUBLES and outcome not in _HOLDS:
            self._held = True
            self.failed.append(paper)
            del self._now[_key(paper)]
        if outcome in _OVER or outcome in TROUBLES:
            self._show()
            QTimer.singleShot(0, self, self._more)

    @Slot(object, int, int)
    def _paged(self, paper: Paper, page: int, pages: int) -> None:
        if _key(paper) in self._now and pages > 1:
            self._at = min(page, pages)
            self._page = f" Trang {self._at}/{pages} của {paper.title}."
            self._show()

    @Slot(str)
    def _chosen(self, action: str) -> None:
        match action:
            case "stop":
                self.stop()
            case "go-on":
                self._held = False
                for paper in reversed(self.failed):
                    self._left.appendleft(paper)
                self.failed = []
                self._show()
                self._more()
            case "close":
                self._end()

    def _show(self) -> None:
        lone = self._pages and self.total == 1
        count = f"{self._pages if self.out else self._at}/{self._pages} trang" if lone else f"{self.out}/{self.total}"
        if self._stopped:
            rest = self.total - self.out
            told = Notice("warning", "circle-stop", f"Đã dừng: {self._title}, đã in {count}.", Sound.NONE)
            left = "các trang còn lại" if lone else f"{rest} bản"
            self.show_notice(told, f"{left[:1].upper()}{left[1:]} chưa in; có thể in lại sau." if rest else "", (_CLOSE,))
        elif self._held and not self._now:
            told = Notice("danger", "printer-x", f"Tạm dừng: {self._title}, đã in {count}.", Sound.NONE)
            self.show_notice(told, "Máy in có việc cần xem; các bản còn lại đang chờ.", (_GO_ON, _STOP))
        elif self.running:
            told = Notice("info", "printer", f"Đang in {self._title}: {count}.{'' if lone else self._page}", Sound.NONE)
            self.show_notice(told, "", (_STOP,))
        else:
            self.show_notice(Notice("success", "printer-check", f"Đã in xong {self._title}: {count}.", Sound.NONE), "", (_CLOSE,))
            QTimer.singleShot(6000, self, self._end)
        self._bar.part = self._at / self._pages if lone and not self.out else self.out / self.total if self.total else 1.0
        self._bar.raise_()
        self._bar.update()

    @Slot()
    def _end(self) -> None:
        if self.running:
            return
        self._flow.told.disconnect(self._told)
        self._flow.paged.disconnect(self._paged)
        self.hide()
        self.ended.emit()
        self.deleteLater()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        high = max(4, spacing(1))
        self._bar.setGeometry(1, self.height() - high - 1, self.width() - 2, high)


class _Bar(QWidget):
    """How far it is, as a line (the words say it too)."""

    part = 0.0

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("border"))
        painter.fillRect(0, 0, round(self.width() * self.part), self.height(), colour("accent"))
        painter.end()


def _key(paper: Paper) -> tuple[str, str]:
    return (paper.form, paper.entity or paper.title)
