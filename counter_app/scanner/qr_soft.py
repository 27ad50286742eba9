"""Reads the modules of a flattened QR code: what neighbours add to a module is measured and taken into account."""

from __future__ import annotations

import cv2
import numpy as np

from counter_app.scanner.qr_grid import Grid, module_means
from counter_app.scanner.qr_shape import shape

_ROUNDS = 6
_REACH = 2
_WIDTH = 2 * _REACH + 1
_LEVELLED = (11, 11)
_RIDGE = 0.02


def soft_modules(grid: Grid) -> np.ndarray:
    """Evidence that each module is dark (positive) or light (negative): about its logarithmic odds.

    The middle of a module is a sum of the modules around it; how much each adds is the same all over the code and is fitted to what
    the modules are supposed to be. What a module itself must be then follows from everything it adds to.
    """
    known = shape(grid.version).known
    size = known.shape[0]
    seen = module_means(grid.flat)
    seen = seen - 0.5 * cv2.blur(seen, _LEVELLED, borderType=cv2.BORDER_REFLECT)
    level = (seen / (cv2.sqrt(cv2.blur(seen * seen, _LEVELLED, borderType=cv2.BORDER_REFLECT)) + 1e-3)).astype(np.float64)
    guess = np.where(known != 0, known, np.tanh(2 * level)).astype(np.float64)
    soft = level
    for _ in range(_ROUNDS):
        padded = np.pad(guess, _REACH, constant_values=-1.0)
        around = [padded[r : r + size, c : c + size].ravel() for r in range(_WIDTH) for c in range(_WIDTH)]
        columns = np.stack([*around, np.ones(size * size)], axis=1)
        gram = columns.T @ columns
        gram[np.arange(_WIDTH**2), np.arange(_WIDTH**2)] += _RIDGE * size * size
        taps = np.linalg.solve(gram, columns.T @ level.ravel())
        rest = level.ravel() - columns @ taps
        kernel = taps[:-1].reshape(_WIDTH, _WIDTH)
        back = cv2.filter2D(rest.reshape(size, size), -1, kernel[::-1, ::-1], borderType=cv2.BORDER_CONSTANT)
        soft = (back + float(np.square(kernel).sum()) * guess) / (float(rest.var()) + 1e-3)
        guess = np.where(known != 0, known, 0.5 * guess + 0.5 * np.tanh(np.clip(soft, -20, 20)))
    return soft.astype(np.float32)
