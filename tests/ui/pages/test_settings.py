"""Cài đặt: written at once, locked where the administrator says so, and devices that can be tried."""

import json

import pytest

from counter_app.domain.outcomes import PrintOutcome
from counter_app.printing.jobs import Status
from counter_app.printing.profiles import PURPOSES, profile_for
from counter_app.runtime.settings import (
    ATTACHMENT_KBITS,
    CAMERA_MIRROR,
    FONT_SCALE,
    HID_SCANNER,
    IDLE_LOCK_MINUTES,
    METERED_LINE,
    PRINTERS,
    SERIAL_BAUD,
    SERIAL_PORT,
    THEME,
    Settings,
)
from counter_app.services.print_trial import trial_pages
from counter_app.ui import a11y
from counter_app.ui.pages.settings_presenter import Devices, build_settings_page
from counter_app.ui.pages.settings_printers import ProfileDialog
from counter_app.ui.theme import theme
from onestop.errors import EnvironmentFault
from tests.ui.pages.stage import in_window


def _cameras(parent):
    from tests.scanner.camera_sources import Bench

    bench = Bench()
    bench.setParent(parent)
    bench.plugged["Logitech C920"] = []
    return bench


DEVICES = Devices(
    queues=lambda: [("Quay-07", "Quay-07 (mặc định)"), ("Laser-A5", "Laser-A5")],
    ports=lambda: [("05E0:1701", "Symbol LS2208 (COM3)")],
    cameras=_cameras,
    hid_scanners=lambda: [("0C2E:0B81", "Honeywell 1900")],
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


def test_what_attachments_may_take_of_the_line(page, settings):
    assert (page.cap.currentText(), page.metered.currentData()) == ("Không giới hạn", "system")
    page.cap.setCurrentIndex(page.cap.findData(256))
    page.cap.activated.emit(page.cap.currentIndex())
    page.metered.setCurrentIndex(page.metered.findData("yes"))
    page.metered.activated.emit(page.metered.currentIndex())
    again = Settings(settings.file, settings.file.with_name("none"))
    assert (again.get(ATTACHMENT_KBITS), again.get(METERED_LINE)) == (256, "yes")
    again.set(ATTACHMENT_KBITS, 300)
    settings.set(METERED_LINE, "no")
    assert Settings(settings.file, settings.file.with_name("none")).get(ATTACHMENT_KBITS) == 300, "what another program wrote is kept"


def test_a_cap_of_ones_own_and_a_locked_one(stage, tmp_path, qtbot):
    machine = tmp_path / "machine.json"
    machine.write_text(json.dumps({"locked": {"attachment_kbits": 96, "metered_line": "yes"}}), "utf-8")
    stage.ctx.settings = Settings(tmp_path / "profile" / "settings.json", machine)
    window, view = in_window(stage, "settings", lambda ctx: build_settings_page(ctx, DEVICES))
    qtbot.addWidget(window)
    assert (view.cap.currentText(), view.cap.isEnabled(), view.metered.isEnabled()) == ("96 kbit/s", False, False)
    view.changed.emit("attachment_kbits", 0)
    assert stage.failed[0].code == "setting-locked" and view.cap.currentData() == 96


def test_printer_of_each_purpose(page, settings):
    queue = page.printers.queues["slip"]
    assert [queue.itemData(i) for i in range(queue.count())] == ["", "Quay-07", "Laser-A5", "pdf"]
    page.printers.queue_chosen.emit("slip", "Laser-A5")
    assert settings.get(PRINTERS) == {"slip": {"queue": "Laser-A5"}} and page.printers.notes["slip"].text() == "A4"
    page.printers.queue_chosen.emit("slip", "")
    assert settings.get(PRINTERS) == {}


def test_a_printer_that_is_gone_is_still_shown(page, settings):
    settings.set(PRINTERS, {"form": {"queue": "May-cu"}})
    page.presenter.find_devices()
    assert page.printers.queues["form"].currentText() == "May-cu (không thấy)"


def test_everything_about_a_printer_in_one_dialog(page, stage, settings, monkeypatch):
    asked = []
    monkeypatch.setattr("counter_app.ui.pages.settings_printing._status", lambda name: asked.append(name) or Status(True, "sắp hết mực", (),
                        ("Tray1", "Tray2"), True, "HP LaserJet M404"))
    page.printers.edits["slip"].click()
    dialog = page.window().findChild(ProfileDialog)
    assert a11y.unnamed(dialog) == [] and asked == ["Quay-07"]
    assert "sắp hết mực" in dialog.status.text() and "HP LaserJet" in dialog.status.text()
    assert [dialog.tray.itemText(i) for i in range(dialog.tray.count())] == ["Máy in chọn", "Tray1", "Tray2"]
    dialog.queue.setCurrentText("Laser-A5")
    dialog.queue.lineEdit().editingFinished.emit()
    assert asked[-1] == "Laser-A5"
    dialog.paper.setCurrentIndex(dialog.paper.findData("A5"))
    dialog.tray.setCurrentText("Tray2")
    dialog.copies.setCurrentIndex(1)
    dialog.duplex.setCurrentIndex(dialog.duplex.findData("long"))
    dialog.dy.setText("-1,5")
    dialog.save_button.click()
    assert settings.get(PRINTERS) == {"slip": {"queue": "Laser-A5", "paper": "A5", "tray": "Tray2", "copies": 2, "duplex": "long",
                                               "dy_mm": -1.5}}
    assert page.printers.notes["slip"].text() == "A5 · 2 bản · Tray2 · hai mặt · dời 0, −1,5 mm"


def test_a_wrong_address_is_told_beside_its_field(page, settings, monkeypatch):
    monkeypatch.setattr("counter_app.ui.pages.settings_printing._status", lambda name: Status())
    page.presenter.printers.edit("ticket")
    dialog = page.window().findChild(ProfileDialog)
    dialog.queue.setCurrentText("tcp://")
    dialog.save_button.click()
    assert "tcp://" in dialog.fields["queue"].error() and dialog.isVisible() and settings.get(PRINTERS) == {}
    dialog.queue.setCurrentText("tcp://192.168.1.50:9100")
    dialog.save_button.click()
    assert settings.get(PRINTERS) == {"ticket": {"queue": "tcp://192.168.1.50:9100"}}


def test_locked_printers_can_be_looked_at(stage, tmp_path, qtbot, monkeypatch):
    machine = tmp_path / "printers.json"
    machine.write_text(json.dumps({"locked": {"printers": {"slip": {"queue": "Laser-A5", "paper": "A5"}}}}), "utf-8")
    monkeypatch.setattr("counter_app.ui.pages.settings_printing._status", lambda name: Status())
    stage.ctx.settings = Settings(tmp_path / "p" / "settings.json", machine)
    window, view = in_window(stage, "settings", lambda ctx: build_settings_page(ctx, DEVICES))
    qtbot.addWidget(window)
    assert not view.printers.queues["slip"].isEnabled() and "quản trị" in view.printers.note.text()
    view.printers.edits["slip"].click()
    dialog = window.findChild(ProfileDialog)
    assert not dialog.save_button.isEnabled() and dialog.current_queue() == "Laser-A5" and dialog.paper.currentData() == "A5"


def test_a_wrong_profile_is_told_and_not_guessed(page, settings):
    settings.set(PRINTERS, {"slip": {"copies": 99}})
    page.presenter.find_devices()
    assert "số bản" in page.printers.note.text()


def test_no_print_system(stage, settings, qtbot, monkeypatch):
    def none():
        raise EnvironmentFault("printing-unavailable", "Hệ thống in của máy không trả lời.")

    stage.ctx.settings = settings
    window, view = in_window(stage, "settings", lambda ctx: build_settings_page(ctx, Devices(none, DEVICES.ports, DEVICES.cameras)))
    qtbot.addWidget(window)
    assert "không trả lời" in view.printers.note.text()
    monkeypatch.setenv("CUPS_SERVER", "127.0.0.1:1")
    view.printers.trial_requested.emit("form")
    assert stage.outcomes == [PrintOutcome.NO_PRINTER]


def test_scanner_by_its_usb_id(page, settings):
    page.serial.setCurrentIndex(page.serial.findData("05E0:1701"))
    page.serial.activated.emit(page.serial.currentIndex())
    assert settings.get(SERIAL_PORT) == "05E0:1701"


def test_scanners_in_hid_mode_and_the_speed_of_the_line(page, settings):
    page.hid.setCurrentIndex(page.hid.findData("0C2E:0B81"))
    page.hid.activated.emit(page.hid.currentIndex())
    page.baud.setCurrentIndex(page.baud.findData(115200))
    page.baud.activated.emit(page.baud.currentIndex())
    assert (settings.get(HID_SCANNER), settings.get(SERIAL_BAUD)) == ("0C2E:0B81", 115200)


def test_the_button_leads_to_the_page_that_tries_scanners(page, stage):
    page.trial_button.click()
    assert stage.went == [("go", "scanner-trial")]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_trial_pages_render(bench, purpose, settings):
    assert trial_pages(bench.desk, purpose, profile_for(settings, purpose), "Quay-07").startswith(b"%PDF")


def test_names_for_everything(page):
    assert a11y.unnamed(page) == []


def test_picture(page, stage, settings, pictures):
    page.printers.queue_chosen.emit("receipt-a5", "Laser-A5")
    settings.set(PRINTERS, settings.get(PRINTERS) | {"slip": {"copies": 2, "tray": "Tray2"}})
    page.presenter.find_devices()
    with stage.bench.store.write() as unit:
        unit.meta_set("gateway_url", "https://motcua.khanhhoa.example")
    stage.ctx.settings.file = stage.ctx.settings.file.__class__("/home/quay07/.local/share/counter-app/settings.json")
    page.set_about(page.presenter._about())
    pictures(page.window(), "settings")


def test_picture_of_the_dialog(page, stage, settings, pictures, monkeypatch):
    monkeypatch.setattr("counter_app.ui.pages.settings_printing._status", lambda name: Status(True, "", (), ("Tray1", "Tray2"), True,
                        "HP LaserJet M404"))
    settings.set(PRINTERS, {"receipt-a4": {"queue": "Quay-07", "copies": 2, "tray": "Tray2", "dy_mm": -1.5}})
    page.presenter.printers.edit("receipt-a4")
    dialog = page.window().findChild(ProfileDialog)
    dialog.fit()
    pictures(dialog, "settings-printer")


def test_the_mirror_is_kept_and_the_camera_can_be_tried(page, settings, stage):
    asked = []
    stage.ctx.toggle_camera = lambda: asked.append(True)
    page.mirror.click()
    assert settings.get(CAMERA_MIRROR) is True
    page.camera_button.click()
    assert asked == [True]


def test_cameras_are_listed_and_follow_the_plug(page, qtbot):
    def titles():
        return [page.camera.itemText(i) for i in range(page.camera.count())]

    qtbot.waitUntil(lambda: titles() == ["Camera mặc định", "Logitech C920"])
    page.presenter._cameras.plug("Dino-Lite")
    assert titles() == ["Camera mặc định", "Logitech C920", "Dino-Lite"]
    page.presenter._cameras.unplug("Logitech C920")
    assert titles() == ["Camera mặc định", "Dino-Lite"]


def test_a_long_name_of_a_camera_does_not_widen_the_page(page):
    before = page.camera.minimumSizeHint().width()
    page.set_devices("camera", [("x", "Camera " * 40)], "x", "")
    assert page.camera.minimumSizeHint().width() == before
