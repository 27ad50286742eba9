"""Dialogs and covering screens. All are passive and report by signals; open them with ``.open()``."""

from typing import TYPE_CHECKING

from counter_app.ui.late import late

if TYPE_CHECKING:
    from counter_app.ui.dialogs.base import BaseDialog
    from counter_app.ui.dialogs.command_palette import CommandPalette
    from counter_app.ui.dialogs.error_dialog import ErrorDialog, show_error
    from counter_app.ui.dialogs.help_view import HelpView
    from counter_app.ui.dialogs.questions import ConfirmDialog, PinDialog, ReasonDialog
    from counter_app.ui.dialogs.sign_in_view import LockScreen, SignInView

__getattr__ = late(__name__, {
    "base": "BaseDialog",
    "command_palette": "CommandPalette",
    "error_dialog": "ErrorDialog show_error",
    "help_view": "HelpView",
    "questions": "ConfirmDialog PinDialog ReasonDialog",
    "sign_in_view": "LockScreen SignInView",
})

__all__ = [
    "BaseDialog",
    "CommandPalette",
    "ConfirmDialog",
    "ErrorDialog",
    "HelpView",
    "LockScreen",
    "PinDialog",
    "ReasonDialog",
    "SignInView",
    "show_error",
]
