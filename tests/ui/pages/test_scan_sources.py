"""Scans on their way from the devices to the page: one showing is one scan, and behind the lock screen nothing happens."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import cv2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from counter_app.domain.outcomes import ScanOutcome
from counter_app.runtime.settings import CAMERA, HID_SCANNER, SCANNER_PREFIX, SCANNER_SUFFIX, SERIAL_PORT, Settings
from counter_app.scanner.classify import DossierCode, TrackingUrl, Unknown
from counter_app.scanner.raw import RawScan, Source
from counter_app.ui.page import Page
from counter_app.ui.scan_sources import ScanSources
from tests.scanner.rendering import CODE, code128, frame
from tests.ui.pages.stage import in_window


class Bench:
    """Sources over a real window; ``got`` is what reached the page on top."""

    def __init__(self, stage, folder: Path, **values: str) -> None:
        stage.ctx.settings = Settings(folder / "settings.json", folder / "machine.json")
        for setting in (SCANNER_PREFIX, SCANNER_SUFFIX, SERIAL_PORT, HID_SCANNER, CAMERA):
            if setting.key in values:
                stage.ctx.settings.set(setting, values[setting.key])
        self.stage = stage
        self.window, self.page = in_window(stage, "find", lambda ctx: Page("find"))
        self.field = QLineEdit("gõ dở")
        self.page.body.addWidget(self.field)
        self.got: list[tuple[object, RawScan]] = []
        stage.ctx.scans.push(lambda scan, raw: self.got.append((scan, raw)), {DossierCode, TrackingUrl, Unknown})
        self.sources = ScanSources(stage.ctx, self.window)
        self.sources.start()

    def type_keys(self, text: str) -> None:
        """As a keyboard scanner does, into whatever has the focus."""
        self.window.activateWindow()
        QApplication.processEvents()
        for char in text:
            QTest.keyClick(self.window.windowHandle(), Qt.Key.Key_Return if char == "\n" else char)
        QTest.qWait(250)


@pytest.fixture
def make(stage, tmp_path):
    made = []

    def build(**values: str) -> Bench:
        made.append(Bench(stage, tmp_path, **values))
        return made[-1]

    yield build
    for bench in made:
        bench.sources.stop()


def test_what_the_scanner_puts_around_a_code_is_part_of_the_scan(make):
    bench = make(scanner_prefix="##", scanner_suffix="$")
    bench.field.setFocus()
    bench.type_keys(f"##{CODE}$\n")
    assert [raw.text for _, raw in bench.got] == [CODE]
    assert bench.field.text() == "gõ dở"


def test_bar_code_and_qr_code_of_one_receipt_are_one_showing(make):
    bench = make()
    bench.sources.arrived(RawScan(CODE, Source.CAMERA, 1.0))
    bench.sources.arrived(RawScan(f"https://dichvucong.gov.vn/tra-cuu?maHoSo={CODE}", Source.CAMERA, 1.1))
    assert len(bench.got) == 1
    bench.sources.arrived(RawScan(CODE, Source.CAMERA, 3.0))
    assert len(bench.got) == 2


def test_every_device_ends_in_the_same_router(make):
    """By what it is, never by focus: the field that has it keeps its text."""
    bench = make()
    bench.field.setFocus()
    for when, source in enumerate((Source.WEDGE, Source.SERIAL, Source.HID, Source.CAMERA)):
        bench.sources.arrived(RawScan(CODE, source, float(when)))
    assert [raw.source for _, raw in bench.got] == [Source.WEDGE, Source.SERIAL, Source.HID, Source.CAMERA]
    assert {type(scan) for scan, _ in bench.got} == {DossierCode} and bench.field.text() == "gõ dở"


def test_a_hid_scanner_that_is_not_there_is_waited_for_in_silence(make, qtbot):
    bench = make(hid_scanner="FFFF:0001")
    qtbot.waitUntil(lambda: bench.sources._devices[0]._state is not None, timeout=5000)
    assert bench.stage.outcomes == []
    bench.sources.reload()
    assert len(bench.sources._devices) == 1


def test_nothing_scanned_has_an_effect_behind_the_lock_screen(make):
    bench = make()
    screen = QWidget()
    field = QLineEdit(screen)
    bench.window.show_overlay(screen)
    field.setFocus()
    bench.type_keys(CODE + "\n")
    bench.sources.arrived(RawScan(CODE, Source.SERIAL))
    assert bench.got == []
    assert field.text() == CODE, "keys pass untouched"
    bench.window.hide_overlay()
    bench.type_keys(CODE + "\n")
    assert [raw.text for _, raw in bench.got] == [CODE]


def test_the_camera_goes_out_when_the_window_is_covered(make, tmp_path, qtbot):
    picture = tmp_path / "giay-hen.png"
    assert cv2.imwrite(str(picture), frame(code128(CODE), angle=30))
    bench = make(camera=f"file:{picture}")
    bench.sources.toggle_camera()
    qtbot.waitUntil(lambda: bool(bench.got), timeout=10_000)
    assert bench.got[0][0].code == CODE
    panel, camera = bench.sources._panel, bench.sources._camera
    assert panel.isVisible() and camera.is_open
    bench.window.show_overlay(QWidget())
    assert not panel.isVisible() and not camera.is_open
    assert camera.wait(10), "the device is let go of"
    bench.window.hide_overlay()
    assert panel.isVisible() and camera.is_open, "who unlocks finds the camera as it was"


def test_the_camera_stays_off_for_whoever_signs_in_next(make, tmp_path):
    bench = make(camera=f"file:{tmp_path}")
    bench.sources.toggle_camera()
    bench.window.show_overlay(QWidget())
    bench.stage.ctx.desk.staff = None
    bench.window.hide_overlay()
    assert not bench.sources._panel.isVisible() and not bench.sources._camera.is_open


def test_a_window_that_nobody_sees_has_no_camera(make, tmp_path, qtbot):
    picture = tmp_path / "giay-hen.png"
    assert cv2.imwrite(str(picture), frame(code128(CODE), angle=30))
    bench = make(camera=f"file:{picture}")
    bench.sources.toggle_camera()
    camera = bench.sources._camera
    for away, back in ((bench.window.showMinimized, bench.window.showNormal), (bench.window.hide, bench.window.show)):
        away()
        qtbot.waitUntil(lambda: not camera.is_open, timeout=5000)
        assert camera.wait(10)
        with qtbot.waitSignal(camera.found, timeout=15_000):
            back()
        assert camera.is_open


def test_a_corrected_keyboard_is_said_once(make):
    bench = make()
    bench.page.setFocus()
    toasts = []
    bench.window.show_toast = lambda text, role="", icon="": toasts.append(text)
    for when in (1.0, 2.0):
        bench.sources.arrived(RawScan(CODE, Source.WEDGE, when, note="caps-lock"))
    assert len(bench.got) == 2
    assert len(toasts) == 1 and "Caps Lock" in toasts[0]


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals")
def test_serial_scanner_is_read_reported_when_lost_and_released(make, qtbot):
    import pty
    import tty

    master, slave = pty.openpty()
    tty.setraw(slave)
    bench = make(serial_port=os.ttyname(slave))
    os.close(slave)
    qtbot.waitUntil(lambda: bench.sources._devices[0]._state is not None, timeout=5000)
    os.write(master, CODE.encode() + b"\r\n")
    qtbot.waitUntil(lambda: bool(bench.got), timeout=5000)
    assert [(raw.text, raw.source) for _, raw in bench.got] == [(CODE, Source.SERIAL)]
    os.close(master)
    qtbot.waitUntil(lambda: ScanOutcome.DEVICE_LOST in bench.stage.outcomes, timeout=5000)


def test_a_port_that_is_no_scanner_is_told(make, tmp_path, qtbot):
    plain = tmp_path / "khong-phai-cong"
    plain.write_bytes(b"")
    bench = make(serial_port=str(plain))
    qtbot.waitUntil(lambda: ScanOutcome.SCANNER_REFUSED in bench.stage.outcomes, timeout=5000)


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals")
def test_other_settings_open_the_port_again_without_waiting_for_its_driver(make, qtbot, monkeypatch):
    """The reader of before ends by itself; the window asks it and goes on."""
    import pty
    import tty

    from counter_app.scanner.reader import DeviceReader

    master, slave = pty.openpty()
    tty.setraw(slave)
    bench = make(serial_port=os.ttyname(slave))
    os.close(slave)
    qtbot.waitUntil(lambda: bench.sources._devices[0]._state is not None, timeout=5000)
    first = bench.sources._devices[0]
    with monkeypatch.context() as patch:
        patch.setattr(DeviceReader, "stop", lambda *_: pytest.fail("the window waited"))
        bench.sources.reload()
    second = bench.sources._devices[0]
    assert second is not first
    qtbot.waitUntil(lambda: second._state is not None and first.has_ended, timeout=5000)
    os.write(master, CODE.encode() + b"\r")
    qtbot.waitUntil(lambda: bool(bench.got), timeout=5000)
    bench.sources.reload()
    assert first not in bench.sources._ending
    os.close(master)
