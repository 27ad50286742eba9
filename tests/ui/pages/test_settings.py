"""Cài đặt: written at once, locked where the administrator says so, and devices that can be tried."""

import json

import pytest

from counter_app.domain.outcomes import PrintOutcome
from counter_app.printing import pdf
from counter_app.runtime.settings import FONT_SCALE, IDLE_LOCK_MINUTES, PRINTERS, SERIAL_PORT, THEME, Settings
from counter_app.services.print_trial import trial_document
from counter_app.ui import a11y
from counter_app.ui.pages.settings_presenter import Devices, build_settings_page
from counter_app.ui.theme import theme
from onestop.errors import EnvironmentFault
from onestop.states import State
from tests.ui.pages.stage import in_window

DEVICES = Devices(
    queues=lambda: [("Quay-07", "Quay-07 (mặc định)"), ("Laser-A5", "Laser-A5")],
    ports=lambda: [("05E0:1701", "Symbol LS2208 (COM3)")],
    cameras=lambda: [("cam0", "Logitech C920")],
)


@pytest.fixture
def settings(tmp_path):
    machine = tmp_path / "machine.json"
    machine.write_text(json.dumps({"locked": {"idle_lock_minutes": 5}}), "utf-8")
    return Settings(tmp_path / "profile" / "settings.json", machine)


@pytest.fixture
def page(stage, settings, qtbot):
    stage.ctx.settings = settings
    window, view = in_window(stage, "settings", lambda ctx: build_settings_page(ctx, DEVICES))
    qtbot.addWidget(window)
    return view


def test_a_change_is_written_and_told(page, stage, settings, qtbot):
    with qtbot.waitSignal(stage.ctx.facts.settings_changed) as told:
        page.scale.setCurrentIndex(page.scale.findData(1.25))
        page.scale.activated.emit(page.scale.currentIndex())
    assert told.args == ["font_scale"] and Settings(settings.file, settings.file.with_name("none")).get(FONT_SCALE) == 1.25
    assert theme().font_scale == 1.25


def test_dark_at_once(page, settings):
    page.changed.emit("theme", "dark")
    assert theme().dark and settings.get(THEME) == "dark"


def test_locked_by_the_administrator(page, stage, settings):
    assert not page.idle.isEnabled() and page.idle.currentData() == 5 and "quản trị" in page.idle.toolTip()
    page.changed.emit("idle_lock_minutes", 60)
    assert stage.failed[0].code == "setting-locked" and page.idle.currentData() == 5 and settings.get(IDLE_LOCK_MINUTES) == 5


def test_printer_of_each_form(page, settings):
    queue, sheet, _copies = page.printers["01"]
    assert [queue.itemData(i) for i in range(queue.count())] == ["", "Quay-07", "Laser-A5", "pdf"]
    page.printer_changed.emit("01", "queue", "Laser-A5")
    page.printer_changed.emit("01", "paper", "A5")
    assert settings.get(PRINTERS) == {"01": {"queue": "Laser-A5", "paper": "A5"}}
    assert sheet.isEnabled() and not page.printers["06"][1].isEnabled()


def test_a_printer_that_is_gone_is_still_shown(page, settings):
    settings.set(PRINTERS, {"06": {"queue": "May-cu"}})
    page.presenter.find_devices()
    assert page.printers["06"][0].currentText() == "May-cu (không thấy)"


def test_no_print_system(stage, settings, qtbot):
    def none():
        raise EnvironmentFault("printing-unavailable", "Hệ thống in của máy không trả lời.")

    stage.ctx.settings = settings
    window, view = in_window(stage, "settings", lambda ctx: build_settings_page(ctx, Devices(none, DEVICES.ports, DEVICES.cameras)))
    qtbot.addWidget(window)
    assert "không trả lời" in view.printer_note.text()
    view.trial_requested.emit("01")
    assert stage.outcomes == [PrintOutcome.NO_PRINTER]


def test_scanner_by_its_usb_id(page, settings):
    page.serial.setCurrentIndex(page.serial.findData("05E0:1701"))
    page.serial.activated.emit(page.serial.currentIndex())
    assert settings.get(SERIAL_PORT) == "05E0:1701"


def test_the_test_shows_the_kind_only(page, stage):
    dossier = stage.bench.with_status(State.DONE)
    page.test_button.click()
    stage.scan(dossier.code)
    assert page.test_panel.sentence() == "Đã nhận: mã hồ sơ" and dossier.code not in page.test_panel.accessibleName()
    stage.scan(f"{dossier.owner.id_no}||{dossier.owner.name}|23081980|Nam|Nha Trang, tỉnh Khánh Hòa|01012022")
    assert "thẻ căn cước" in page.test_panel.sentence() and dossier.owner.name not in page.test_panel.accessibleName()
    page.on_leave()
    assert not page.test_button.isChecked() and stage.ctx.scans._stack == []


@pytest.mark.parametrize("form", ["01", "06", "handover", "return"])
def test_trial_pages_render(bench, form):
    assert pdf.render(trial_document(bench.desk, form)).startswith(b"%PDF")


def test_names_for_everything(page):
    assert a11y.unnamed(page) == []


def test_picture(page, stage, pictures):
    page.printer_changed.emit("01", "queue", "Laser-A5")
    page.presenter.find_devices()
    page.test_button.click()
    stage.scan(stage.bench.with_status(State.DONE).code)
    with stage.bench.store.write() as unit:
        unit.meta_set("gateway_url", "https://motcua.khanhhoa.example")
    stage.ctx.settings.file = stage.ctx.settings.file.__class__("/home/quay07/.local/share/counter-app/settings.json")
    page.set_about(page.presenter._about())
    pictures(page.window(), "settings")
