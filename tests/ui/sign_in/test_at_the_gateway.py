"""The sign-in of the window, judged by a real gateway."""

from __future__ import annotations

from pathlib import Path

from counter_app.scanner.router import Router
from counter_app.services.setup import initialise
from counter_app.ui.background import InlineRunner
from counter_app.ui.context import Facts, UiContext
from counter_app.ui.dialogs.sign_in_view import SignInView
from counter_app.ui.main_window import MainWindow
from counter_app.ui.page import Page, PageSpec
from counter_app.ui.sign_in_presenter import SignInPresenter
from tests.servers.gateway import GatewayProcess


def test_the_tries_left_are_told(app, tmp_path: Path, qtbot, monkeypatch):
    monkeypatch.setenv("COUNTER_APP_WITNESS_DIR", str(tmp_path / "witness"))
    gateway = GatewayProcess(f"sqlite:///{tmp_path / 'gateway.db'}", tmp_path, dossiers=20)
    station = initialise(tmp_path / "counter", url=gateway.url, code=gateway.enrol_code("H32.15"), ask_pin=lambda new: "2468")
    window = MainWindow([PageSpec("receive", "Tiếp nhận", "file-plus", "F2", lambda: Page("Tiếp nhận"))])
    qtbot.addWidget(window)
    ctx = UiContext(desk=station.desk, tasks=InlineRunner(), scans=Router(), facts=Facts(), printing=None, central=station.central)
    gate = SignInPresenter(ctx, window)
    try:
        gate.show()
        view = window._layers.currentWidget()
        assert isinstance(view, SignInView)

        def said(name: str, password: str) -> str:
            view.username.setText(name)
            view.password.setText(password)
            view.button.click()
            return view.message.accessibleName()

        assert ["Còn 4 lần thử" in said("hoa.nt", "sai"), "Còn 3 lần thử" in said("hoa.nt", "sai")] == [True, True]
        assert "đơn vị khác" in said("truong.dk", "sai")
        said("hoa.nt", "MotCua@2026")
        assert not window.is_covered() and station.desk.staff.username == "hoa.nt"
    finally:
        station.close()
        gateway.stop()
