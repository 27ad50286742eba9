"""The menu "In giấy khác": every paper that can be made of what is open, one digit each."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from counter_app.services.paper_menu import Choice
from counter_app.ui.context import UiContext
from counter_app.ui.dialogs.base import BaseDialog
from counter_app.ui.pages.dossier_actions import Action
from counter_app.ui.pages.dossier_parts import ActionList
from counter_app.ui.pages.presented import print_paper
from onestop.errors import UserError

COMMAND = "print-more"
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
        try:
            print_paper(ctx, choice.make())
        except UserError as error:
            ctx.fail(error)

    menu.chosen.connect(print_it)
    menu.open()
    return menu
