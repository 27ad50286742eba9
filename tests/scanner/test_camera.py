"""The camera path without a camera: files through real video sinks, real frames in every usual format, no picture at all."""

from __future__ import annotations

import threading

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QObject, QSize, Slot
from PySide6.QtGui import QImage

from counter_app.domain.published import bundled_codes
from counter_app.scanner.decode import decode_image
from counter_app.scanner.gate import Gate
from counter_app.scanner.known import known_code
from counter_app.scanner.qt import camera
from counter_app.scanner.qt.camera import PROBLEMS, CameraSession, list_cameras
from counter_app.scanner.qt.luma import frame_of, gray_of
from counter_app.scanner.raw import Source
from tests.scanner.rendering import CARD, CODE, code128, frame, qr

from PySide6.QtMultimedia import QMediaCaptureSession, QVideoFrame, QVideoFrameFormat, QVideoFrameInput, QVideoSink  # isort: skip

FITS = known_code(bundled_codes())
OTHER = CODE[:-1] + "3"


class Heard(QObject):
    """What a session told, and on which thread."""

    def __init__(self, session: CameraSession) -> None:
        super().__init__()
        self.scans, self.pictures, self.problems, self.hints, self.threads = [], [], [], [], set()
        session.found.connect(self.found)
        session.preview.connect(self.preview)
        session.problem.connect(self.problem)
        session.hint.connect(self.hint)

    @Slot(object)
    def found(self, scan) -> None:
        self.scans.append(scan)
        self.threads.add(threading.current_thread())

    @Slot(QImage)
    def preview(self, picture) -> None:
        self.pictures.append(picture)
        self.threads.add(threading.current_thread())

    @Slot(str, str)
    def problem(self, code, message) -> None:
        self.problems.append((code, message))

    @Slot(str)
    def hint(self, text) -> None:
        self.hints.append(text)

    def texts(self) -> list[str]:
        return [scan.text for scan in self.scans]


@pytest.fixture
def session(qapp):
    opened = CameraSession(FITS)
    yield opened
    opened.close()
    assert opened.wait(10)
    assert not [t for t in threading.enumerate() if t.name.startswith("camera")]


@pytest.fixture
def heard(session):
    return Heard(session)


def save(path, gray):
    assert cv2.imwrite(str(path), gray)
    return f"file:{path}"


def test_a_tilted_receipt_before_the_camera_is_found_once_by_the_gate(session, heard, qtbot, tmp_path):
    session.open(save(tmp_path / "receipt.png", frame(code128(CODE), 2.5, 35, 0.8)))
    qtbot.waitUntil(lambda: len(heard.scans) > 5, timeout=15000)
    assert set(heard.texts()) == {CODE}
    assert heard.scans[0].source is Source.CAMERA and heard.scans[0].symbology == "code128"
    assert heard.threads == {threading.main_thread()}
    gate = Gate()
    assert len([s for s in heard.scans if gate.admit(s)]) == 1


def test_the_preview_is_small_and_outlines_the_code(session, heard, qtbot, tmp_path):
    session.open(save(tmp_path / "card.png", frame(qr(CARD), 4.0, 10)), expect="idcard")
    qtbot.waitUntil(lambda: bool(heard.scans) and bool(heard.pictures), timeout=15000)
    assert heard.texts()[0] == CARD
    picture = heard.pictures[-1].convertToFormat(QImage.Format.Format_RGB888)
    assert max(picture.width(), picture.height()) <= 640
    pixels = (
        np.frombuffer(picture.constBits(), np.uint8)
        .reshape(picture.height(), -1)[:, : picture.width() * 3]
        .reshape(picture.height(), -1, 3)
    )
    assert (np.abs(pixels.astype(int) - (34, 197, 94)).sum(axis=2) < 30).sum() > 200


def test_a_folder_of_pictures_is_shown_one_after_another(session, heard, qtbot, tmp_path):
    save(tmp_path / "1.png", frame(code128(CODE), 2.5, 60))
    save(tmp_path / "2.png", frame(code128(OTHER), 2.5, 110))
    (tmp_path / "3.png").write_bytes(b"no picture")
    session.open(f"file:{tmp_path}")
    qtbot.waitUntil(lambda: {CODE, OTHER} <= set(heard.texts()), timeout=15000)


def test_a_video_file_is_shown(session, heard, qtbot, tmp_path):
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 15, (1280, 720), isColor=True)
    assert writer.isOpened()
    for angle in range(0, 40, 4):
        writer.write(cv2.cvtColor(frame(code128(CODE), 2.5, angle, 0.6), cv2.COLOR_GRAY2BGR))
    writer.release()
    session.open(f"file:{path}")
    qtbot.waitUntil(lambda: CODE in heard.texts(), timeout=15000)
    assert set(heard.texts()) == {CODE}


def test_pictures_that_change_size_do_not_disturb(session, heard, qtbot, tmp_path):
    save(tmp_path / "1.png", np.full((480, 640), 200, np.uint8))
    save(tmp_path / "2.png", frame(code128(CODE), 2.5, 20))
    save(tmp_path / "3.png", np.full((65, 33), 10, np.uint8))
    session.open(f"file:{tmp_path}")
    qtbot.waitUntil(lambda: CODE in heard.texts(), timeout=15000)


