"""Photographs as telephones take them, turned to any angle: our reading of one picture gets out of it more than the library alone."""

from __future__ import annotations

import pytest

from benchmarks.scenes.engines import by_us, by_zxing
from benchmarks.scenes.photos import photo, turned

SEEDS = range(40_000, 40_012)


@pytest.mark.parametrize("angle", [0, 17, 45, 90])
@pytest.mark.parametrize(("kind", "least"), [("qr", 9), ("code128", 10)])
def test_photographs_are_read_at_every_angle_and_rightly(kind, least, angle):
    ours = library = 0
    for seed in SEEDS:
        shown = photo(kind, seed)
        gray = turned(shown.gray, angle)
        texts = by_us(gray, "any")
        assert texts <= {shown.text}, f"seed {seed}"
        ours += bool(texts)
        library += shown.text in by_zxing(gray, "any")
    assert ours >= max(least, library)
