"""The offer after a scan that led nowhere: what was read, and what can be done about it. The text is kept by the router.

It goes when the work goes on (a command, another page, Esc): a red line about a code must not stand beside a dossier that was
just saved."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from counter_app.ui.scan_dispatch import ScanDispatch
from counter_app.ui.widgets.floating import FloatingPanel


class ScanOffer(FloatingPanel):
    """Lies over ``host`` while ``dispatch`` offers something."""

    def __init__(self, dispatch: ScanDispatch, host: QWidget) -> None:
        super().__init__(host)
        self.action_requested.connect(dispatch.act)
        dispatch.offered.connect(self.show_notice)
        dispatch.withdrawn.connect(self.hide)
