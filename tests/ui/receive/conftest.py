"""The reception page in a window on a desk of its own, and somebody at the keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from counter_app.ui.pages.receive_presenter import build_receive_page
from tests.desk import DeskBench, make_desk
from tests.ui.foundation.conftest import app  # noqa: F401
from tests.ui.keyboard import Keyboard
from tests.ui.pages.conftest import pictures  # noqa: F401
from tests.ui.pages.stage import Stage, in_window, make_stage


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[DeskBench]:
    made = make_desk(tmp_path)
    yield made
    made.close()


@pytest.fixture
def stage(app: QApplication, bench: DeskBench) -> Stage:  # noqa: F811
    return make_stage(bench)


class Reception:
    """``view``, its ``presenter``, the ``window`` and the ``keys``; ``last()`` reads the dossier saved last."""

    def __init__(self, application: QApplication, stage: Stage) -> None:
        self.stage = stage
        self.window, self.view = in_window(stage, "receive", build_receive_page)
        self.presenter = self.view.presenter
        self.keys = Keyboard(application, self.window)

    def scan(self, text: str):
        """A text from a scanner, and what comes of it."""
        outcome = self.stage.scan(text)
        self.keys.settle()
        return outcome

    def count(self) -> int:
        with self.stage.bench.store.read() as reader:
            return reader.count("dossier")

    def last(self):
        with self.stage.bench.store.read() as reader:
            rows = reader.list_dossiers(limit=1)
            return reader.dossier(rows[0].id)

    def drafts(self) -> list[str]:
        with self.stage.bench.store.read() as reader:
            return [title for _, title, _ in reader.drafts()]

    def text(self, key: str) -> str:
        return self.view.fields[key].editor.text()


@pytest.fixture
def page(app: QApplication, stage: Stage, qtbot) -> Reception:  # noqa: F811
    made = Reception(app, stage)
    qtbot.addWidget(made.window)
    return made


@pytest.fixture
def second(app: QApplication, bench: DeskBench, page: Reception, qtbot):  # noqa: F811
    """The same PC after a restart: another page on the same store. The first one had no chance to do anything."""

    def start() -> Reception:
        page.window.hide()
        made = Reception(app, make_stage(bench))
        qtbot.addWidget(made.window)
        made.window.activateWindow()
        app.processEvents()
        return made

    return start
