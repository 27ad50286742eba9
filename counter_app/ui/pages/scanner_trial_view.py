"""The page "Thử máy quét": what just arrived, what it means, what is wrong with the set-up, and the codes of the test card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from counter_app.ui.icons import set_icon
from counter_app.ui.notify import Notice
from counter_app.ui.pages.dossier_parts import clear_layout, plain
from counter_app.ui.pages.presented import PresentedPage
from counter_app.ui.theme import spacing
from counter_app.ui.widgets import Card, DetailRow, EmptyState, KeyButton, ScanPanel, ScrollBody, SideColumn, row


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to know or to do: status role, icon, what it is, what to do about it (may be empty)."""

    role: str
    icon: str
    what: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A code of the test card. ``state``: ``waiting``, ``right`` or ``wrong`` (it came, but not as it is printed)."""

    title: str
    purpose: str
    state: str


_STATES = {"waiting": ("circle-dashed", "text_muted", "chưa quét"), "right": ("circle-check", "success", "đúng"),
           "wrong": ("circle-x", "danger", "sai")}


class ScannerTrialView(PresentedPage):
    """Signals: ``print_requested(sheet)``, ``save_requested(sheet)`` with sheet ``test-card`` or ``setup-sheet``; ``again_requested()``
    forgets what was scanned; ``settings_requested()`` leads to the scanner's settings."""

    print_requested = Signal(str)
    save_requested = Signal(str)
    again_requested = Signal()
    settings_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Thử máy quét"), self.tr("Quét mã nào cũng được: không hồ sơ nào bị mở hay thay đổi"), parent)
        self.again_button = KeyButton(self.tr("Thử lại từ đầu"), "rotate-ccw", kind="quiet")
        self.again_button.clicked.connect(self.again_requested)
        self.settings_button = KeyButton(self.tr("Cài đặt máy quét"), "settings")
        self.settings_button.clicked.connect(self.settings_requested)
        for button in (self.again_button, self.settings_button):
            self.add_header_widget(button)
        self.panel = ScanPanel(self.tr("Đang chờ: hãy quét một mã. Chưa có mã thì in thẻ thử ở bên phải."))
        # Takes the focus: no field holds the keys, and an Enter of the scanner presses nothing. Input methods may work here, so that what
        # they do to a scan is seen.
        self.panel.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.panel.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
        self._first = self.panel
        left, right = QWidget(), QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(3))
        for card in (self._advice(), self._arrival()):
            column.addWidget(card)
        column.addStretch(1)
        side = QVBoxLayout(right)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(spacing(3))
        for card in (self._card(), self._setup()):
            side.addWidget(card)
        side.addStretch(1)
        scroll = ScrollBody()
        scroll.body.addWidget(SideColumn(left, right, side_em=25, narrow_em=58))
        scroll.body.addStretch(1)
        frame = Card()
        frame.body.setContentsMargins(0, 0, 0, 0)
        frame.add(self.panel)
        self.body.addWidget(frame)
        self.body.addWidget(scroll, 1)
        self.show_advice(())
        self.show_arrival(())

    # ---- cards

    def _advice(self) -> Card:
        card = Card(self.tr("Nhận xét"))
        self._advice_lines = QVBoxLayout()
        self._advice_lines.setSpacing(spacing(2.5))
        self._nothing = plain(self.tr("Sau mỗi lần quét, ở đây nói máy quét và máy tính đặt đã đúng chưa, và phải sửa gì."), "muted")
        card.add(self._nothing)
        card.body.addLayout(self._advice_lines)
        return card

    def _arrival(self) -> Card:
        card = Card(self.tr("Vừa nhận"), self.tr("chữ và số của người được che"))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(spacing(1.5))
        self._empty = EmptyState("scan-barcode", self.tr("Chưa quét gì"), self.tr("Đưa giấy hẹn, thẻ thử hoặc thẻ căn cước vào máy quét."))
        card.add(self._empty)
        card.body.addLayout(self._rows)
        return card

    def _card(self) -> Card:
        card = Card(self.tr("Thẻ thử"), "")
        assert card.header is not None
        self._check_header = card.header
        self._checks = QGridLayout()
        self._checks.setHorizontalSpacing(spacing(2))
        self._checks.setVerticalSpacing(spacing(2))
        self._checks.setColumnStretch(1, 1)
        card.body.addLayout(self._checks)
        card.body.addLayout(self._sheet_buttons("test-card", self.tr("In thẻ thử"), self.tr("Lưu thẻ thử thành PDF")))
        return card

    def _setup(self) -> Card:
        card = Card(self.tr("Tờ hướng dẫn đặt máy quét"))
        words = self.tr("Cách nối, phím Enter sau mã, bàn phím kiểu US, bộ gõ, bộ mã UTF-8: từng mục một, để đánh dấu khi làm.")
        card.add(plain(words, "muted"))
        card.body.addLayout(self._sheet_buttons("setup-sheet", self.tr("In tờ hướng dẫn"), self.tr("Lưu tờ hướng dẫn thành PDF")))
        return card

    def _sheet_buttons(self, sheet: str, words: str, save_words: str) -> QHBoxLayout:
        printing, saving = KeyButton(words, "printer"), KeyButton(self.tr("Lưu PDF"), "download", kind="quiet")
        saving.setAccessibleName(save_words)
        printing.clicked.connect(lambda _checked=False: self.print_requested.emit(sheet))
        saving.clicked.connect(lambda _checked=False: self.save_requested.emit(sheet))
        return row(printing, saving, 1)

    # ---- setters

    def show_notice(self, notice: Notice, detail: str = "") -> None:
        """The verdict in one sentence."""
        self.panel.show_notice(notice, detail)

    def wait(self) -> None:
        """Nothing was scanned yet."""
        self.panel.clear()
        self.show_advice(())
        self.show_arrival(())

    def show_advice(self, lines: Sequence[Advice]) -> None:
        """What is right or wrong, worst first."""
        clear_layout(self._advice_lines)
        self._nothing.setVisible(not lines)
        for line in lines:
            icon, words = QLabel(), QVBoxLayout()
            set_icon(icon, line.icon, line.role)
            words.setSpacing(spacing(0.5))
            words.addWidget(plain(line.what, "strong"))
            if line.do:
                words.addWidget(plain(line.do, "value"))
            entry = QHBoxLayout()
            entry.setSpacing(spacing(2.5))
            entry.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
            entry.addLayout(words, 1)
            self._advice_lines.addLayout(entry)

    def show_arrival(self, facts: Sequence[tuple[str, str]]) -> None:
        """What arrived, as (label, value)."""
        clear_layout(self._rows)
        self._empty.setVisible(not facts)
        for label, value in facts:
            self._rows.addWidget(DetailRow(label, value))

    def show_checks(self, lines: Sequence[CheckLine]) -> None:
        """The codes of the test card and how far they are."""
        clear_layout(self._checks)
        right = sum(line.state == "right" for line in lines)
        self._check_header.set_title(self.tr("Thẻ thử"), self.tr("đúng {0} trên {1} mã").format(right, len(lines)))
        for number, line in enumerate(lines):
            icon_name, role, said = _STATES[line.state]
            icon = QLabel()
            set_icon(icon, icon_name, role)
            icon.setAccessibleName(f"{line.title}: {said}")
            words = QVBoxLayout()
            words.setSpacing(0)
            words.addWidget(plain(line.title))
            words.addWidget(plain(line.purpose, "muted"))
            self._checks.addWidget(icon, number, 0, Qt.AlignmentFlag.AlignTop)
            self._checks.addLayout(words, number, 1)


__all__ = ["Advice", "CheckLine", "ScannerTrialView"]
