"""Where bars are: at any angle, beside paper edges and text, straight after straightening; and where there are none."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from benchmarks.scenes import scene
from counter_app.scanner.locate import BarField, find_bar_fields
from counter_app.scanner.upright import straightened, upright
from tests.scanner.rendering import CODE, code128, frame


def off(field: BarField, degrees: float) -> float:
    """Degrees between the field's direction and a direction, either way round."""
    return abs((math.degrees(field.angle) - degrees + 90) % 180 - 90)


@pytest.mark.parametrize("angle", [0, 25, 45, 80, 90, 135])
def test_the_angle_of_a_bar_field_is_found(angle):
    field = find_bar_fields(frame(code128(CODE), 2.5, angle))[0]
    assert off(field, -angle) < 3
    assert abs(field.x - 640) < 30 and abs(field.y - 360) < 30


@pytest.mark.parametrize("level", ["mild", "medium"])
def test_a_label_on_a_dark_desk_is_not_lost_among_its_edges(level):
    """The edges of the paper are as coherent as bars, ten modules away from them."""
    found = 0
    for seed in range(2000, 2012):
        shown = scene("code128", level, seed)
        gray = shown.frame()
        middle, along = shown.corners.mean(axis=0), shown.corners[1] - shown.corners[0]
        length, degrees = float(np.hypot(*along)), math.degrees(math.atan2(along[1], along[0]))
        best = find_bar_fields(gray, limit=1)
        found += bool(best) and math.dist((best[0].x, best[0].y), middle) < 0.1 * length and off(best[0], degrees) < 6
    assert found >= 11


def test_a_leaning_field_is_cut_out_along_its_axis():
    """Seen from the side a code is a parallelogram: the bars are not square to its length."""
    page = np.full((500, 900), 225, np.uint8)
    drawn = cv2.resize(code128(CODE, 30), None, fx=2.4, fy=2.4, interpolation=cv2.INTER_AREA)
    page[200 : 200 + drawn.shape[0], 60 : 60 + drawn.shape[1]] = np.minimum(drawn, 225)
    lean = np.float32([[1, 0, 0], [0.15, 1, -60]])
    seen = cv2.warpAffine(page, lean, (900, 500), borderValue=225)
    (field, *_) = find_bar_fields(seen)
    assert field.skew == pytest.approx(0.15, abs=0.03)
    crop = upright(seen, field)
    ends = crop[:, crop.shape[1] // 8], crop[:, -crop.shape[1] // 8]
    assert all(float(end.std()) < 40 for end in ends), "the crop follows the bars to both ends"


def test_bars_that_fan_out_are_straightened():
    widths = np.random.default_rng(3).integers(1, 5, 400) * 3
    line = np.repeat(np.where(np.arange(400) % 2, 220, 30), widths)[:1200].astype(np.float32)
    bars = np.repeat(line[None], 64, axis=0)
    y, x = np.mgrid[0:64, 0:1200].astype(np.float32)
    fanned = cv2.remap(bars, x + (x - 600) / 600 * 0.15 * (y - 32), y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)
    before, after = (float(p.mean(axis=0)[100:1100].std()) for p in (fanned, straightened(fanned)))
    assert after > before + 6


def test_rows_of_text_and_empty_paper_are_no_bars_worth_the_name():
    assert find_bar_fields(np.full((720, 1280), 200, np.uint8)) == []
    grain = np.random.default_rng(5).normal(150, 12, (720, 1280))
    assert find_bar_fields(np.clip(grain, 0, 255).astype(np.uint8)) == []


def test_a_field_of_a_part_is_the_same_field_in_the_whole():
    gray = frame(code128(CODE), 2.5, 20)
    whole, part = find_bar_fields(gray)[0], find_bar_fields(np.ascontiguousarray(gray[100:700, 200:1200]))[0].moved(200, 100)
    assert math.dist((whole.x, whole.y), (part.x, part.y)) < 8
    assert off(whole, math.degrees(part.angle)) < 1