def test_no_picture_is_told_with_a_sentence(session, heard, qtbot, tmp_path, monkeypatch):
    session._watchdog.setInterval(200)
    session.open(f"file:{tmp_path / 'nothing.png'}")
    qtbot.waitUntil(lambda: bool(heard.problems), timeout=5000)
    assert heard.problems[0] == ("camera-no-picture", PROBLEMS["camera-no-picture"])
    save(tmp_path / "nothing.png", frame(code128(CODE)))
    qtbot.waitUntil(lambda: CODE in heard.texts(), timeout=15000)


def test_without_a_camera_it_says_so_at_once(session, heard, qtbot):
    if list_cameras():
        pytest.skip("this machine has a camera")
    session.open()
    qtbot.waitUntil(lambda: bool(heard.problems), timeout=10000)
    assert [code for code, _ in heard.problems] == ["camera-missing"]
    assert session.is_open, "it starts by itself when a camera is plugged in"


def test_closed_it_is_silent_and_opens_again(session, heard, qtbot, tmp_path):
    source = save(tmp_path / "receipt.png", frame(code128(CODE), 2.5))
    for _ in range(3):
        heard.scans.clear()
        session.open(source)
        qtbot.waitUntil(lambda: bool(heard.scans), timeout=15000)
        session.close()
        heard.scans.clear()
        heard.pictures.clear()
        qtbot.wait(150)
        assert (heard.scans, heard.pictures) == ([], [])
    session.close()


def test_a_failing_frame_does_not_end_the_session(session, heard, qtbot, tmp_path, monkeypatch, caplog):
    real, calls = gray_of, []

    def sometimes(shown):
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("079305000123")
        return real(shown)

    monkeypatch.setattr(camera, "gray_of", sometimes)
    session.open(save(tmp_path / "receipt.png", frame(code128(CODE), 2.5)))
    qtbot.waitUntil(lambda: bool(heard.scans), timeout=15000)
    assert [r.getMessage() for r in caplog.records if r.levelname == "ERROR"] == ["camera frame failed: RuntimeError"]


def test_an_advice_is_given_when_the_code_is_too_far_away(session, heard, qtbot, tmp_path):
    session.open(save(tmp_path / "far.png", frame(code128(CODE), 1.1, 0, 1.2)))
    qtbot.waitUntil(lambda: any(heard.hints), timeout=15000)
    assert any("gần" in hint for hint in heard.hints)


def test_frames_through_a_real_capture_session_read(qtbot):
    """The path a webcam's pictures take inside Qt, fed by hand."""
    capture, feed, sink = QMediaCaptureSession(), QVideoFrameInput(), QVideoSink()
    capture.setVideoFrameInput(feed)
    capture.setVideoSink(sink)
    got = []

    class Eye(QObject):
        @Slot(QVideoFrame)
        def seen(self, shown):
            got.append(gray_of(shown))

    eye = Eye()
    sink.videoFrameChanged.connect(eye.seen)
    picture = frame(code128(CODE), 2.5, 75, 0.8)
    for _ in range(10):
        feed.sendVideoFrame(frame_of(picture))
        qtbot.wait(20)
        if got:
            break
    qtbot.waitUntil(lambda: bool(got), timeout=10000)
    assert [r.text for r in decode_image(got[0])] == [CODE]
    capture.setVideoSink(None)


PICTURE = frame(code128(CODE), 2.0, 15, size=(480, 640))


def packed(kind: QVideoFrameFormat.PixelFormat) -> QVideoFrame:
    """``PICTURE`` in a format where brightness is mixed with colour."""
    shown = QVideoFrame(QVideoFrameFormat(QSize(640, 480), kind))
    assert shown.map(QVideoFrame.MapMode.WriteOnly)
    stride = shown.bytesPerLine(0)
    rows = np.frombuffer(shown.bits(0), np.uint8, count=stride * 480).reshape(480, stride)
    if kind is QVideoFrameFormat.PixelFormat.Format_Y8:
        rows[:, :640] = PICTURE
    else:
        first = 0 if kind is QVideoFrameFormat.PixelFormat.Format_YUYV else 1
        rows[:, :1280] = 128
        rows[:, first:1280:2] = PICTURE
    shown.unmap()
    return shown


@pytest.mark.parametrize("name", ["Format_Y8", "Format_YUYV", "Format_UYVY"])
def test_brightness_is_taken_as_it_is(qapp, name):
    assert np.array_equal(gray_of(packed(getattr(QVideoFrameFormat.PixelFormat, name))), PICTURE)


def test_nv12_and_colour_pictures(qapp):
    assert np.array_equal(gray_of(frame_of(PICTURE)), PICTURE)
    image = QImage(PICTURE.data, 640, 480, 640, QImage.Format.Format_Grayscale8).convertToFormat(QImage.Format.Format_RGB32)
    assert np.abs(gray_of(QVideoFrame(image)).astype(int) - PICTURE).max() <= 2


def test_an_empty_frame_is_no_picture(qapp):
    assert gray_of(QVideoFrame()) is None
