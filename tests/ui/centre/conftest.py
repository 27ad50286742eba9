"""Counters with their real windows before a real gateway: one gateway, a line to it that can be broken, desks side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from counter_app.app.program import Program
from counter_app.services.desk import Desk
from counter_app.services.setup import initialise
from counter_app.services.workstation import Workstation, open_workstation
from counter_app.ui.collector import Collector
from counter_app.ui.i18n import install_language
from counter_app.ui.pages.sync_view import SyncView
from counter_app.ui.theme import apply_theme
from tests.faults.proxy import FaultProxy
from tests.servers.gateway import GatewayProcess

AGENCY, PASSWORD = "H32.15", "MotCua@2026"
#: Seconds; long, because it only bounds what must happen; no test waits it out.
PATIENCE = 30.0


@pytest.hookimpl(tryfirst=True)  # before -m looks at the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The gateway is stopped by signals."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.unix_servers)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    folder = tmp_path_factory.mktemp("gateway")
    process = GatewayProcess(f"sqlite:///{folder / 'gateway.db'}", folder, dossiers=20)
    yield process
    process.stop()


@dataclass
class Window:
    """One counter: its window, its engine in its thread, its own line to the gateway."""

    program: Program
    line: FaultProxy

    @property
    def station(self) -> Workstation:
        return self.program.station

    @property
    def desk(self) -> Desk:
        return self.station.desk

    @property
    def page(self) -> SyncView:
        """The page "Đồng bộ", shown."""
        if self.program.window.current_page_id() != "sync":
            self.program.navigator.go("sync")
        return self.program.window.current_page()

    # ---- what a person reads

    def bar(self) -> str:
        """What stands at the top of every page."""
        return self.program.window.top.link.chip().text

    def link(self) -> str:
        tile = self.page.tiles[0]
        return f"{tile.lead.text()}. {tile.detail.text()}"

    def unsent(self) -> str:
        tile = self.page.tiles[1]
        return f"{tile.lead.text()}. {tile.detail.text()}"

    def sees(self, read: Callable[[], str], *words: str) -> None:
        """Until ``read`` says all these words."""
        def said() -> bool:
            return all(word in read() for word in words)

        try:
            wait_until(said)
        except AssertionError:
            raise AssertionError(f"{words} not in: {read()!r} (link {self.link()!r}, bar {self.bar()!r})") from None

    # ---- what a person does

    def now(self) -> None:
        """Press "Gửi và nhận ngay"; what comes of it is seen later."""
        wait_until(self.page.sync_button.isEnabled)
        self.page.sync_button.click()

    def works(self) -> None:
        """Until the centre has everything."""
        wait_until(lambda: self.station.engine.last.ok and not self.waiting())

    def press(self, key: Qt.Key) -> None:
        """Alt and a key on the page."""
        window = self.program.window
        window.activateWindow()
        wait_until(window.isActiveWindow)
        self.page.reviews.setFocus()
        QTest.keyClick(window, key, Qt.KeyboardModifier.AltModifier)

    def mend(self) -> None:
        """The line works again."""
        self.line.rules.clear()
        self.station.client.base_url = self.line.url

    def waiting(self) -> int:
        with self.station.store.read() as reader:
            return reader.outbox_summary().waiting


def wait_until(met: Callable[[], Any], seconds: float = PATIENCE) -> None:
    """The window lives on meanwhile. Raises AssertionError."""
    deadline = monotonic() + seconds
    while not met():
        assert monotonic() < deadline, "did not happen"
        QTest.qWait(20)


class Windows:
    """Enrols counters and opens their windows; a person signs in by typing."""

    def __init__(self, app: QApplication, gateway: GatewayProcess, home: Path) -> None:
        self.app, self.gateway, self.home = app, gateway, home
        self.open: list[Window] = []
        self.made = 0

    def __call__(self, user: str = "truong.nt", home: Path | None = None) -> Window:
        self.made += 1
        folder, line = (home or self.home) / f"desk-{self.made}", FaultProxy(self.gateway.port)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("COUNTER_APP_WITNESS_DIR", str(folder / "witness"))
            initialise(folder / "profile", url=line.url, code=self.gateway.enrol_code(AGENCY), ask_pin=lambda new: "2468").close()
            station = open_workstation(folder / "profile", lambda new: "2468")
        station.engine.pause = 600.0  # cycles come when a person or a change asks for one
        program = Program(self.app, station)
        window = Window(program, line)
        self.open.append(window)
        program.start()
        view = program.sign_in._view
        view.username.setText(user)
        view.password.setText(PASSWORD)
        QTest.keyClick(view.password, Qt.Key.Key_Return)
        wait_until(lambda: station.desk.staff is not None and station.engine.last.ok)
        wait_until(lambda: program.bridge.last_ok is not None)
        return window

    def close(self, window: Window) -> None:
        self.open.remove(window)
        window.mend()
        window.program.stop()
        window.program.deleteLater()  # what is on its way to it goes with it
        window.line.close()
        self.app.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(scope="module")
def windows(qapp: QApplication, gateway: GatewayProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Windows]:
    """They stay open for the file's tests."""
    install_language(qapp)
    apply_theme(qapp, "light")
    made = Windows(qapp, gateway, tmp_path_factory.mktemp("desks"))
    collector = Collector()  # as in the program: only the window's thread collects, in a pause
    collector.start()
    yield made
    for window in list(made.open):
        made.close(window)
    collector.stop()
