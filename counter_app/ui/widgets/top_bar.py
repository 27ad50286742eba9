"""Search box, state of the link, and who is signed in."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from counter_app.ui.theme import spacing
from counter_app.ui.widgets.chip import StatusChip
from counter_app.ui.widgets.edits import SearchBox
from counter_app.ui.widgets.key_button import KeyButton, KeyHint


class LinkView(Enum):
    """How the link to the centre is shown: status role, icon, words."""

    CONNECTING = "info", "cloud", "Đang kết nối trung tâm"
    ONLINE = "success", "cloud-check", "Đã kết nối trung tâm"
    SYNCING = "info", "refresh-cw", "Đang gửi và nhận"
    OFFLINE = "warning", "cloud-off", "Mất mạng – vẫn làm việc bình thường"
    TROUBLE = "warning", "server", "Trung tâm gặp sự cố – vẫn làm việc bình thường"
    ATTENTION = "danger", "triangle-alert", "Cần xử lý kết nối"

    def __init__(self, role: str, icon: str, text: str) -> None:
        self.role, self.icon, self.text = role, icon, text


class TopBar(QWidget):
    """The bar above the pages. Signals: ``search_submitted(text)``, ``search_edited(text)``, ``menu_chosen(command id)``."""

    search_submitted = Signal(str)
    search_edited = Signal(str)
    menu_chosen = Signal(str)

    def __init__(self, menu: list[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        line = QHBoxLayout(self)
        line.setContentsMargins(spacing(6), spacing(2), spacing(4), spacing(2))
        line.setSpacing(spacing(2.5))
        self.search = SearchBox(self.tr("Quét mã, hoặc gõ mã hồ sơ, tên, số giấy tờ"))
        self.search.setMinimumWidth(spacing(60))
        self.search.setMaximumWidth(spacing(150))
        self.search.submitted.connect(self.search_submitted)
        self.search.edited.connect(self.search_edited)
        self.link = StatusChip()
        self.user = KeyButton("", "user", kind="quiet")
        self._menu = QMenu(self.user)
        self._menu.addActions(menu)
        self.user.setMenu(self._menu)
        line.addWidget(self.search, 3)
        line.addWidget(KeyHint("F3"))
        line.addStretch(1)
        line.addWidget(self.link)
        line.addWidget(self.user)
        self.set_user("")

    def set_link(self, state: LinkView, unsent: int = 0, detail: str = "") -> None:
        """Show the state with the number of waiting changes; ``detail`` is its tooltip."""
        text = state.text + (f" · {unsent} chưa gửi" if unsent else "")
        self.link.set_chip(text, state.role, state.icon)
        self.link.setToolTip(detail)

    def set_user(self, name: str) -> None:
        """The signed-in person; empty hides the menu."""
        self.user.set_text(name)
        self.user.setAccessibleName(f"Tài khoản {name}")
        self.user.setVisible(bool(name))
