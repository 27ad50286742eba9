"""Pages as tests see them: the application in its look, a desk, a stage."""

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

from counter_app.ui.i18n import install_language
from counter_app.ui.theme import apply_theme
from tests.desk import DeskBench, make_desk
from tests.ui.pages.stage import Stage, make_stage

SCREENSHOTS = Path(__file__).resolve().parents[3] / "docs" / "screenshots"


@pytest.fixture
def app(qapp: QApplication) -> QApplication:
    """The application in its light theme."""
    install_language(qapp)
    apply_theme(qapp, "light")
    return qapp


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[DeskBench]:
    """A desk with the agency's part of a demo province of 600 dossiers."""
    made = make_desk(tmp_path, demo=600)
    yield made
    made.close()


@pytest.fixture
def stage(app: QApplication, bench: DeskBench) -> Stage:
    """The desk with everything a page is given."""
    return make_stage(bench)


@pytest.fixture
def pictures(app: QApplication, tmp_path: Path) -> Callable[[QWidget, str], None]:
    """Keeps a window's picture in both themes; with UPDATE_SCREENSHOTS=1 in the documentation."""

    def keep(window: QWidget, name: str) -> None:
        folder = SCREENSHOTS if os.environ.get("UPDATE_SCREENSHOTS") == "1" else tmp_path
        folder.mkdir(parents=True, exist_ok=True)
        for mode in ("light", "dark"):
            apply_theme(app, mode)
            app.processEvents()
            picture = window.grab()
            assert not picture.isNull()
            assert picture.save(str(folder / f"{name}-{mode}.png"))
        apply_theme(app, "light")

    return keep


@pytest.fixture(autouse=True)
def no_widget_is_left() -> Iterator[None]:
    """Pages that no window owns go with their test: each change of theme would otherwise restyle them all again."""
    yield
    app = QApplication.instance()
    if app is None:
        return
    gc.collect()
    for widget in QApplication.topLevelWidgets():
        widget.close()
        widget.deleteLater()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
