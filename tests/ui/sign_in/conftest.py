"""The window with sign-in and lock on a desk where nobody sits yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from counter_app.services.sign_in import _hasher, desk_pepper
from counter_app.ui.dialogs.sign_in_view import LockScreen, SignInView
from counter_app.ui.lock import IdleLock
from counter_app.ui.main_window import MainWindow
from counter_app.ui.pages.receive_presenter import build_receive_page
from counter_app.ui.sign_in_presenter import SignInPresenter
from tests.desk import NOW, DeskBench, make_desk
from tests.ui.foundation.conftest import app, keep_picture  # noqa: F401
from tests.ui.keyboard import Keyboard
from tests.ui.pages.stage import Stage, in_window, make_stage

PASSWORDS = {"hoa.nt": "MotCua@2026", "lan.nt": "PhongLan@2026"}


@dataclass
class Gate:
    """``signed_in``: who came and went, in order (None: nobody)."""

    bench: DeskBench
    stage: Stage
    window: MainWindow
    sign_in: SignInPresenter
    lock: IdleLock
    keys: Keyboard
    signed_in: list[str | None]

    @property
    def view(self) -> SignInView:
        found = self.window._layers.currentWidget()
        assert isinstance(found, SignInView)
        return found

    @property
    def screen(self) -> LockScreen:
        found = self.window._layers.currentWidget()
        assert isinstance(found, LockScreen)
        return found

    def give(self, username: str, password: str) -> None:
        """Name, Enter, password, Enter."""
        self.view.username.setFocus()
        self.view.username.selectAll()
        self.keys.enter(username)
        self.view.password.setFocus()
        self.keys.enter(password)

    def unlock(self, password: str) -> None:
        self.screen.password.setFocus()
        self.keys.enter(password)


@pytest.fixture
def gate(app: QApplication, tmp_path: Path, qtbot) -> Iterator[Gate]:  # noqa: F811
    """Two people have signed in on this PC before, two days ago; there is no network."""
    bench = make_desk(tmp_path, username=None)
    with bench.store.write() as unit:
        for username, password in PASSWORDS.items():
            unit.staff_verified(username, _hasher().hash(password + desk_pepper(bench.desk)), NOW - timedelta(days=2))
    stage = make_stage(bench)
    window, _page = in_window(stage, "receive", build_receive_page)
    qtbot.addWidget(window)
    window.activateWindow()
    app.processEvents()
    signed_in: list[str | None] = []
    stage.ctx.facts.signed_in.connect(lambda staff: signed_in.append(staff.username if staff else None))
    gate = SignInPresenter(stage.ctx, window)
    lock = IdleLock(stage.ctx, window, gate)
    yield Gate(bench, stage, window, gate, lock, Keyboard(app, window), signed_in)
    lock.stop()
    bench.close()
