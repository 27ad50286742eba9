"""The page "Tiếp nhận hồ sơ": one form in the order of the paper, driven by the keyboard. Passive: signals out, setters in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from counter_app.domain.procedure import Procedure
from counter_app.services.desk import Desk
from counter_app.ui.notify import Notice
from counter_app.ui.pages.presented import PresentedPage
from counter_app.ui.pages.receive_parts.filing import FilingCard
from counter_app.ui.pages.receive_parts.papers import ChecklistCard
from counter_app.ui.pages.receive_parts.party import SKIP_ENTER, OwnerCard, SubmitterCard
from counter_app.ui.pages.receive_parts.side import DueCard, FeesCard, LastReceiptCard
from counter_app.ui.pages.receive_parts.values import Values
from counter_app.ui.theme import spacing
from counter_app.ui.widgets import Card, Choice, ComboSearch, FormField, KeyButton, ScanPanel, ScrollBody, SideColumn, show_errors

_SIDE_EM, _NARROW_EM = 17, 49
"""Width of the side column. Where both have less than this, it goes under the form."""
_FILING_EM, _PAPERS_NARROW_EM = 17.5, 40
"""The same for how it came and goes back, beside the checklist."""
_KEYS = (("save", "Ctrl+S"), ("submitter", "Alt+N"), ("park", "Alt+C"), ("clear", "Alt+X"), ("paper", "Alt+G"))


class ReceiveView(PresentedPage):
    """Signals: ``edited(key)`` the person changed a field (``""``: several); ``procedure_chosen(Procedure)``, ``procedure_cleared()``;
    ``save_requested(print)``; ``key_pressed(id)`` park, clear, submitter; ``draft_chosen(id)``; ``notice_action(id)`` a button of the
    message line; ``receipt_action(id)`` print, correct, open."""

    edited = Signal(str)
    procedure_chosen = Signal(object)
    procedure_cleared = Signal()
    save_requested = Signal(bool)
    key_pressed = Signal(str)
    draft_chosen = Signal(str)
    notice_action = Signal(str)
    receipt_action = Signal(str)

    def __init__(self, desk: Desk, fetch: Callable[[str], Sequence[Choice]], parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Tiếp nhận hồ sơ"), parent=parent)
        hint = self.tr("Gõ mã hoặc tên thủ tục, không cần dấu; ↓ chọn nhanh thủ tục quầy hay nhận")
        self.search = ComboSearch(fetch, hint, self.tr("Thủ tục"), "file-text")
        self.procedure_field = FormField(self.tr("Thủ tục"), self.search, required=True)
        self.owner, self.submitter = OwnerCard(), SubmitterCard()
        self.papers, self.filing = ChecklistCard(), FilingCard(desk.now)
        self.due, self.fees, self.receipt = DueCard(), FeesCard(), LastReceiptCard()
        self._build_header()
        self._build_form()
        self._build_footer()
        self.fields: dict[str, FormField] = {"procedure": self.procedure_field, **self.owner.fields, **self.submitter.fields,
                                             **self.filing.fields}
        self._hints: dict[str, str] = {}
        self._first = self.search
        self._wire()

    # ---- building

    def _build_header(self) -> None:
        self.drafts_button = KeyButton("", "pause", kind="quiet")
        self._drafts_menu = QMenu(self.drafts_button)
        self.drafts_button.setMenu(self._drafts_menu)
        self.park_button = KeyButton(self.tr("Cất tạm"), "pause", "Alt+C", "quiet")
        self.clear_button = KeyButton(self.tr("Xóa trắng"), "rotate-ccw", "Alt+X", "quiet")
        for button in (self.drafts_button, self.park_button, self.clear_button):
            button.setProperty(SKIP_ENTER, True)
            self.add_header_widget(button)

    def _build_form(self) -> None:
        procedure = Card()
        procedure.add(self.procedure_field)
        form = QWidget()
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(2.5))
        for card in (procedure, self.owner, self.submitter):
            column.addWidget(card)
        column.addWidget(SideColumn(self.papers, self.filing, _FILING_EM, _PAPERS_NARROW_EM, 2.5))
        column.addStretch(1)
        self._side = QWidget()
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(spacing(2.5))
        for card in (self.due, self.fees, self.receipt):
            side.addWidget(card)
        side.addStretch(1)
        self.scroll = ScrollBody()
        self.scroll.body.addWidget(SideColumn(form, self._side, _SIDE_EM, _NARROW_EM, 2.5), 1)
        for card in (procedure, self.owner, self.submitter, self.papers, self.filing, self.due, self.fees, self.receipt):
            card.body.setContentsMargins(spacing(3.5), spacing(2), spacing(3.5), spacing(2.5))
            card.body.setSpacing(min(card.body.spacing(), spacing(1.75)))
        self.body.addWidget(self.scroll, 1)

    def _build_footer(self) -> None:
        self.notices = ScanPanel(self.tr("Quét thẻ căn cước để điền nhanh. Enter sang ô kế tiếp, Alt+N khi có người nộp thay."))
        self.notices.action_requested.connect(self.notice_action)
        self.save_button = KeyButton(self.tr("Lưu"), "save", "Ctrl+S")
        self.print_button = KeyButton(self.tr("Lưu và in"), "printer", "Ctrl+Enter", "primary")
        self.save_button.clicked.connect(lambda: self.save_requested.emit(False))
        self.print_button.clicked.connect(lambda: self.save_requested.emit(True))
        self.save_button.setProperty(SKIP_ENTER, True)
        footer = QHBoxLayout()
        footer.setSpacing(spacing(2.5))
        footer.addWidget(self.notices, 1)
        footer.addWidget(self.save_button)
        footer.addWidget(self.print_button)
        self.body.addLayout(footer)

    def _wire(self) -> None:
        self.search.chosen.connect(self.procedure_chosen)
        self.search.cleared.connect(self.procedure_cleared)
        self.owner.edited.connect(self.edited)
        self.owner.kind_changed.connect(lambda _kind: self.edited.emit("owner.kind"))
        self.owner.submitter_toggled.connect(self._show_submitter)
        self.submitter.edited.connect(self.edited)
        self.filing.edited.connect(self.edited)
        self.papers.changed.connect(lambda: self.edited.emit("components"))
        self.papers.lines_changed.connect(self._order_tabs)
        self.fees.changed.connect(lambda: self.edited.emit("fees"))
        self.receipt.action_requested.connect(self.receipt_action)
        self.park_button.clicked.connect(lambda: self.key_pressed.emit("park"))
        self.clear_button.clicked.connect(lambda: self.key_pressed.emit("clear"))
        for action_id, key in _KEYS:
            action = QAction(self)
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _checked=False, action_id=action_id: self._key(action_id))
            self.addAction(action)

    # ---- what it holds

    def values(self) -> Values:
        """Everything that is typed and chosen."""
        chosen = self.search.current()
        return {"procedure": chosen.code if isinstance(chosen, Procedure) else "", **self.owner.values(), **self.submitter.values(),
                **self.filing.values(), "components": self.papers.counts(), "others": self.papers.others(),
                "fees": self.fees.collected()}

    def set_values(self, values: Values) -> None:
        """Show ``values``, apart from procedure, papers and fees (`set_procedure`)."""
        for card in (self.owner, self.submitter, self.filing):
            card.blockSignals(True)
            card.set_values(values)
            card.blockSignals(False)
        self.papers.blockSignals(True)
        self.papers.set_others(values.get("others", []))
        self.papers.blockSignals(False)
        self.submitter.setVisible(values["submitter"])
        self._order_tabs()

    def set_procedure(self, choice: Choice | None, info: str, counts: dict[str, list[int]], collected: set[str], *,
                      fees_enabled: bool = True) -> None:
        """Show a procedure with its checklist and fees; ``info`` is the line below the field."""
        procedure = choice.data if choice else None
        if self.search.current() is not procedure or choice is None:
            self.search.set_choice(choice)
        self.hint("procedure", info)
        self.procedure_field.clear_error()
        self.papers.set_procedure(procedure, counts)
        self.fees.set_fees(procedure.fees if procedure else (), collected, enabled=fees_enabled)
        self.filing.set_return_methods(procedure)
        self._order_tabs()

    def set_drafts(self, drafts: Sequence[tuple[str, str]]) -> None:
        """Parked forms (id, title) behind the button; none hides it."""
        self._drafts_menu.clear()
        for draft_id, title in drafts:
            action = self._drafts_menu.addAction(title)
            action.triggered.connect(lambda _checked=False, draft_id=draft_id: self.draft_chosen.emit(draft_id))
        self.drafts_button.set_text(self.tr("Đang cất ({0})").format(len(drafts)))
        self.drafts_button.setVisible(bool(drafts))

    def set_mode(self, correcting: str, can_save: bool) -> None:
        """``correcting``: the code of the dossier that is corrected, empty for a new one. ``can_save`` False: the procedure is not
        received here."""
        if correcting:
            self.set_title(self.tr("Đính chính hồ sơ {0}").format(correcting))
        else:
            self.set_title(self.tr("Tiếp nhận hồ sơ"))
        self.save_button.set_text(self.tr("Lưu đính chính") if correcting else self.tr("Lưu"))
        self.print_button.set_text(self.tr("Lưu và in lại") if correcting else self.tr("Lưu và in"))
        self.clear_button.set_text(self.tr("Thôi đính chính") if correcting else self.tr("Xóa trắng"), "x" if correcting else "rotate-ccw")
        self.park_button.setVisible(not correcting)
        self.filing.set_correcting(bool(correcting))
        for button in (self.save_button, self.print_button):
            button.setEnabled(can_save)

    # ---- what it says

    def show_errors(self, errors: Mapping[str, str]) -> list[str]:
        """Errors beside their fields, the first one focused and in sight; returns the sentences that belong to no field."""
        if any(key.startswith("submitter.") for key in errors):
            self._show_submitter(True)
        rest = show_errors(self.fields, errors)
        first = next((self.fields[key] for key in self.fields if errors.get(key)), None)
        if first is not None:
            QTimer.singleShot(0, self, lambda: self.scroll.ensureWidgetVisible(first, 0, spacing(6)))
        return rest

    def mark(self, key: str, message: str) -> None:
        """One sentence beside one field; empty takes it away."""
        if self.fields[key].error() != message:
            self.fields[key].set_error(message)

    def hint(self, key: str, text: str) -> None:
        """One quiet sentence beside one field; empty takes it away."""
        if self._hints.get(key, "") != text:
            self._hints[key] = text
            self.fields[key].set_hint(text)

    def clear_marks(self) -> None:
        """No errors and hints."""
        for key in self.fields:
            self.mark(key, "")
            if key != "procedure":
                self.hint(key, "")

    def tell(self, notice: Notice, detail: str = "", actions: tuple[tuple[str, str], ...] = (), *, focus: bool = False) -> None:
        """The message line. ``focus`` puts the cursor on its first button."""
        self.notices.show_notice(notice, detail, actions)
        if focus and actions:
            button = next((b for b in self.notices.findChildren(KeyButton) if b.property("actionId") == actions[0][0]), None)
            if button is not None:
                button.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus(self, key: str) -> None:
        """Put the cursor into a field, its text selected."""
        editor = self.fields[key].editor
        editor.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(editor, QLineEdit):
            editor.selectAll()

    def toggle_submitter(self) -> None:
        """Alt+N."""
        self.owner.submitter.toggle()

    @Slot(bool)
    def _show_submitter(self, shown: bool) -> None:
        had_focus = self.submitter.isAncestorOf(QApplication.focusWidget()) if QApplication.focusWidget() else False
        self.submitter.setVisible(shown)
        self.owner.submitter.setChecked(shown)
        if shown:
            self.focus("submitter.id_no")
        elif had_focus:
            self.focus("owner.name")
        self.edited.emit("submitter")

    # ---- keyboard

    def _key(self, action_id: str) -> None:
        if action_id == "save":
            if self.save_button.isEnabled():
                self.save_requested.emit(False)
        elif action_id == "submitter":
            self.toggle_submitter()
        elif action_id == "paper":
            if self.papers.add_button.isVisible():
                self.papers.add_other()
        else:
            self.key_pressed.emit(action_id)

    def _order_tabs(self) -> None:
        """Tab follows the page: the form, then the ticks of the fees, then the buttons; Enter takes the same way but passes over what
        is seldom changed."""
        order: list[QWidget] = [self.search, self.owner.person, self.owner.organisation, self.owner.submitter]
        order += [field.editor for field in (*self.owner.fields.values(), *self.submitter.fields.values())]
        order += self.papers.editors()
        order += [field.editor for field in self.filing.fields.values()]
        order += self.fees.boxes()
        order += [self.receipt.buttons[key] for key in ("print", "correct", "open")]
        order += [self.save_button, self.print_button]
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)
        for widget in order[:-1]:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.matches(QKeySequence.StandardKey.Undo)
                and isinstance(watched, QLineEdit) and not watched.isUndoAvailable()):
            event.ignore()  # an editor with nothing to undo leaves Ctrl+Z to the page
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if plain and watched is self.search and self.search.is_open():
                QTimer.singleShot(0, self, self._after_choice)  # the list takes the key first
                return False
            if plain and isinstance(watched, QWidget) and (not isinstance(watched, QAbstractButton) or watched in self.fees.boxes()):
                self.move_on(watched)
                return True
        return False

    @Slot()
    def _after_choice(self) -> None:
        if self.search.hasFocus() and self.search.current() is not None:
            self.move_on(self.search)

    def move_on(self, widget: QWidget) -> None:
        """Enter: to the next editor on the way to the save button."""
        following = widget.nextInFocusChain()
        while following is not widget:
            if self._is_stop(following):
                following.setFocus(Qt.FocusReason.TabFocusReason)
                if isinstance(following, QLineEdit):
                    following.selectAll()
                self.scroll.ensureWidgetVisible(following, 0, spacing(4))
                return
            following = following.nextInFocusChain()

    def _is_stop(self, widget: QWidget) -> bool:
        """Does Enter stop here? At editors, the ticks of the fees and the main button."""
        if isinstance(widget, QAbstractButton) and widget is not self.print_button and widget not in self.fees.boxes():
            return False
        takes_tab = widget.focusProxy() is None and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        reachable = self.isAncestorOf(widget) and widget.isVisibleTo(self) and widget.isEnabled()
        return takes_tab and reachable and not widget.property(SKIP_ENTER)
