"""Which input method Qt asks for Vietnamese. Our Qt brings the connection to ibus and none to fcitx; where a desktop names fcitx, people
could type no marks at all. fcitx answers as ibus too."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PySide6.QtCore import QLibraryInfo

ENV = "QT_IM_MODULE"


def module_for(wanted: str, plugins: Path) -> str:
    """The module to use instead of ``wanted``: the same where its plugin is there, ``ibus`` for an fcitx without one."""
    if wanted.lower().startswith("fcitx") and not list(plugins.glob("platforminputcontexts/*fcitx*")):
        return "ibus"
    return wanted


def choose_module() -> None:
    """Set it for this process; call it before the QApplication is made."""
    if sys.platform == "linux" and (wanted := os.environ.get(ENV)):
        os.environ[ENV] = module_for(wanted, Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)))
