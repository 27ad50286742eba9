"""A print flow on a real desk; the printer is a real one where a test asks for it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from counter_app.runtime.settings import Settings
from counter_app.services import paper
from counter_app.services.receive import receive
from counter_app.ui.background import TaskRunner
from counter_app.ui.context import Facts, UiContext
from counter_app.ui.print_flow import PrintFlow
from tests.desk import DeskBench, a_form, make_desk
from tests.servers.cups import IppPrinter
from tests.ui.foundation.conftest import app, keep_picture  # noqa: F401


class Printing:
    """``flow`` and what it told; ``receipt()`` and ``sheet()`` of one received dossier."""

    def __init__(self, bench: DeskBench, settings: Settings, tasks: TaskRunner) -> None:
        from counter_app.scanner.router import Router

        self.bench, self.settings = bench, settings
        self.failed: list[Exception] = []
        self.ctx = UiContext(desk=bench.desk, tasks=tasks, scans=Router(), facts=Facts(), settings=settings)
        self.ctx.fail = self.failed.append
        self.flow = PrintFlow(self.ctx)
        self.told: list[tuple[Any, dict[str, Any]]] = []
        self.flow.told.connect(lambda outcome, facts, _paper: self.told.append((outcome, facts)))
        done, _ = receive(bench.desk, a_form())
        self.dossier_id = done.dossier.id

    @property
    def outcomes(self) -> list[Any]:
        return [outcome for outcome, _ in self.told]

    def receipt(self) -> paper.Paper:
        return paper.receipt(self.bench.desk, self.bench.dossier(self.dossier_id))

    def sheet(self) -> paper.Paper:
        return paper.control_sheet(self.bench.desk, self.bench.dossier(self.dossier_id))

    def prints(self) -> dict[str, int]:
        return self.bench.dossier(self.dossier_id).prints


@pytest.fixture
def printing(app: QApplication, tmp_path: Path) -> Iterator[Printing]:  # noqa: F811
    bench, tasks = make_desk(tmp_path), TaskRunner()
    made = Printing(bench, Settings(tmp_path / "settings.json", tmp_path / "none.json"), tasks)
    yield made
    made.flow.stop()
    assert tasks.shutdown()
    bench.close()


@pytest.fixture
def no_printer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PC whose print system does not run."""
    monkeypatch.setenv("CUPS_SERVER", "127.0.0.1:1")


@pytest.fixture
def queue(ipp_printer: IppPrinter, monkeypatch: pytest.MonkeyPatch) -> IppPrinter:
    """A real queue with a real printer behind it."""
    for key, value in ipp_printer.env.items():
        monkeypatch.setenv(key, value)
    return ipp_printer


@pytest.fixture
def wait(qtbot) -> Callable[[Callable[[], bool]], None]:
    return lambda condition: qtbot.waitUntil(condition, timeout=60_000)
