"""The page "Cài đặt" of this PC: looks, printers, scanners, lock, and what this installation is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QVBoxLayout, QWidget

from counter_app.runtime.settings import SERIAL_BAUD
from counter_app.ui.pages.dossier_parts import clear_layout, plain
from counter_app.ui.pages.presented import PresentedPage
from counter_app.ui.pages.settings_printers import PrintersCard
from counter_app.ui.theme import spacing
from counter_app.ui.widgets import Card, DetailRow, FormField, KeyButton, ScrollBody, SideColumn, field_row, row

THEMES = (("system", "Theo hệ thống"), ("light", "Sáng"), ("dark", "Tối"))
SCALES = ((0.8, "80 %"), (0.9, "90 %"), (1.0, "100 %"), (1.1, "110 %"), (1.25, "125 %"), (1.5, "150 %"), (1.75, "175 %"), (2.0, "200 %"))
IDLE = tuple((minutes, f"{minutes} phút") for minutes in (1, 2, 3, 5, 10, 15, 20, 30, 60, 120))
CAPS = tuple((kbits, words) for kbits, words in (
    (0, "Không giới hạn"), (64, "64 kbit/s"), (128, "128 kbit/s"), (256, "256 kbit/s"), (512, "512 kbit/s"), (1_000, "1 Mbit/s"),
    (2_000, "2 Mbit/s"), (5_000, "5 Mbit/s"), (10_000, "10 Mbit/s")))
METERED = (("system", "Chờ khi mạng tính cước"), ("yes", "Luôn chờ đường truyền khác"), ("no", "Không chờ"))
DENSITIES = (("comfortable", "Thoáng"), ("compact", "Gọn"))


class Choices(QComboBox):
    """A combo box that scrolling over does not change."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def fill(self, choices: Sequence[tuple[Any, str]], value: Any, other: str = "") -> None:
        """Other choices; a value that is not among them is shown as it is (``other`` with the value filled in)."""
        self.blockSignals(True)
        self.clear()
        for data, words in choices:
            self.addItem(words, data)
        if self.findData(value) < 0:
            self.addItem((other or self.tr("{0} (không thấy)")).format(value), value)
        self.setCurrentIndex(self.findData(value))
        self.blockSignals(False)

_RIGHT_EM, _NARROW_EM = 28, 52
"""Width of the right column. Where both have less than this, it goes under the left one."""


