"""Who the dossier is for, and who stands at the desk."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QComboBox, QLabel, QLineEdit, QRadioButton, QWidget

from counter_app.domain.idnumber import parse_dob
from counter_app.ui.pages.receive_parts.values import OWNER, SUBMITTER, Values, shown_dob
from counter_app.ui.theme import fix_width, set_text_role
from counter_app.ui.widgets import Card, FormField, KeyHint, field_row

SKIP_ENTER = "skipsEnter"
"""Property of what Tab reaches but Enter passes over: it is seldom changed."""
MAX_TYPED = 20_000
"""Longer than anything that is typed; what is pasted beyond the limits of a field is refused with a sentence, not cut off."""


def line(placeholder: str = "") -> QLineEdit:
    """A one-line editor that takes whatever comes, so that nothing typed is lost."""
    made = QLineEdit()
    made.setMaxLength(MAX_TYPED)
    made.setPlaceholderText(placeholder)
    return made


def narrow(field: FormField, em: float) -> FormField:
    """A field of fixed width."""
    fix_width(field, em=em)
    return field


class OwnerCard(Card):
    """The owner: a person or an organisation. ``edited(key)``; ``kind_changed("person" | "organisation")``;
    ``submitter_toggled(bool)``."""

    edited = Signal(str)
    kind_changed = Signal(str)
    submitter_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Chủ hồ sơ"), parent=parent)
        self.person, self.organisation = QRadioButton(self.tr("Cá nhân")), QRadioButton(self.tr("Tổ chức"))
        self.person.setChecked(True)
        self._kinds = QButtonGroup(self)
        self.submitter = QCheckBox(self.tr("Người khác nộp thay"))
        assert self.header is not None
        for button in (self.person, self.organisation):
            self._kinds.addButton(button)
            self.header.add_widget(button)
            button.setProperty(SKIP_ENTER, True)
        self.submitter.setProperty(SKIP_ENTER, True)
        self.header.add_widget(self.submitter)
        self.header.add_widget(KeyHint("Alt+N"))
        self.gender = QComboBox()
        for data, words in (("", "–"), ("male", self.tr("Nam")), ("female", self.tr("Nữ"))):
            self.gender.addItem(words, data)
        id_no, dob = line(), line(self.tr("ngày/tháng/năm"))
        dob.editingFinished.connect(self._spell_dob)
        self.fields: dict[str, FormField] = {
            "owner.id_no": narrow(FormField(self.tr("Số định danh"), id_no), 9.2),
            "owner.name": FormField(self.tr("Họ tên"), line(), required=True),
            "owner.dob": narrow(FormField(self.tr("Ngày sinh"), dob), 7.6),
            "owner.gender": narrow(FormField(self.tr("Giới tính"), self.gender), 4.9),
            "owner.address": FormField(self.tr("Địa chỉ"), line()),
            "owner.phone": narrow(FormField(self.tr("Điện thoại"), line()), 7.6),
            "owner.email": narrow(FormField(self.tr("Thư điện tử"), line()), 10.5),
        }
        shown = [self.fields[f"owner.{key}"] for key in OWNER]
        self.body.addLayout(field_row(*shown[:4], stretches=(0, 1, 0, 0)))
        self.body.addLayout(field_row(*shown[4:], stretches=(1, 0, 0)))
        self.note = set_text_role(QLabel(), "muted")
        self.note.setWordWrap(True)
        self.note.hide()
        self.add(self.note)
        for key, field in self.fields.items():
            if isinstance(field.editor, QLineEdit):
                field.editor.textEdited.connect(lambda _text, key=key: self.edited.emit(key))
        self.gender.currentIndexChanged.connect(lambda _index: self.edited.emit("owner.gender"))
        self.organisation.toggled.connect(self._kind_toggled)
        self.submitter.toggled.connect(self.submitter_toggled)

    @Slot(bool)
    def _kind_toggled(self, organisation: bool) -> None:
        self.fields["owner.id_no"].set_label(self.tr("Mã số thuế / doanh nghiệp") if organisation else self.tr("Số định danh"))
        self.fields["owner.name"].set_label(self.tr("Tên tổ chức") if organisation else self.tr("Họ tên"))
        self.fields["owner.address"].set_label(self.tr("Trụ sở") if organisation else self.tr("Địa chỉ"))
        for key in ("owner.dob", "owner.gender"):
            self.fields[key].setVisible(not organisation)
        self.kind_changed.emit("organisation" if organisation else "person")

    @Slot()
    def _spell_dob(self) -> None:
        """``1/1/1999`` becomes ``01/01/1999``; what is no date stays as it was typed."""
        editor = self.fields["owner.dob"].editor
        if isinstance(editor, QLineEdit) and (dob := parse_dob(editor.text())):
            editor.setText(shown_dob(dob))

    def set_note(self, text: str) -> None:
        """What to look at again, below the fields; empty hides it."""
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def values(self) -> Values:
        """What is typed."""
        found: Values = {key: field.editor.text() for key, field in self.fields.items() if isinstance(field.editor, QLineEdit)}
        found |= {"owner.gender": self.gender.currentData(), "submitter": self.submitter.isChecked(),
                  "owner.kind": "organisation" if self.organisation.isChecked() else "person"}
        return found

    def set_values(self, values: Values) -> None:
        """Show ``values``."""
        organisation = values["owner.kind"] == "organisation"
        (self.organisation if organisation else self.person).setChecked(True)
        for key, field in self.fields.items():
            if isinstance(field.editor, QLineEdit) and field.editor.text() != values[key]:
                field.editor.setText(values[key])
                field.editor.setCursorPosition(0)
        self.gender.setCurrentIndex(max(0, self.gender.findData(values["owner.gender"])))
        self.submitter.setChecked(values["submitter"])


class SubmitterCard(Card):
    """Who hands the papers in for the owner, and what allows it. Hidden until it is needed. ``edited(key)``."""

    edited = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Người nộp thay"), parent=parent)
        self.fields: dict[str, FormField] = {
            "submitter.id_no": narrow(FormField(self.tr("Số định danh người nộp"), line()), 9.2),
            "submitter.name": FormField(self.tr("Họ tên người nộp"), line(), required=True),
            "submitter.phone": narrow(FormField(self.tr("Điện thoại người nộp"), line()), 8.6),
            "submitter.address": FormField(self.tr("Địa chỉ người nộp"), line()),
            "submitter.authority": FormField(self.tr("Giấy ủy quyền / giới thiệu"), line(self.tr("loại giấy, số, ngày"))),
        }
        shown = [self.fields[f"submitter.{key}"] for key in ("id_no", "name", "phone", "address", "authority")]
        self.body.addLayout(field_row(*shown[:3], stretches=(0, 1, 0)))
        self.body.addLayout(field_row(*shown[3:], stretches=(3, 2)))
        for key, field in self.fields.items():
            assert isinstance(field.editor, QLineEdit)
            field.editor.textEdited.connect(lambda _text, key=key: self.edited.emit(key))
        self.hide()

    def values(self) -> Values:
        """What is typed."""
        return {key: field.editor.text() for key, field in self.fields.items() if isinstance(field.editor, QLineEdit)}

    def set_values(self, values: Values) -> None:
        """Show ``values``."""
        for key in SUBMITTER:
            editor = self.fields[f"submitter.{key}"].editor
            if isinstance(editor, QLineEdit) and editor.text() != values[f"submitter.{key}"]:
                editor.setText(values[f"submitter.{key}"])
                editor.setCursorPosition(0)
