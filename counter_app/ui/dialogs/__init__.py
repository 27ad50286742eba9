"""Dialogs and covering screens. All are passive and report by signals; open them with ``.open()``."""

from counter_app.ui.dialogs.base import BaseDialog
from counter_app.ui.dialogs.command_palette import CommandPalette
from counter_app.ui.dialogs.error_dialog import ErrorDialog, show_error
from counter_app.ui.dialogs.help_view import HelpView
from counter_app.ui.dialogs.questions import ConfirmDialog, PinDialog, ReasonDialog
from counter_app.ui.dialogs.sign_in_view import LockScreen, SignInView

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
