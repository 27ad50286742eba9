"""The frame around the pages: rail, search box, banners, details panel, status line. It shows what it is told; the window decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from counter_app.ui.page import Page, PageSpec
from counter_app.ui.texts import recent_text
from counter_app.ui.theme import set_text_role, spacing, theme
from counter_app.ui.widgets.layout import PageStack, Reach
from counter_app.ui.widgets.messages import Banner, Toast
from counter_app.ui.widgets.nav_rail import NavRail
from counter_app.ui.widgets.top_bar import LinkView, TopBar


class Frame(Reach):
    """``menu``: what the person's name opens."""

    def __init__(self, pages: Sequence[PageSpec], menu: Sequence[QAction]) -> None:
        inside = QWidget()
        super().__init__(inside)
        self._has_details = False
        self.rail = NavRail()
        for spec in pages:
            if spec.in_rail:
                self.rail.add_page(spec.id, spec.title, spec.icon, spec.shortcut, spec.bottom)
        self.top = TopBar(list(menu))
        self.banner, self.notice_banner = Banner(), Banner()
        self.stack = PageStack()
        self.details = QStackedWidget()
        self.details.setObjectName("detailsPane")
        self.details.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.details.hide()
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self._splitter.addWidget(self.stack)
        self._splitter.addWidget(self.details)
        self._splitter.setStretchFactor(0, 1)
        work = QWidget()
        column = QVBoxLayout(work)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.top, self.banner, self.notice_banner, self._splitter, self._status_bar()):
            column.addWidget(widget, 1 if widget is self._splitter else 0)
        line = QHBoxLayout(inside)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self.rail)
        line.addWidget(work, 1)
        self.toast = Toast(self.stack)

    def _status_bar(self) -> QWidget:
        bar = QWidget()
        bar.setObjectName("statusBar")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        line = QHBoxLayout(bar)
        line.setContentsMargins(spacing(6), spacing(1), spacing(4), spacing(1))
        self.status = set_text_role(QLabel(), "muted")
        self.last_sync = set_text_role(QLabel(), "muted")
        line.addWidget(self.status, 1)
        line.addWidget(self.last_sync)
        return bar

    def add_page(self, page_id: str, page: Page) -> None:
        """A page that was just made, and its panel."""
        self.stack.addWidget(page)
        if (panel := page.details()) is not None:
            panel.setProperty("pageId", page_id)
            self.details.addWidget(panel)

    def show_page(self, page_id: str, page: Page) -> None:
        """Put a page on top, with its panel and its entry of the rail."""
        self.stack.setCurrentWidget(page)
        self.toast.page_changed()
        self.toast.raise_()  # a page that becomes visible is raised above everything in the stack
        panels = [self.details.widget(i) for i in range(self.details.count())]
        panel = next((widget for widget in panels if widget.property("pageId") == page_id), None)
        self._has_details = panel is not None
        if panel is not None:
            self.details.setCurrentWidget(panel)
        self.fit_details()
        self.rail.set_current(page_id)

    def fit_details(self) -> None:
        """The panel takes 15 to 19 em; where letters are so large that the page would get less than 40 em, it makes room."""
        em, room = theme().em, self._splitter.width()
        width = round(min(max(room * 0.26, em * 15), em * 19))
        self.details.setFixedWidth(width)
        self.details.setVisible(self._has_details and room - width >= em * 40)

    def set_link(self, state: LinkView, unsent: int, detail: str) -> None:
        """The state of the link above, and what it means in the banner."""
        self.top.set_link(state, unsent, detail)
        if state in (LinkView.OFFLINE, LinkView.TROUBLE):
            offline = state is LinkView.OFFLINE
            head = self.tr("Mất mạng.") if offline else self.tr("Hệ thống trung tâm đang gặp sự cố hoặc đang bận.")
            later = self.tr("sẽ tự gửi khi có mạng.") if offline else self.tr("máy tự gửi lại.")
            text = head + " " + self.tr("Tiếp nhận, in, bàn giao và trả kết quả vẫn làm bình thường trên máy này.")
            text += " " + self.tr("{0} thay đổi chờ gửi, {1}").format(unsent, later) if unsent else ""
            self.banner.show_banner(text, "warning", state.icon, self.tr("Xem việc chờ gửi") if unsent else "")
        elif state is LinkView.ATTENTION:
            self.banner.show_banner(detail or state.text, "danger", "triangle-alert", self.tr("Xem"))
        else:
            self.banner.hide()

    def set_last_sync(self, moment: datetime | None, now: datetime) -> None:
        """The right part of the status line."""
        self.last_sync.setText(self.tr("Đồng bộ lần cuối: {0}").format(recent_text(moment, now)))
