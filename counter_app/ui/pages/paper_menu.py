"""The menu "In giấy khác": every paper that can be made of what is open, one digit each."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from counter_app.printing.labels.sizes import LabelSize, load_sizes
from counter_app.services.paper_menu import Choice
from counter_app.ui.context import UiContext
from counter_app.ui.dialogs.base import BaseDialog
from counter_app.ui.pages.dossier_actions import Action
from counter_app.ui.pages.dossier_dialogs import Ask, FieldsDialog
from counter_app.ui.pages.dossier_parts import ActionList
from counter_app.ui.pages.presented import print_paper
from onestop.errors import InvalidFields, UserError

LABELS = frozenset({"cover-label", "postal-label"})
_ICONS = {
    "cash-note": "banknote", "refund-note": "undo-2", "cover-label": "folder-open", "postal-label": "package",
    "post-list": "package-open", "ticket": "receipt", "handover": "arrow-left-right", "handover-one": "arrow-left-right",
    "return": "hand-coins",
}
_KEYS = "123456789ABCDEFGH"


class PaperMenu(BaseDialog):
    """``chosen(Choice)``. A digit, Enter on an entry or a click prints it; ↓ ↑ move, Esc closes. What does not exist yet is not offered."""

    chosen = Signal(object)

    def __init__(self, title: str, choices: list[Choice], parent: QWidget | None = None) -> None:
        empty = "" if choices else self.tr("Chưa có giấy nào in được ở bước này.")
        super().__init__(title, empty, icon="printer", role="accent", parent=parent)
        self.choices = {key: choice for key, choice in zip(_KEYS, (c for c in choices if not c.why), strict=False)}
        self.list = ActionList()
        again = self.tr("{0} (đã in {1} lần)")
        names = {key: again.format(c.name, c.printed) if c.printed else c.name for key, c in self.choices.items()}
        self.list.set_actions([
            Action(key, names[key], _ICONS.get(choice.form, "file-text"), key) for key, choice in self.choices.items()])
        self.list.chosen.connect(self._choose)
        self.body.addWidget(self.list)
        self.cancel_button = self.add_button(self.tr("Quay lại"), key="Esc")
        self.cancel_button.clicked.connect(self.reject)
        next(iter(self.list.buttons.values()), self.cancel_button).setFocus()

    @Slot(str)
    def _choose(self, key: str) -> None:
        choice = self.choices[key]
        self.accept()
        self.chosen.emit(choice)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text().upper() in self.choices:
            self._choose(event.text().upper())
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)


def offer_papers(ctx: UiContext, parent: QWidget, title: str, choices: list[Choice]) -> PaperMenu:
    """Open the menu over the window; what is chosen is made anew and printed."""
    menu = PaperMenu(title, choices, parent.window())

    def print_it(choice: Choice) -> None:
        size = _stickers(ctx, choice.form)
        if size is None:
            _print(ctx, choice)
        else:
            _ask_first(ctx, parent, choice, size)

    menu.chosen.connect(print_it)
    menu.open()
    return menu


def _print(ctx: UiContext, choice: Choice, **more: Any) -> int:
    """Make and print; how many labels there were."""
    try:
        made = choice.make(**more)
        print_paper(ctx, made)
    except UserError as error:
        ctx.fail(error)
        return 0
    return len(getattr(made.document, "labels", ()))


def _stickers(ctx: UiContext, form: str) -> LabelSize | None:
    """The sheet of stickers a form is printed on here; None for everything else, single labels too."""
    if form not in LABELS or ctx.printing is None:
        return None
    try:
        folder = ctx.settings.file.parent / "forms" if ctx.settings is not None else None
        size = load_sizes(folder).get(ctx.printing.target(form).size)
    except UserError:  # said when it is printed
        return None
    return size if size.count > 1 else None


def _ask_first(ctx: UiContext, parent: QWidget, choice: Choice, size: LabelSize) -> FieldsDialog:
    """A sheet that is half used goes on where it was left; the program remembers while it runs, and the person knows better."""
    first = Ask("first", "Bắt đầu từ nhãn số", initial=str(ctx.labels_used % size.count + 1), required=True,
                hint=f"Tờ có {size.count} nhãn, đếm từ trái sang phải, từ trên xuống dưới.")
    dialog = FieldsDialog(f"In {choice.name.lower()}", [first], verb="In", icon="printer", parent=parent.window())

    def submitted(values: dict[str, Any]) -> None:
        typed = values["first"]
        if not (typed.isascii() and typed.isdigit() and 1 <= int(typed[:4]) <= size.count):
            dialog.show_problem(InvalidFields({"first": f"Nhập số từ 1 đến {size.count}."}))
            return
        dialog.accept()
        skip = int(typed) - 1
        ctx.labels_used = skip + _print(ctx, choice, skip=skip)

    dialog.submitted.connect(submitted)
    dialog.open()
    dialog.editors["first"].selectAll()  # type: ignore[attr-defined]
    return dialog
