"""Codes are read back from whole pages: as any printer prints them, and after a photocopy."""

from __future__ import annotations

import random

import numpy as np
import pytest

from counter_app.printing import pdf
from tests.printing import every
from tests.printing.reading import codes, dots

SAMPLES = every.all_samples()


def photocopied(page: np.ndarray, seed: int) -> np.ndarray:
    """A page as an office's copier gives it back: slightly turned and smaller, blurred, greyer, with specks."""
    import cv2

    rng = np.random.default_rng(seed)
    turn = cv2.getRotationMatrix2D((page.shape[1] / 2, page.shape[0] / 2), random.Random(seed).uniform(-0.9, 0.9), 0.98)
    copied = cv2.warpAffine(page, turn, page.shape[::-1], borderValue=255)
    grey = cv2.GaussianBlur(copied, (0, 0), 1.1).astype(float) * 0.75 + 35 + rng.normal(0, 12, page.shape)
    return np.clip(grey, 0, 255).astype("uint8")


@pytest.mark.parametrize("name", ["01-a4", "01-a5", "01-a4-2018", "02-a4", "03-a5-extreme", "04-a4", "05-a4", "06-a4",
                                  "handover-a4", "return-a5"])
def test_codes_survive_a_photocopy(name: str):
    document, paper = SAMPLES[name]
    page = next(iter(dots(pdf.render(document, paper), 300, slice(0, 1))))
    wanted = codes(page)
    assert document.title_code in wanted[0]
    copied = photocopied(page, 7)
    found = [codes(band) for band in (np.array_split(copied, 1) if document.form != "handover" else bands(copied))]
    assert {code for linear, _ in found for code in linear} == set(wanted[0])
    assert {code for _, square in found for code in square} == set(wanted[1])


def bands(page: np.ndarray) -> list[np.ndarray]:
    """Strips that overlap: a scanner is held over one line of a slip at a time."""
    step = page.shape[0] // 12
    return [page[top : top + 2 * step] for top in range(0, page.shape[0], step)]


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("name", ["02-a5", "03-a4", "03-a5-extreme", "04-a4-short", "05-a4-2018"])
def test_codes_of_letters_are_read_back(name: str, dpi: int):
    document, paper = SAMPLES[name]
    [page] = dots(pdf.render(document, paper, dpi=dpi), dpi, slice(0, 1))
    assert codes(page[: page.shape[0] // 3]) == ([document.title_code], [document.title_code])
