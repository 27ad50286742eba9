"""The form of one return: who takes the result, what goes back, what is owed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from counter_app.ui.pages.dossier_forms import METHODS
from counter_app.ui.pages.dossier_parts import OneLine, clear_layout, plain
from counter_app.ui.pages.return_case import Collector
from counter_app.ui.theme import set_text_role, spacing
from counter_app.ui.widgets import Banner, Card, Chip, FormField, KeyButton, ScrollBody, StatusChip, field_row, row
from onestop.text import nfc


class ReturnForm(QWidget):
    """Signals: ``relation_chosen(str)``, ``collect_requested()``, ``return_requested()``, ``open_requested()``."""

    relation_chosen = Signal(str)
    collect_requested = Signal()
    return_requested = Signal()
    open_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(spacing(2.5))
        self.code, self.owner, self.procedure = set_text_role(QLabel(), "title"), OneLine("section"), OneLine("muted")
        self.state = StatusChip()
        self.open_button = KeyButton(self.tr("Xem hồ sơ"), "folder-open", kind="quiet")
        self.open_button.clicked.connect(self.open_requested)
        head = row(self.code, self.owner, self.state, self.open_button, gap=3)
        head.setStretch(1, 1)
        outer.addLayout(head)
        outer.addWidget(self.procedure)
        self.apology = Banner()
        outer.addWidget(self.apology)
        scroll = ScrollBody()
        scroll.body.addWidget(self._collector())
        pair = QHBoxLayout()
        pair.setSpacing(spacing(3))
        pair.addWidget(self._originals(), 1)
        pair.addWidget(self._fees(), 1)
        scroll.body.addLayout(pair)
        scroll.body.addStretch(1)
        outer.addWidget(scroll, 1)
        self.return_button = KeyButton(self.tr("Trả kết quả và in phiếu"), "hand-coins", "Ctrl+Enter", "primary")
        self.return_button.clicked.connect(self.return_requested)
        outer.addLayout(row(1, self.return_button))

    def _collector(self) -> Card:
        card = Card(self.tr("Người nhận kết quả"))
        self.match = StatusChip()
        assert card.header is not None
        card.header.add_widget(self.match)
        self._who_may = plain("", "muted")
        card.add(self._who_may)
        self._choices = QHBoxLayout()
        self._choices.setSpacing(spacing(5))
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(self._relation)
        card.body.addLayout(self._choices)
        self.name, self.id_no, self.phone = QLineEdit(), QLineEdit(), QLineEdit()
        self.authority, self.postal, self.note = QLineEdit(), QLineEdit(), QLineEdit()
        self.authority.setPlaceholderText(self.tr("Số, ngày giấy ủy quyền"))
        self.postal.setPlaceholderText(self.tr("Quét hoặc gõ mã bưu gửi"))
        for edit, most in (
            (self.name, 200),
            (self.id_no, 20),
            (self.phone, 20),
            (self.authority, 200),
            (self.postal, 20),
            (self.note, 300),
        ):
            edit.setMaxLength(most)
        self.fields = {
            "collector_name": FormField(self.tr("Họ tên"), self.name, required=True),
            "collector_id_no": FormField(self.tr("Số định danh"), self.id_no),
            "phone": FormField(self.tr("Điện thoại"), self.phone),
            "authority": FormField(self.tr("Giấy ủy quyền"), self.authority, required=True),
            "postal_code": FormField(self.tr("Mã bưu gửi"), self.postal),
            "note": FormField(self.tr("Ghi chú"), self.note),
        }
        card.body.addLayout(
            field_row(self.fields["collector_name"], self.fields["collector_id_no"], self.fields["phone"], stretches=(4, 3, 3))
        )
        card.body.addLayout(field_row(self.fields["authority"], self.fields["postal_code"], self.fields["note"], stretches=(4, 3, 3)))
        return card

    def _originals(self) -> Card:
        card = Card(self.tr("Bản chính trả lại"))
        self._boxes = QVBoxLayout()
        self._boxes.setSpacing(spacing(1))
        card.body.addLayout(self._boxes)
        self._no_originals = plain("", "muted")
        card.add(self._no_originals)
        card.body.addStretch(1)
        return card

    def _fees(self) -> Card:
        card = Card(self.tr("Phí, lệ phí"))
        self.owed = StatusChip()
        assert card.header is not None
        card.header.add_widget(self.owed)
        self._owed_lines = plain("", "value")
        card.add(self._owed_lines)
        self.method, self.receipt_no = QComboBox(), QLineEdit()
        for data, words in METHODS:
            self.method.addItem(words, data)
        self._method_field, self._receipt_field = (
            FormField(self.tr("Hình thức"), self.method),
            FormField(self.tr("Số biên lai"), self.receipt_no),
        )
        card.body.addLayout(field_row(self._method_field, self._receipt_field))
        self.collect_button = KeyButton(self.tr("Thu đủ"), "banknote", "F7")
        self.collect_button.clicked.connect(self.collect_requested)
        card.body.addLayout(row(1, self.collect_button))
        card.body.addStretch(1)
        return card

    # ---- setters and what is typed

    def show_case(
        self,
        code: str,
        state: Chip,
        owner: str,
        procedure: str,
        apology: str,
        who_may: str,
        choices: Sequence[tuple[str, str]],
        originals: Sequence[tuple[str, bool]],
    ) -> None:
        """Another dossier."""
        self.code.setText(code)
        self.state.set_chip(state.text, state.role, state.icon)
        self.owner.setText(owner)
        self.procedure.setText(procedure)
        if apology:
            self.apology.show_banner(apology, "warning", "message-square-warning")
        else:
            self.apology.hide()
        self._who_may.setText(who_may)
        for button in self._group.buttons():
            self._group.removeButton(button)
        clear_layout(self._choices)
        for relation, words in choices:
            button = QRadioButton(words)
            button.setProperty("relation", relation)
            self._group.addButton(button)
            self._choices.addWidget(button)
        self._choices.addStretch(1)
        clear_layout(self._boxes)
        for name, back in originals:
            box = QCheckBox(name if len(name) <= 44 else name[:43].rstrip() + "…")
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            box.setToolTip(name)
            box.setAccessibleName(name)
            box.setProperty("original", name)
            box.setChecked(back)
            self._boxes.addWidget(box)
        self._no_originals.setText(
            self.tr("Đánh dấu giấy tờ gốc giao lại; giấy tờ nộp theo quy định được lưu.")
            if originals
            else self.tr("Không giữ bản chính nào.")
        )
        self._order()
        self.note.clear()
        self.postal.clear()
        self.receipt_no.clear()
        self.match.hide()

    def _order(self) -> None:
        """Choices and boxes are made anew for each dossier: Tab still goes down the page."""
        boxes = [self._boxes.itemAt(i).widget() for i in range(self._boxes.count())]
        edits = [self.name, self.id_no, self.phone, self.authority, self.postal, self.note]
        chain = [
            self.open_button,
            *self._group.buttons(),
            *edits,
            *boxes,
            self.method,
            self.receipt_no,
            self.collect_button,
            self.return_button,
        ]
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

    def fill(self, collector: Collector) -> None:
        """Who collects; the fields that this relation needs."""
        for button in self._group.buttons():
            button.setChecked(button.property("relation") == collector.relation)
        self.name.setText(collector.name)
        self.id_no.setText(collector.id_no)
        self.id_no.setPlaceholderText(self.tr("{0} theo hồ sơ").format(collector.id_shown) if collector.id_shown else "")
        self.phone.setText(collector.phone)
        self.authority.setText(collector.authority)
        self.fields["authority"].setVisible(collector.relation in ("authorised", "submitter"))
        self.fields["authority"].set_label(self.tr("Giấy ủy quyền"), collector.relation == "authorised")
        self.fields["postal_code"].setVisible(collector.relation == "post")
        self.fields["note"].setVisible(collector.relation != "owner")
        for field in self.fields.values():
            field.clear_error()

    def show_match(self, role: str, text: str) -> None:
        """How the card compares: a chip when it fits, a note at the number when not."""
        self.match.setVisible(role == "success")
        self.match.set_chip(text if role == "success" else "", role, "user-check")
        if role != "success":
            self._who_may.setText(text)
        set_text_role(self._who_may, "error" if role == "warning" else "muted")

    def show_owed(self, amount: int, words: str, chip: Chip) -> None:
        """What is still to be paid."""
        self.owed.set_chip(chip.text, chip.role, chip.icon)
        self._owed_lines.setText(words)
        for widget in (self._owed_lines, self._method_field, self._receipt_field, self.collect_button):
            widget.setVisible(bool(amount))

    def relation(self) -> str:
        """The chosen relation."""
        button = self._group.checkedButton()
        return str(button.property("relation")) if button is not None else "owner"

    def given_back(self) -> tuple[str, ...]:
        """The originals that are ticked."""
        boxes = [self._boxes.itemAt(i).widget() for i in range(self._boxes.count())]
        return tuple(str(box.property("original")) for box in boxes if isinstance(box, QCheckBox) and box.isChecked())

    def typed(self) -> dict[str, str]:
        """The fields as typed."""
        edits = {
            "collector_name": self.name,
            "collector_id_no": self.id_no,
            "phone": self.phone,
            "authority": self.authority,
            "postal_code": self.postal,
            "note": self.note,
        }
        return {key: nfc(edit.text()).strip() if not self.fields[key].isHidden() else "" for key, edit in edits.items()}

    @Slot(object)
    def _relation(self, button: QRadioButton) -> None:
        self.relation_chosen.emit(str(button.property("relation")))

    def focus_name(self) -> None:
        """The name, selected."""
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self.name.selectAll()
