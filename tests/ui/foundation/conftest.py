"""The screen as tests see it: bundled fonts, Fusion, our palette, Vietnamese."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

from counter_app.ui.i18n import install_language
from counter_app.ui.theme import apply_theme, theme

SCREENSHOTS = Path(__file__).resolve().parents[3] / "docs" / "screenshots"


@pytest.fixture
def app(qapp: QApplication) -> QApplication:
    """The application in its light theme."""
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # windows of earlier tests would be styled again
    install_language(qapp)
    now = theme()
    if not qapp.styleSheet() or now.dark or now.font_scale != 1.0 or now.density != "comfortable":
        apply_theme(qapp, "light")
    return qapp


@pytest.fixture
def keep_picture(tmp_path: Path):
    """Saves a widget's picture to a temporary folder, and with UPDATE_SCREENSHOTS=1 to the documentation."""

    def keep(widget: QWidget, name: str) -> Path:
        folder = SCREENSHOTS if os.environ.get("UPDATE_SCREENSHOTS") == "1" else tmp_path
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.png"
        assert widget.grab().save(str(path))
        return path

    return keep
