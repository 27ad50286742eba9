"""How the papers came in and how the result goes out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from counter_app.domain.procedure import Procedure
from counter_app.ui.pages.receive_parts.count_box import CountBox
from counter_app.ui.pages.receive_parts.party import line
from counter_app.ui.pages.receive_parts.values import Values
from counter_app.ui.theme import spacing
from counter_app.ui.widgets import Card, FormField

CHANNELS = (("counter", "Tại quầy"), ("post", "Bưu chính công ích"), ("online-assisted", "Hỗ trợ nộp trực tuyến"))
RETURNS = (("counter", "Tại quầy"), ("post", "Bưu chính công ích"), ("online", "Trực tuyến"))


class FilingCard(Card):
    """``edited(key)`` after each change by the person."""

    edited = Signal(str)

    def __init__(self, now: Callable[[], datetime], parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Nộp và nhận kết quả"), parent=parent)
        self._now = now
        self.channel, self.returns = QComboBox(), QComboBox()
        for data, words in CHANNELS:
            self.channel.addItem(words, data)
        self.set_return_methods(None)
        self.sets = CountBox("", 1, 99)
        self.fields: dict[str, FormField] = {}
        for key, label, editor in (
            ("channel", self.tr("Kênh nộp"), self.channel), ("postal_code", self.tr("Mã bưu gửi"), line("RR123456785VN")),
            ("subject", self.tr("Về việc"), line(self.tr("nếu cần ghi rõ hơn"))), ("set_count", self.tr("Số bộ"), self.sets),
            ("return_method", self.tr("Trả kết quả"), self.returns),
            ("return_address", self.tr("Địa chỉ nhận"), line(self.tr("để trống: theo chủ hồ sơ"))),
            ("received_at", self.tr("Nhận lúc"), line()),
        ):
            field = FormField(label, editor, label_at="left", label_width=20)
            self.fields[key] = field
            self.add(field)
            if isinstance(editor, QLineEdit) and editor is not self.sets:
                editor.textEdited.connect(lambda _text, key=key: self.edited.emit(key))
        self.body.setSpacing(spacing(1.75))
        self.body.addStretch(1)
        self.fields["set_count"].layout().setAlignment(self.sets, Qt.AlignmentFlag.AlignLeft)
        self.channel.currentIndexChanged.connect(lambda _index: self._choice_changed("channel"))
        self.returns.currentIndexChanged.connect(lambda _index: self._choice_changed("return_method"))
        self.sets.value_changed.connect(lambda _value: self.edited.emit("set_count"))
        self._show_optional()
        self.tick()

    def tick(self) -> None:
        """The moment that counts when nothing is typed."""
        editor = self.fields["received_at"].editor
        assert isinstance(editor, QLineEdit)
        editor.setPlaceholderText(self.tr("bây giờ, {0}").format(f"{self._now():%H:%M %d/%m}"))

    def set_return_methods(self, procedure: Procedure | None) -> None:
        """Offer what the procedure allows; a choice that is not allowed any more falls back to the counter."""
        now = self.returns.currentData()
        self.returns.blockSignals(True)
        self.returns.clear()
        for data, words in RETURNS:
            if procedure is None or data in procedure.return_methods:
                self.returns.addItem(words, data)
        self.returns.setCurrentIndex(max(0, self.returns.findData(now)))
        self.returns.blockSignals(False)
        if hasattr(self, "fields") and "return_address" in self.fields:
            self._show_optional()

    def set_correcting(self, correcting: bool) -> None:
        """What is set once stays as it is in a correction."""
        for key in ("postal_code", "received_at"):
            self.fields[key].editor.setEnabled(not correcting)

    @Slot()
    def _choice_changed(self, key: str) -> None:
        self._show_optional()
        self.edited.emit(key)

    def _show_optional(self) -> None:
        self.fields["postal_code"].setVisible(self.channel.currentData() == "post")
        self.fields["return_address"].setVisible(self.returns.currentData() == "post")

    def values(self) -> Values:
        """What is typed and chosen."""
        found: Values = {key: field.editor.text() for key, field in self.fields.items() if isinstance(field.editor, QLineEdit)}
        return found | {"channel": self.channel.currentData(), "return_method": self.returns.currentData(), "set_count": self.sets.value()}

    def set_values(self, values: Values) -> None:
        """Show ``values``."""
        for key, field in self.fields.items():
            if isinstance(field.editor, QLineEdit) and field.editor is not self.sets and field.editor.text() != values[key]:
                field.editor.setText(values[key])
                field.editor.setCursorPosition(0)
        for combo, key in ((self.channel, "channel"), (self.returns, "return_method")):
            if combo.findData(values[key]) < 0:  # a channel of the centre's own
                combo.addItem(str(values[key]), values[key])
            combo.setCurrentIndex(combo.findData(values[key]))
        self.sets.set_value(values["set_count"])
        self._show_optional()
