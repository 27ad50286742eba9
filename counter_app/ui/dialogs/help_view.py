"""F1: the keys of every page and what to do when something does not go as wished. Reading it changes nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from counter_app.ui.actions import CommandSet, shown_key
from counter_app.ui.dialogs.base import BaseDialog
from counter_app.ui.theme import set_text_role, spacing, theme
from counter_app.ui.widgets.key_button import KeyHint
from counter_app.ui.widgets.layout import ScrollBody

_WORK = ("receive", "find", "return", "handover", "supplement", "collect-fee", "sync", "print", "print-more", "preview", "camera",
         "save-print")
_ANYWHERE = ("undo", "palette", "lock", "zoom-in", "zoom-out", "zoom-reset")
#: Keys that are no commands of the window: they belong to the page or the box that has the focus.
_ENTRY = (
    ("Enter", "Sang ô kế tiếp"),
    ("↓", "Mở danh sách; ở ô Thủ tục: thủ tục hay nhận"),
    ("Alt+N", "Có người khác nộp thay"),
    ("Alt+G", "Thêm giấy tờ không có trong danh mục"),
    ("Ctrl+S", "Lưu, chưa in"),
    ("Alt+C", "Cất tạm hồ sơ đang nhập, gọi lại sau"),
    ("Alt+X", "Xóa trắng để nhập lại"),
)
_TIPS = (
    ("Quét mã", "Quét ở trang nào cũng được, không cần bấm vào ô nào: mã hồ sơ mở hồ sơ, số phiếu mở phiếu bàn giao, thẻ căn cước điền "
     "người nộp. Thẻ căn cước quét bằng camera hoặc máy quét cổng COM, vì máy quét gõ phím làm mất dấu."),
    ("Mất mạng", "Tiếp nhận, in, bàn giao, trả kết quả vẫn làm bình thường. Mọi việc đã lưu trên máy và tự gửi khi có mạng; "
     "F8 xem việc chờ gửi."),
    ("Máy in hỏng", "Hồ sơ đã lưu an toàn. Bấm In lại, Đổi máy in hoặc Lưu PDF ở khung báo phía dưới; F9 in lại lúc nào cũng được."),
    ("Nhập sai", "Vừa làm xong: Ctrl+Z. Hồ sơ đã lưu: mở hồ sơ, chọn Đính chính, ghi lý do rồi in lại giấy hẹn."),
)


class HelpView(BaseDialog):
    """Keys at the left, advice at the right. Esc, Enter and F1 close it."""

    def __init__(self, commands: CommandSet, parent: QWidget | None = None) -> None:
        super().__init__("Trợ giúp và phím tắt", icon="circle-help", parent=parent)
        known = {command.id: command for command in commands.commands}
        keys = QWidget()
        grid = QGridLayout(keys)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(spacing(3))
        grid.setVerticalSpacing(spacing(1))
        grid.setColumnStretch(1, 1)
        for title, ids in ((self.tr("Công việc"), _WORK), (self.tr("Ở mọi trang"), _ANYWHERE)):
            self._section(grid, title, [(shown_key(known[i]), known[i].text) for i in ids if i in known])
            if ids is _ANYWHERE:
                self._line(grid, "Esc Esc", self.tr("Về ô quét và tìm kiếm"))
        self._section(grid, self.tr("Khi nhập hồ sơ"), list(_ENTRY))
        grid.setRowStretch(grid.rowCount(), 1)
        advice = QVBoxLayout()
        advice.setSpacing(spacing(1))
        for title, text in _TIPS:
            advice.addWidget(set_text_role(QLabel(title), "label"))
            label = QLabel(text)
            label.setWordWrap(True)
            advice.addWidget(label)
            advice.addSpacing(spacing(2))
        advice.addStretch(1)
        line = QHBoxLayout()
        line.setSpacing(spacing(6))
        line.addWidget(keys, 1)
        line.addLayout(advice, 1)
        scroll = ScrollBody()
        scroll.body.addLayout(line)
        self.body.addWidget(scroll)
        self._scroll = scroll
        self.close_button = self.add_button(self.tr("Đóng"), "x", "primary", "Esc", default=True)
        self.close_button.clicked.connect(self.accept)
        self.close_button.setFocus()

    def _section(self, grid: QGridLayout, title: str, lines: list[tuple[str, str]]) -> None:
        row = grid.rowCount()
        if row > 1:
            grid.setRowMinimumHeight(row, spacing(2))
            row += 1
        grid.addWidget(set_text_role(QLabel(title), "label"), row, 0, 1, 2)
        for key, text in lines:
            self._line(grid, key, text)

    def _line(self, grid: QGridLayout, key: str, text: str) -> None:
        row = grid.rowCount()
        grid.addWidget(KeyHint(key), row, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(QLabel(text), row, 1)

    def fit(self) -> None:
        """As large as the words need, but never larger than the window it lies over; the rest scrolls."""
        window = self.parentWidget().window().size() if self.parentWidget() else self.size()
        em = theme().em
        width = min(round(em * 54), window.width() - spacing(8))
        self.resize(width, self.height())
        content = self._scroll.widget()
        inner = width - 2 * spacing(6)
        wanted = content.layout().totalHeightForWidth(inner) if content.layout().hasHeightForWidth() else content.sizeHint().height()
        self._scroll.setMinimumHeight(min(wanted, window.height() - round(em * 9)))
        self.resize(width, min(self.layout().totalHeightForWidth(width), window.height() - spacing(6)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F1:
            self.accept()
            return
        super().keyPressEvent(event)
