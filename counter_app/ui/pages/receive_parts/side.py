"""At the right of the form: when it is due and why, the money, and what was received last."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from counter_app.domain.procedure import FeeRule
from counter_app.ui.theme import set_text_role, spacing
from counter_app.ui.widgets import Card, Chip, KeyButton, KeyHint, Line, MoneyLabel, StatusChip, row

_MOMENTS = {2: "thu khi bổ sung", 4: "thu khi trả kết quả"}


def words(text: str = "", role: str = "value", *, wrap: bool = True) -> QLabel:
    """A label in its place of the hierarchy."""
    label = set_text_role(QLabel(text), role)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wrap)
    return label


class DueCard(Card):
    """The due date, live, with its reasons."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Hẹn trả kết quả"), parent=parent)
        self.body.setSpacing(spacing(1.25))
        self.due = words("–", "display", wrap=False)
        self.day = words("", "strong")
        self.reasons = words(self.tr("Chọn thủ tục để tính ngày hẹn."), "muted")
        for label in (self.due, self.day, self.reasons):
            self.add(label)
        self.day.hide()

    def show_due(self, due: str, day: str, reasons: list[str]) -> None:
        """``due``: the date; ``day``: hour and day of the week; ``reasons``: one sentence each."""
        self.due.setText(due or "–")
        self.day.setText(day)
        self.day.setVisible(bool(day))
        self.reasons.setText("\n".join(reasons))
        self.setAccessibleName(f"{due} {day}".strip())


class FeesCard(Card):
    """What is due, with a tick for what is taken now. ``changed()``."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Phí, lệ phí"), parent=parent)
        self.body.setSpacing(spacing(1.25))
        assert self.header is not None
        self.total = StatusChip()
        self.header.add_widget(self.total)
        self.key = KeyHint("F7")
        self.header.add_widget(self.key)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(spacing(1.5))
        self.body.addLayout(self._lines)
        self._nothing = words(self.tr("Không thu phí."), "muted")
        self.add(self._nothing)
        self._boxes: dict[str, tuple[FeeRule, QCheckBox]] = {}
        self._holders: list[QWidget] = []
        self.set_fees((), set())

    def set_fees(self, fees: tuple[FeeRule, ...], collected: set[str], *, enabled: bool = True) -> None:
        """Show the fees; ``collected`` are ticked."""
        for holder in self._holders:
            self._lines.removeWidget(holder)
            holder.hide()
            holder.deleteLater()
        self._boxes, self._holders = {}, []
        for fee in fees:
            holder = QWidget()
            column = QVBoxLayout(holder)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            name = words(fee.name)
            box = QCheckBox(self.tr("Thu ngay") if fee.moment == 1 else self.tr("Thu ngay ({0})").format(_MOMENTS.get(fee.moment, "")))
            box.setAccessibleName(f"{self.tr('Thu ngay')}: {fee.name}")
            box.setChecked(fee.code in collected)
            box.setEnabled(enabled)
            box.toggled.connect(self._toggled)
            column.addWidget(name)
            column.addLayout(row(box, 1, MoneyLabel(fee.amount)))
            self._lines.addWidget(holder)
            self._boxes[fee.code] = (fee, box)
            self._holders.append(holder)
        self._nothing.setVisible(not fees)
        self._show_total()

    def collected(self) -> list[str]:
        """Codes of what is taken now."""
        return [code for code, (_, box) in self._boxes.items() if box.isChecked()]

    def boxes(self) -> list[QCheckBox]:
        """The ticks in the order of the page."""
        return [box for _, box in self._boxes.values()]

    def toggle_all(self) -> bool:
        """F7: tick everything that is due at reception, or nothing when all of it is ticked. False when there is nothing."""
        now = [box for fee, box in self._boxes.values() if fee.moment == 1 and box.isEnabled()]
        wanted = not all(box.isChecked() for box in now)
        for box in now:
            box.setChecked(wanted)
        return bool(now)

    def _toggled(self) -> None:
        self._show_total()
        self.changed.emit()

    def _show_total(self) -> None:
        total = sum(fee.amount for fee, _ in self._boxes.values())
        taken = sum(fee.amount for fee, box in self._boxes.values() if box.isChecked())
        self.total.setVisible(bool(total))
        self.key.setVisible(bool(total))
        if total and taken == total:
            self.total.set_chip(self.tr("Thu đủ"), "success", "circle-check")
        elif total:
            self.total.set_chip(self.tr("Thu một phần") if taken else self.tr("Chưa thu"), "warning" if taken else "neutral", "banknote")


class LastReceiptCard(Card):
    """What was received last stays visible: its code, how far it is on its way to the centre, its paper. ``action_requested(id)``:
    print, correct, open."""

    action_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.body.setSpacing(spacing(1.25))
        self._title = words(self.tr("Vừa tiếp nhận"), "section")
        self.code = words("", "display", wrap=False)
        self.code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.code.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.sync = StatusChip()
        self.who, self.due = words("", "strong"), words("", "muted")
        self.paper = words("", "muted")
        self.buttons: dict[str, KeyButton] = {}
        buttons = QHBoxLayout()
        buttons.setSpacing(spacing(1.5))
        for action, text, icon, key in (("print", self.tr("In"), "printer", "F9"), ("correct", self.tr("Sửa"), "file-pen-line", ""),
                                        ("open", self.tr("Mở"), "folder-open", "")):
            button = KeyButton(text, icon, key)
            button.clicked.connect(lambda _checked=False, action=action: self.action_requested.emit(action))
            self.buttons[action] = button
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.buttons["correct"].setAccessibleName(self.tr("Đính chính hồ sơ vừa tiếp nhận"))
        self.buttons["open"].setAccessibleName(self.tr("Mở hồ sơ vừa tiếp nhận"))
        for item in (self._title, self.code, self.sync, self.who, self.due, Line(), self.paper):
            self.add(item)
        self.body.addLayout(buttons)
        self.hide()

    def show_receipt(self, code: str, who: str, due: str, sync: Chip) -> None:
        """Show it."""
        self.code.setText(code)
        self.who.setText(who)
        self.due.setText(due)
        self.set_sync(sync)
        self.setAccessibleName(f"{self._title.text()}: {code}")
        self.show()

    def set_sync(self, sync: Chip) -> None:
        """How far it is on its way."""
        self.sync.set_chip(sync.text, sync.role, sync.icon)

    def set_printed(self, printed: bool) -> None:
        """The second time it is a reprint, counted and marked: the button says which it would be."""
        self.buttons["print"].set_text(self.tr("In lại") if printed else self.tr("In"))

    def set_paper(self, text: str, role: str = "muted") -> None:
        """What became of its paper."""
        self.paper.setText(text)
        set_text_role(self.paper, role)