class SettingsView(PresentedPage):
    """Signals: ``changed(key, value)`` of a setting; ``scanner_trial_requested()`` leads to the page that tries scanners;
    ``camera_trial_requested()`` opens the camera; ``refresh_requested()`` looks for devices again;
    ``office_papers_requested()`` opens the menu of the office's own papers. ``printers`` is a card with signals
    of its own."""

    changed = Signal(str, object)
    scanner_trial_requested = Signal()
    camera_trial_requested = Signal()
    refresh_requested = Signal()
    office_papers_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Cài đặt"), self.tr("Của máy này; thay đổi có hiệu lực ngay"), parent)
        self.refresh_button = KeyButton(self.tr("Tìm lại thiết bị"), "refresh-cw")
        self.refresh_button.clicked.connect(self.refresh_requested)
        self.office_button = KeyButton(self.tr("In giấy của đơn vị…"), "printer", "Ctrl+F9")
        self.office_button.setToolTip(self.tr("Sổ theo dõi, báo cáo, danh sách tài khoản"))
        self.office_button.clicked.connect(self.office_papers_requested)
        self.add_header_widget(self.office_button)
        self.add_header_widget(self.refresh_button)
        self.fields: dict[str, FormField] = {}
        self.printers = PrintersCard(Choices)
        scroll = ScrollBody()
        left, right = QWidget(), QWidget()
        columns = ((left, (self._looks(), self.printers, self._lock())), (right, (self._scanners(), self._line_use(), self._about())))
        for side, cards in columns:
            column = QVBoxLayout(side)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(spacing(3))
            for card in cards:
                column.addWidget(card)
            column.addStretch(1)
        scroll.body.addWidget(SideColumn(left, right, _RIGHT_EM, _NARROW_EM))
        scroll.body.addStretch(1)
        self.body.addWidget(scroll, 1)
        self._first = self.theme

    def _combo(self, key: str, label: str, choices: Sequence[tuple[Any, str]] = ()) -> Choices:
        combo = Choices()
        # The name of a device may be long; it must not push the page out of the window.
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.setMinimumContentsLength(8)
        for data, words in choices:
            combo.addItem(words, data)
        combo.activated.connect(lambda _index: self.changed.emit(key, combo.currentData()))
        self.fields[key] = FormField(label, combo)
        return combo

    def _line(self, key: str, label: str) -> QLineEdit:
        edit = QLineEdit()
        edit.setMaxLength(40)
        edit.editingFinished.connect(lambda: self.changed.emit(key, edit.text()))
        self.fields[key] = FormField(label, edit)
        return edit

    def _looks(self) -> Card:
        card = Card(self.tr("Giao diện"))
        self.theme = self._combo("theme", self.tr("Màu"), THEMES)
        self.scale = self._combo("font_scale", self.tr("Cỡ chữ"), SCALES)
        self.density = self._combo("density", self.tr("Mật độ"), DENSITIES)
        self.sounds = QCheckBox(self.tr("Âm thanh khi quét và khi có việc cần chú ý"))
        self.sounds.toggled.connect(lambda on: self.changed.emit("sounds", on))
        card.body.addLayout(field_row(self.fields["theme"], self.fields["font_scale"], self.fields["density"]))
        card.add(self.sounds)
        return card

    def _lock(self) -> Card:
        card = Card(self.tr("Khóa màn hình"))
        self.idle = self._combo("idle_lock_minutes", self.tr("Tự khóa sau khi không thao tác"), IDLE)
        self.fields["idle_lock_minutes"].set_hint(self.tr("Hồ sơ đang nhập vẫn còn nguyên khi mở khóa."))
        card.add(self.fields["idle_lock_minutes"])
        return card

    def _line_use(self) -> Card:
        card = Card(self.tr("Đường truyền"))
        self.cap = self._combo("attachment_kbits", self.tr("Tệp đính kèm gửi nhanh nhất"), CAPS)
        self.metered = self._combo("metered_line", self.tr("Mạng tính cước theo dung lượng"), METERED)
        card.body.addLayout(field_row(self.fields["attachment_kbits"], self.fields["metered_line"]))
        card.add(plain(self.tr("Chỉ cho tệp đính kèm; hồ sơ và số tiếp nhận luôn được gửi ngay."), "muted"))
        return card

    def _scanners(self) -> Card:
        card = Card(self.tr("Máy quét"))
        self.serial = self._combo("serial_port", self.tr("Máy quét cổng COM"))
        self.baud = self._combo("serial_baud", self.tr("Tốc độ cổng COM"), [(baud, str(baud)) for baud in SERIAL_BAUD.choices])
        self.hid = self._combo("hid_scanner", self.tr("Máy quét HID-POS"))
        self.camera = self._combo("camera", self.tr("Camera"))
        self.prefix, self.suffix = (
            self._line("scanner_prefix", self.tr("Ký tự đầu máy quét thêm vào")),
            self._line("scanner_suffix", self.tr("Ký tự cuối máy quét thêm vào")),
        )
        self.trial_button = KeyButton(self.tr("Thử máy quét"), "scan-line")
        self.trial_button.clicked.connect(self.scanner_trial_requested)
        hint = plain(self.tr("Máy quét kiểu bàn phím không cần chọn ở đây."), "muted")
        for left, right in (("serial_port", "serial_baud"), ("hid_scanner", "camera"), ("scanner_prefix", "scanner_suffix")):
            card.body.addLayout(field_row(self.fields[left], self.fields[right]))
        self.mirror = QCheckBox(self.tr("Hình camera như trong gương (chỉ hình xem, không đổi cách đọc)"))
        self.mirror.toggled.connect(lambda on: self.changed.emit("camera_mirror", on))
        card.add(self.mirror)
        self.camera_button = KeyButton(self.tr("Thử camera"), "camera", "F10")
        self.camera_button.clicked.connect(self.camera_trial_requested)
        card.body.addLayout(row(self.trial_button, self.camera_button, 1))
        card.add(hint)
        return card

    def _about(self) -> Card:
        card = Card(self.tr("Giới thiệu"))
        self._about_rows = QVBoxLayout()
        self._about_rows.setSpacing(spacing(1.5))
        card.body.addLayout(self._about_rows)
        return card

    # ---- setters

    def set_value(self, key: str, value: Any, locked: str) -> None:
        """Show a setting; ``locked``: the note of one that the administrator fixed."""
        widgets: dict[str, QWidget] = {
            "theme": self.theme,
            "font_scale": self.scale,
            "density": self.density,
            "sounds": self.sounds,
            "idle_lock_minutes": self.idle,
            "attachment_kbits": self.cap,
            "metered_line": self.metered,
            "serial_baud": self.baud,
            "scanner_prefix": self.prefix,
            "scanner_suffix": self.suffix,
            "camera_mirror": self.mirror,
        }
        widget = widgets[key]
        widget.blockSignals(True)
        if isinstance(widget, Choices):
            other = {"idle_lock_minutes": self.tr("{0} phút"), "attachment_kbits": "{0} kbit/s"}.get(key, "{0}")
            widget.fill([(widget.itemData(i), widget.itemText(i)) for i in range(widget.count())], value, other)
        elif isinstance(widget, QCheckBox):
            widget.setChecked(bool(value))
        elif isinstance(widget, QLineEdit):
            widget.setText(str(value))
        widget.blockSignals(False)
        self._lock_field(key, widget, locked)

    def _lock_field(self, key: str, widget: QWidget, locked: str) -> None:
        widget.setEnabled(not locked)
        widget.setToolTip(locked)
        if key in self.fields and locked:
            self.fields[key].set_hint(locked)

    def set_devices(self, key: str, choices: Sequence[tuple[str, str]], value: str, locked: str) -> None:
        """The serial ports, HID scanners or cameras there are."""
        combo = {"serial_port": self.serial, "hid_scanner": self.hid}.get(key, self.camera)
        combo.fill(choices, value)
        self._lock_field(key, combo, locked)

    def set_about(self, pairs: Sequence[tuple[str, str]]) -> None:
        """What this installation is."""
        clear_layout(self._about_rows)
        for label, value in pairs:
            self._about_rows.addWidget(DetailRow(label, value))
