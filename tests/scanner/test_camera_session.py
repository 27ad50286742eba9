"""Cameras that come, go, hang and keep silent; pictures through Qt's own capture session and player, and through OpenCV."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QImage

from counter_app.domain.published import bundled_codes
from counter_app.scanner.known import known_code
from counter_app.scanner.qt import devices as device_module
from counter_app.scanner.qt.camera import CameraSession
from counter_app.scanner.qt.devices import CameraDevices
from counter_app.scanner.qt.frames import CvCamera
from tests.scanner.camera_sources import Bench, DeafCamera, FedCamera, HungCamera, PlayedCamera, SlowBench
from tests.scanner.rendering import CODE, code128, frame

FITS = known_code(bundled_codes())
RECEIPT = frame(code128(CODE), 2.5, 35, 0.8)


class Ear(QObject):
    """What the session told."""

    def __init__(self, session: CameraSession) -> None:
        super().__init__()
        self.texts, self.sizes, self.problems = [], [], []
        session.found.connect(self.found)
        session.preview.connect(self.preview)
        session.problem.connect(self.problem)

    @Slot(object)
    def found(self, raw) -> None:
        self.texts.append(raw.text)

    @Slot(QImage)
    def preview(self, picture) -> None:
        self.sizes.append((picture.width(), picture.height()))

    @Slot(str, str)
    def problem(self, code, _message) -> None:
        self.problems.append(code)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def bench(qapp):
    return Bench()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def session(bench, clock):
    made = CameraSession(FITS, devices=bench, clock=clock)
    yield made
    made.close()
    assert made.wait(15)


@pytest.fixture
def ear(session):
    return Ear(session)


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """A hand turns a receipt, as MJPEG."""
    path = tmp_path_factory.mktemp("clip") / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 15, (1280, 720), isColor=True)
    assert writer.isOpened()
    for angle in range(0, 40, 4):
        writer.write(cv2.cvtColor(frame(code128(CODE), 2.5, angle, 0.6), cv2.COLOR_GRAY2BGR))
    writer.release()
    return path


def test_a_receipt_through_qt_capture_session(bench, session, ear, qtbot):
    bench.plug("cam", lambda: FedCamera([RECEIPT]))
    session.open("cam")
    qtbot.waitUntil(lambda: len(ear.texts) > 2, timeout=15000)
    assert set(ear.texts) == {CODE} and ear.problems == []


def test_a_video_through_qt_player(bench, session, ear, qtbot, clip):
    bench.plug("cam", lambda: PlayedCamera(clip))
    session.open("cam")
    qtbot.waitUntil(lambda: CODE in ear.texts, timeout=15000)
    assert set(ear.texts) == {CODE}


def test_a_video_through_opencv(bench, session, ear, qtbot, clip):
    """The fall-back; at its end the device is gone: told, and opened again later."""
    bench.plug("cam", lambda: CvCamera(str(clip)))
    session.open("cam")
    qtbot.waitUntil(lambda: CODE in ear.texts and ear.problems == ["camera-failed"], timeout=15000)
    assert session._retry.isActive()


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes of POSIX")
def test_a_pipe_through_opencv(bench, session, ear, qtbot, clip, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def pour() -> None:
        with suppress(BrokenPipeError):  # the reader has seen enough
            pipe.write_bytes(clip.read_bytes())

    writer = threading.Thread(target=pour, daemon=True)
    writer.start()
    bench.plug("cam", lambda: CvCamera(str(pipe)))
    session.open("cam")
    qtbot.waitUntil(lambda: CODE in ear.texts, timeout=15000)
    session.close()
    writer.join(10)
    assert set(ear.texts) == {CODE}


def test_pictures_change_their_size_in_mid_stream(bench, session, ear, qtbot):
    small, blank = cv2.resize(RECEIPT, (960, 540), interpolation=cv2.INTER_AREA), np.full((66, 34), 9, np.uint8)
    bench.plug("cam", lambda: FedCamera([RECEIPT] * 4 + [blank] * 4 + [small] * 4, fps=10))
    session.open("cam")
    qtbot.waitUntil(lambda: CODE in ear.texts and {(640, 360), (34, 66)} <= set(ear.sizes), timeout=15000)


def test_a_camera_that_vanishes_and_comes_back(bench, session, ear, qtbot):
    bench.plug("cam", lambda: FedCamera([RECEIPT]))
    session.open("cam")
    qtbot.waitUntil(lambda: bool(ear.texts), timeout=15000)
    bench.unplug("cam")
    assert ear.problems == ["camera-unplugged"]
    assert session._last_source.wait(10), "a device that is gone is let go of"
    ear.texts.clear()
    bench.plug("cam", lambda: FedCamera([RECEIPT]))
    qtbot.waitUntil(lambda: CODE in ear.texts, timeout=15000)


def test_the_chosen_camera_takes_over_when_it_is_back(bench, session, ear, qtbot):
    bench.plug("built-in", lambda: FedCamera([np.full((480, 640), 90, np.uint8)]))
    session.open("cam")
    qtbot.waitUntil(lambda: bool(ear.sizes), timeout=15000)
    assert bench.opened == ["built-in"]
    bench.plug("cam", lambda: FedCamera([RECEIPT]))
    qtbot.waitUntil(lambda: CODE in ear.texts, timeout=15000)
    assert bench.opened == ["built-in", "cam"]


def test_plugged_in_after_it_was_asked_for(bench, session, ear, qtbot):
    session.open()
    assert ear.problems == ["camera-missing"]
    bench.plug("cam", lambda: FedCamera([RECEIPT]))
    qtbot.waitUntil(lambda: CODE in ear.texts, timeout=15000)


def test_a_camera_that_never_sends_is_told_after_three_seconds(bench, session, ear, clock, qtbot):
    """First the other way to open it gets its three seconds."""
    made = []
    bench.plug("cam", lambda: made.append("qt") or DeafCamera(), lambda: made.append("opencv") or DeafCamera())
    session.open("cam")
    qtbot.waitUntil(lambda: made == ["qt"], timeout=5000)
    clock.now += 2.9
    qtbot.wait(250)
    assert (made, ear.problems) == (["qt"], [])
    clock.now += 0.2
    qtbot.waitUntil(lambda: made == ["qt", "opencv"], timeout=5000)
    assert ear.problems == []
    clock.now += 3.1
    qtbot.waitUntil(lambda: bool(ear.problems), timeout=5000)
    qtbot.wait(250)
    assert ear.problems == ["camera-no-picture"], "once, not again and again"


def test_a_camera_that_fell_silent_is_told(bench, session, ear, clock, qtbot):
    bench.plug("cam", lambda: FedCamera([RECEIPT], at_most=20))
    session.open("cam")
    qtbot.waitUntil(lambda: bool(ear.texts), timeout=15000)
    qtbot.wait(900)  # until its last picture has passed
    clock.now += 3.1
    qtbot.waitUntil(lambda: ear.problems == ["camera-no-picture"], timeout=5000)


def test_a_second_way_reads_where_the_first_fails(bench, session, ear, qtbot, clip):
    class Refused(DeafCamera):
        def open(self) -> None:
            self.failed.emit("camera-failed")

    bench.plug("cam", Refused, lambda: CvCamera(str(clip)))
    session.open("cam")
    qtbot.waitUntil(lambda: CODE in ear.texts, timeout=15000)


def test_the_window_does_not_wait_for_a_driver_that_hangs(bench, session, ear, qtbot):
    """Were any of these calls to wait for the driver, this test would never end: it is freed only after them."""
    entered, free = threading.Event(), threading.Event()
    bench.plug("cam", lambda: HungCamera(entered, free))
    session.open("cam")
    assert entered.wait(10)
    session.close()
    assert not session.wait(0.01)
    bench.plugged["cam"] = [lambda: FedCamera([RECEIPT])]
    session.open("cam")
    qtbot.wait(100)
    assert ear.texts == [], "the device is opened again only when it was let go of"
    free.set()
    qtbot.waitUntil(lambda: CODE in ear.texts, timeout=15000)


def test_the_list_of_cameras_is_waited_for_by_nobody(qapp, clock, qtbot):
    """A driver may hang in being asked what it is. It is said after three seconds, and the picture comes when it answers."""
    bench = SlowBench()
    session = CameraSession(FITS, devices=bench, clock=clock)
    ear = Ear(session)
    bench.plugged["cam"] = [lambda: FedCamera([RECEIPT])]
    session.open("cam")
    session._look()
    assert not ear.problems and not bench.opened
    clock.now += 4
    session._look()
    session._look()
    assert ear.problems == ["camera-failed"]
    bench.answer()
    qtbot.waitUntil(lambda: CODE in ear.texts, timeout=15000)
    session.close()
    assert session.wait(15)


def test_an_empty_list_that_comes_late_is_told_and_a_closed_session_does_not_open(qapp, clock):
    bench = SlowBench()
    session = CameraSession(FITS, devices=bench, clock=clock)
    ear = Ear(session)
    session.open("cam")
    bench.answer()
    assert ear.problems == ["camera-missing"]
    bench.answered = False
    session.close()
    session.open("cam")
    session.close()
    bench.plugged["cam"] = [lambda: FedCamera([RECEIPT])]
    bench.answer()
    assert not bench.opened
    assert session.wait(15)


def test_the_system_is_asked_for_its_cameras_on_another_thread(qapp, monkeypatch, qtbot):
    """One question at a time; what changed while a driver kept it waiting is asked once more."""
    free, asked = threading.Event(), []

    def slow():
        asked.append(threading.get_ident())
        assert free.wait(30)
        return device_module._Listing((), "")

    monkeypatch.setattr(device_module, "_list", slow)
    devices = CameraDevices()
    assert devices.found() is None and devices.found() is None
    devices.look()
    qtbot.waitUntil(lambda: len(asked) == 1, timeout=10000)
    assert threading.get_ident() not in asked
    free.set()
    qtbot.waitUntil(lambda: len(asked) == 2, timeout=10000)
    qtbot.waitUntil(lambda: not devices._asking, timeout=10000)
    assert devices.found() == [] and len(asked) == 2
