"""Pages, tables, charts, faces of cards, keyboards, stripes and codes of which a part is missing: nothing is read from them."""

from __future__ import annotations

import os

import numpy as np
import pytest

from benchmarks.scenes.engines import by_us, camera_reader
from benchmarks.scenes.negatives import NEGATIVES, negative
from counter_app.scanner.engines import first_engine
from counter_app.scanner.linear import read_field
from counter_app.scanner.locate import find_bar_fields
from tests.scanner.rendering import code128, frame

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


def test_two_texts_from_one_run_of_bars_are_doubted():
    """A reflection makes the library read a second text, with a right check symbol and a real date, out of the lower half of a code."""
    upper, lower = (code128(text, 30)[12:-12] for text in ("K42.3-99.31-210619-6272", "K42.3-99.31-900623-6272"))
    assert upper.shape == lower.shape
    seen = frame(np.pad(np.vstack([upper, lower]), ((12, 12), (0, 0)), constant_values=255), 2.5)
    reads = first_engine(seen, "any")
    assert len({read.text for read in reads}) == 2 and all(read.processed for read in reads)
    (field, *_) = find_bar_fields(seen)
    assert read_field(seen, field, weigh=False) == []
