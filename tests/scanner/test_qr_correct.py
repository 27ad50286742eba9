"""QR codes with places known to be worn: more is corrected than a library can, and nothing without proof."""

from __future__ import annotations

import random

import numpy as np
import pytest
import segno
from segno import consts

from counter_app.scanner.engines import pure_square
from counter_app.scanner.qr_codewords import codewords
from counter_app.scanner.qr_correct import mended
from counter_app.scanner.qr_shape import MAX_VERSION, completed
from counter_app.scanner.reed_solomon import corrected

TEXT = "000.00.16.H59-260213-0042"


def drawn(version: int | None = None, error: str = "m", mask: int | None = None) -> np.ndarray:
    return np.array(segno.make_qr(TEXT, version=version, error=error, mask=mask, boost_error=False).matrix) == 1


@pytest.mark.parametrize("level", ["L", "M", "Q", "H"])
def test_blocks_are_those_of_the_standard(level):
    for version in range(1, MAX_VERSION + 1):
        parts = codewords(version, "MLHQ".index(level) << 3)
        groups = consts.ECC[version][{"L": 1, "M": 0, "Q": 3, "H": 2}[level]]
        lengths = [group.num_total for group in groups for _ in range(group.num_blocks)]
        assert [len(block) for block in parts.blocks] == lengths
        assert parts.correcting == groups[0].num_total - groups[0].num_data
        assert sorted(place for block in parts.blocks for place in block) == list(range(sum(lengths)))


@pytest.mark.parametrize("mask", range(8))
def test_a_sound_code_of_every_mask_is_left_as_it_is(mask):
    for version, error in ((2, "m"), (5, "q"), (7, "h"), (13, "l")):
        modules = drawn(version, error, mask)
        found = mended(np.where(modules, 5.0, -5.0), version)
        assert found is not None and (found == modules).all()


def test_a_worn_line_is_given_up_and_the_text_comes_back():
    modules = drawn(3)
    soft = np.where(modules, 6.0, -6.0)
    soft[9:22, 9:16] = np.where(modules[9:22, 9:16], -0.3, 0.2)  # worse than guessed
    assert pure_square(completed(soft, 3)) is None
    found = mended(soft, 3)
    assert found is not None and pure_square(found) == TEXT


def test_noise_is_never_corrected_into_a_code():
    rng = np.random.default_rng(5)
    for version in (1, 2, 3, 5, 8):
        for _ in range(30):
            assert mended(rng.normal(0, 3, (17 + 4 * version,) * 2), version) is None


def test_errors_count_twice_and_erasures_once():
    pick = random.Random(6)
    for correcting in (10, 16, 26):
        for erased in range(0, correcting + 1, 2):
            word, places = [0] * 44, pick.sample(range(44), erased + (correcting - erased) // 2)
            for place in places:
                word[place] = pick.randrange(1, 256)
            found = corrected(word, correcting, places[:erased])
            assert found is not None and not any(found[0]) and found[1] == (correcting - erased) // 2
