"""What QR codes of a version share, against the encoder of the product and a library's."""

from __future__ import annotations

import numpy as np
import pytest
import segno

from counter_app.scanner.engines import pure_square
from counter_app.scanner.qr_shape import MAX_VERSION, MIN_VERSION, completed, shape


@pytest.mark.parametrize("version", range(MIN_VERSION, MAX_VERSION + 1))
def test_what_is_known_beforehand_is_so_in_every_code(version):
    parts = shape(version)
    for mask in range(8):
        modules = np.array(segno.make_qr("AB12", version=version, error="m", mask=mask, boost_error=False).matrix) == 1
        assert ((parts.known > 0) == modules)[parts.known != 0].all()


@pytest.mark.parametrize("error", ["l", "m", "q", "h"])
def test_format_information_is_put_right(error):
    modules = np.array(segno.make_qr("000.00.16.H59-260213-0042", version=5, error=error, boost_error=False).matrix) == 1
    soft = np.where(modules, 1.0, -1.0)
    parts = shape(5)
    soft[parts.known != 0] *= -1
    for place in (*parts.formats[0][:4], *parts.formats[1][6:9]):
        soft[place] *= -1
    assert (completed(soft, 5) == modules).all()
    assert pure_square(completed(soft, 5)) == "000.00.16.H59-260213-0042"


def test_a_code_beyond_repair_is_nothing():
    grain = np.random.default_rng(1).normal(0, 1, (37, 37))
    assert pure_square(completed(grain, 5)) is None
