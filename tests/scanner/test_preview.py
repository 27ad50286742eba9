"""The preview: the outline lies on its code, whatever the picture's size, turn or mirror; brightness of every format."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from counter_app.scanner.qt.luma import frame_of, gray_of, turned_by
from counter_app.scanner.qt.preview import PREVIEW_SIDE, preview_of
from counter_app.scanner.reads import Read

from PySide6.QtMultimedia import QtVideo, QVideoFrame, QVideoFrameFormat  # isort: skip

CORNERS = ((100, 60), (500, 60), (500, 160), (100, 160))
"""Of a code in a picture of 1280×720, left of the middle and near the top."""
PICTURE = np.random.default_rng(4).integers(0, 255, (480, 640), np.uint8)
GREEN = (34, 197, 94)


def outline(picture: QImage) -> tuple[float, float]:
    """Centre of the green line, as shares of the preview's width and height."""
    rgb = picture.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    pixels = rows[:, : rgb.width() * 3].reshape(rgb.height(), rgb.width(), 3).astype(int)
    y, x = np.nonzero(np.abs(pixels - GREEN).sum(axis=2) < 30)
    assert x.size > 100
    return (x.min() + x.max()) / 2 / rgb.width(), (y.min() + y.max()) / 2 / rgb.height()


@pytest.mark.parametrize("size", [(720, 1280), (480, 640), (1080, 1920)])
@pytest.mark.parametrize(
    ("mirror", "turned", "x", "y"),
    [(False, 0, 300 / 1280, 110 / 720), (True, 0, 980 / 1280, 110 / 720), (False, 90, 610 / 720, 300 / 1280),
     (False, 180, 980 / 1280, 610 / 720), (True, 90, 110 / 720, 300 / 1280)],
)
def test_the_outline_lies_on_the_code(qapp, size, mirror, turned, x, y):
    corners = tuple((round(cx * size[1] / 1280), round(cy * size[0] / 720)) for cx, cy in CORNERS)
    shown = preview_of(np.full(size, 200, np.uint8), [Read("x", "qr", corners)], mirror, turned)
    assert max(shown.width(), shown.height()) == min(PREVIEW_SIDE, max(size))
    assert outline(shown) == pytest.approx((x, y), abs=0.01)


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 2)])
def test_a_picture_of_any_size_has_a_preview(qapp, size):
    assert not preview_of(np.zeros(size, np.uint8), []).isNull()


def made(kind: QVideoFrameFormat.PixelFormat, bottom_up: bool = False) -> QVideoFrame:
    form = QVideoFrameFormat(QSize(640, 480), kind)
    if bottom_up:
        form.setScanLineDirection(QVideoFrameFormat.Direction.BottomToTop)
    shown = QVideoFrame(form)
    assert shown.map(QVideoFrame.MapMode.WriteOnly)
    stride = shown.bytesPerLine(0)
    rows = np.frombuffer(shown.bits(0), np.uint8, count=stride * 480).reshape(480, stride)
    source = PICTURE[::-1] if bottom_up else PICTURE
    if stride >= 1280:
        rows[:, :1280:2], rows[:, 1:1280:2] = 77, source
    else:
        rows[:, :640] = source
    shown.unmap()
    return shown


@pytest.mark.parametrize("name", ["Format_P010", "Format_P016", "Format_Y16"])
def test_brightness_in_two_bytes(qapp, name):
    assert np.array_equal(gray_of(made(getattr(QVideoFrameFormat.PixelFormat, name))), PICTURE)


@pytest.mark.parametrize("name", ["Format_YUV420P", "Format_YUV422P", "Format_YV12", "Format_NV21"])
def test_brightness_in_a_plane_of_its_own(qapp, name):
    assert np.array_equal(gray_of(made(getattr(QVideoFrameFormat.PixelFormat, name))), PICTURE)


def test_a_picture_that_comes_bottom_up_is_not_mirrored(qapp):
    assert np.array_equal(gray_of(made(QVideoFrameFormat.PixelFormat.Format_Y8, bottom_up=True)), PICTURE)


def test_a_camera_mounted_on_its_side_is_turned_for_the_person_only(qapp):
    shown = frame_of(PICTURE)
    shown.setRotation(QtVideo.Rotation.Clockwise90)
    assert turned_by(shown) == 90 and np.array_equal(gray_of(shown), PICTURE)


def test_a_small_picture_keeps_its_pixels(qapp):
    small = cv2.resize(PICTURE, (320, 240))
    shown = preview_of(small, []).convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(shown.constBits(), np.uint8).reshape(240, shown.bytesPerLine())[:, :320]
    assert np.abs(rows.astype(int) - small).max() <= 1
