"""Reads QR codes that no library sees: soft, bent, faded, small. Dear: for a camera in turn with other things."""

from __future__ import annotations

import numpy as np

from counter_app.scanner.engines import pure_square
from counter_app.scanner.qr_find import MODULE_SIZES, find_finders
from counter_app.scanner.qr_grid import lay_grid
from counter_app.scanner.qr_shape import completed
from counter_app.scanner.qr_soft import soft_modules
from counter_app.scanner.reads import QR, Read


def read_squares(gray: np.ndarray, sizes: tuple[float, ...] = MODULE_SIZES) -> list[Read]:
    reads = []
    for found in find_finders(gray, sizes):
        grid = lay_grid(gray, found)
        if grid is None:
            continue
        text = pure_square(completed(soft_modules(grid), grid.version))
        if text:
            return [Read(text, QR, grid.corners, processed=True)]
    return reads
