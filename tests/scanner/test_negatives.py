"""Pages, tables, charts, faces of cards, keyboards, stripes and codes of which a part is missing: nothing is read from them."""

from __future__ import annotations

import os

import pytest

from benchmarks.scenes.engines import by_us, camera_reader
from benchmarks.scenes.negatives import NEGATIVES, negative
from benchmarks.scenes.photos import photo, turned

SCENES = int(os.environ.get("COUNTER_APP_SCAN_FRAMES", "100")) // 50
SEED = 30_000


@pytest.mark.parametrize("what", NEGATIVES)
@pytest.mark.timeout(600)
def test_nothing_is_read_where_no_code_is(what):
    for at in range(SEED, SEED + SCENES):
        shown = negative(at, what)
        reader = camera_reader("any")
        for gray in shown.frames(2):
            assert not reader.frame(gray).reads, f"seed {at}"
        assert by_us(gray, "any") == set(), f"seed {at}"


def test_a_code_under_a_reflection_is_not_read_as_another():
    """The library reads two texts from this one, both with a right check symbol and a real date."""
    shown = photo("code128", 1028)
    assert by_us(turned(shown.gray, 45), "any") <= {shown.text}
