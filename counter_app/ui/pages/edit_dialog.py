"""A change that could not be sent, to be typed anew: its fields as they were, and the reason; Enter sends it as a new one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from counter_app.services.edit_again import Draft
from counter_app.ui.dialogs.base import BaseDialog
from counter_app.ui.pages.dossier_parts import plain
from counter_app.ui.pages.dossier_words import field_word
from counter_app.ui.theme import theme
from counter_app.ui.widgets.form_field import FormField
from onestop.errors import InvalidFields
from onestop.vntime import VN_TZ, iso, parse_moment, to_vn

_NAMES = {"amount": "số tiền (đồng)", "receipt_no": "số biên lai"}
_MOMENT = "%d/%m/%Y %H:%M"


class EditDialog(BaseDialog):
    """``edited({field: value}, reason)``: only fields that were changed, as the services take them. The caller closes it with
    ``accept()`` or answers with `show_error`."""

    edited = Signal(dict, object)

    def __init__(self, draft: Draft, code: str, parent: QWidget | None = None) -> None:
        text = ("Bản ghi trên đĩa bị hỏng: dưới đây là những gì đang hiện trên hồ sơ." if draft.damaged else
                "Sửa ô sai rồi gửi lại. Bản cũ vẫn được giữ trên máy, có ghi thay bằng bản nào.")
        super().__init__(f"Sửa rồi gửi lại – {code}", text, icon="file-pen-line", role="accent", parent=parent)
        self.setMinimumWidth(round(theme().em * 34))
        self.fields: dict[str, FormField] = {}
        self._shown: dict[str, str] = {}
        for path, value in draft.fields.items():
            self._add(path, _NAMES.get(path) or field_word(path), _text(path, value))
        if draft.reason is not None:
            self._add("reason", "lý do", draft.reason)
        if not self.fields:
            self.body.addWidget(plain("Thao tác này không có ô nào để sửa; có thể gửi lại nguyên như cũ.", "value"))
        self.cancel_button = self.add_button(self.tr("Quay lại"), key="Esc")
        self.cancel_button.clicked.connect(self.reject)
        self.confirm_button = self.add_button(self.tr("Gửi lại"), kind="primary", key="Enter", default=True)
        self.confirm_button.clicked.connect(self.confirm)
        (next(iter(self.fields.values())).editor if self.fields else self.confirm_button).setFocus()

    def _add(self, path: str, label: str, value: str) -> None:
        edit = QLineEdit(value)
        field = FormField(label[:1].upper() + label[1:], edit, label_at="left")
        self.fields[path], self._shown[path] = field, value
        self.body.addWidget(field)

    def text(self, path: str) -> str:
        """What stands in a field now."""
        editor = self.fields[path].editor
        assert isinstance(editor, QLineEdit)
        return editor.text().strip()

    def show_error(self, error: Exception) -> None:
        """Say at the field, or above, why it was not taken; everything typed stays."""
        told = error.fields if isinstance(error, InvalidFields) else {}
        for path, field in self.fields.items():
            field.set_error(told.get(path, ""))
        first = next((path for path in told if path in self.fields), None)
        if first is not None:
            self.fields[first].editor.setFocus()
        else:
            self._text.setText(str(getattr(error, "message", error)))
            self._text.show()

    @Slot()
    def confirm(self) -> None:
        """Send what was typed."""
        changed = {path: self.text(path) for path in self.fields if self.text(path) != self._shown[path].strip()}
        reason = self.text("reason") if "reason" in self.fields else None
        changed.pop("reason", None)
        try:
            self.edited.emit({path: _value(path, text) for path, text in changed.items()}, reason)
        except ValueError:
            self.show_error(InvalidFields({"due_at": "Nhập ngày giờ như 30/11/2026 17:00."}))


def _text(path: str, value: Any) -> str:
    if value is None:
        return ""
    if path == "due_at":
        return to_vn(parse_moment(value)).strftime(_MOMENT)
    if path == "owner.dob" and len(str(value)) == 10:
        return "/".join(reversed(str(value).split("-")))
    return str(value)


def _value(path: str, text: str) -> Any:
    if path == "due_at":
        return iso(datetime.strptime(text, _MOMENT).replace(tzinfo=VN_TZ))
    if path == "set_count":
        return int(text) if text.isdecimal() else text
    return text
