"""What a profile says about each symbol of a Code 128 once it is known where they are.

The blur between neighbouring modules is measured from the profile itself and put into every candidate instead of being taken out of
the picture, which would raise the noise. Light and ink may change along the code, places are corrected by fractions of a module:
both are fitted to what the symbols are supposed to be, and what they are is asked again.
"""

from __future__ import annotations

from collections.abc import Sequence as Values
from dataclasses import replace

import numpy as np

from counter_app.scanner.code128 import MODULES, PATTERNS
from counter_app.scanner.profile128 import Track
from counter_app.scanner.sequence128 import Costs, guess

_S = 3
"""Samples a module."""
_REACH = 3
"""How many modules away a module still brightens or darkens a sample."""
_EDGE = 4
_ROUNDS = 3
_LEVELLED = 3 * MODULES * _S
_RIDGE = 0.01
_MAX_WEIGHT = 2.0
"""Where the contrast is high the noise counts less, within reason."""


def _modules(values: Values[int]) -> np.ndarray:
    edge = np.zeros(_EDGE)
    return np.concatenate([edge, *(PATTERNS[v] for v in values), np.ones(2), edge]).astype(np.float32)


def _shifted(modules: np.ndarray) -> np.ndarray:
    reach = _REACH * _S
    wide = np.pad(np.repeat(modules, _S), reach, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(wide, 2 * reach + 1)


def _smooth(starts: np.ndarray, strength: float = 3.0) -> np.ndarray:
    n = len(starts)
    if n < 5:
        return starts
    d = np.diff(np.eye(n), 3, axis=0)
    return np.linalg.solve(np.eye(n) + strength * d.T @ d, starts)


def _places(starts: np.ndarray) -> np.ndarray:
    """Where in the profile each sample of the symbol lies."""
    n = len(starts)
    q = (np.arange(-_EDGE * _S, (MODULES * n + 2 + _EDGE) * _S) + 0.5) / _S / MODULES
    first, last = starts[1] - starts[0], starts[-1] - starts[-2]
    knots = np.concatenate([[starts[0] - first], starts, [starts[-1] + last, starts[-1] + 2 * last]])
    return np.interp(q, np.arange(-1, n + 2), knots) - 0.5


def _box(values: np.ndarray, size: int) -> np.ndarray:
    sums = np.concatenate([[0.0], np.cumsum(np.pad(values, (size // 2, size - size // 2 - 1), mode="reflect"))])
    return (sums[size:] - sums[:-size]) / size


def _level(y: np.ndarray, model: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``y`` brought to the levels of ``model`` piece by piece (light and ink change along the code), and the local contrast."""
    size = _LEVELLED
    my, mm = _box(y, size), _box(model, size)
    var = np.maximum(_box(model * model, size) - mm * mm, 1e-3)
    gain = (_box(y * model, size) - my * mm) / var
    gain = np.maximum(gain, 0.15 * max(float(np.median(gain)), 1e-3))
    return (y - my) / gain + mm, gain


def measure(profile: np.ndarray, track: Track) -> Costs:
    """The evidence of ``profile`` (gray levels, paper bright) about each symbol of ``track``, which was found in it."""
    line = (255.0 - profile).astype(np.float64)
    if track.flipped:
        line = line[::-1]
    values, starts, blur = track.values, _smooth(track.starts), _first_blur()
    for turn in range(_ROUNDS):
        modules = _shifted(_modules(values))
        starts = starts + _drift(line, starts, modules @ blur)
        level, gain = _level(_sampled(line, starts), modules @ blur)
        weight = np.minimum(np.square(gain / gain.mean()), _MAX_WEIGHT)
        blur, rest = _blur_fitted(modules, level, weight, blur)
        noise = max(float((weight * rest * rest).mean() / weight.mean()), 1e-4)
        costs = _pair_costs(level, weight / (2 * noise), blur, values)
        if turn == _ROUNDS - 1:
            break
        found = guess(costs)
        if found == values and turn:
            break
        values = found
    spread = float(level.var()) + 1e-9
    worst = float(np.square(rest[_EDGE * _S : (_EDGE + MODULES * len(values)) * _S].reshape(len(values), -1)).mean(axis=1).max())
    uneven = float(np.abs(np.diff(np.log(np.maximum(np.diff(starts), 1e-3)))).max())
    return replace(costs, fit=1 - noise / spread, worst=worst / spread, uneven=uneven)


def _first_blur() -> np.ndarray:
    offset = np.arange(2 * _REACH * _S + 1) - _REACH * _S
    blur = np.exp(-0.5 * (offset / (0.65 * _S)) ** 2)
    result: np.ndarray = blur / blur.sum()
    return result


def _sampled(line: np.ndarray, starts: np.ndarray) -> np.ndarray:
    return np.interp(_places(starts), np.arange(len(line)), line)


def _drift(line: np.ndarray, starts: np.ndarray, model: np.ndarray) -> np.ndarray:
    """How far, in samples of the profile, each symbol lies from where it is supposed to be."""
    level, _ = _level(_sampled(line, starts), model)
    inside = slice(_EDGE * _S, (_EDGE + MODULES * len(starts)) * _S)
    slope = np.gradient(model)[inside].reshape(len(starts), -1)
    rest = (level - model)[inside].reshape(len(starts), -1)
    shift = -(rest * slope).sum(axis=1) / (np.square(slope).sum(axis=1) + 0.05)
    return np.clip(_smooth(shift, 2.0), -1.5, 1.5) * np.gradient(starts) / (MODULES * _S)


def _blur_fitted(modules: np.ndarray, level: np.ndarray, weight: np.ndarray, blur: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The blur that explains ``level`` best, not far from the one supposed before, and what it does not explain."""
    weighted = modules * weight[:, None]
    gram = weighted.T @ modules + _RIDGE * len(level) * np.eye(len(blur))
    blur = blur + np.linalg.solve(gram, weighted.T @ (level - modules @ blur))
    return blur, level - modules @ blur


def _pair_costs(level: np.ndarray, weight: np.ndarray, blur: np.ndarray, values: tuple[int, ...]) -> Costs:
    """Between the middles of two neighbours the waveform is the sum of what the two add: so is the square of its difference to what
    is seen, but for a product that depends on the two alone."""
    reach, half, wide = _REACH * _S, MODULES * _S // 2, 2 * MODULES * _S
    nothing = np.zeros_like(PATTERNS)

    def soft(modules: np.ndarray) -> np.ndarray:
        fine = np.pad(np.repeat(modules, _S, axis=1), ((0, 0), (reach, reach)))
        out = np.sum([tap * fine[:, j : j + wide] for j, tap in enumerate(blur)], axis=0)
        return out[:, MODULES * _S - half : MODULES * _S + half]

    before, after = soft(np.concatenate([PATTERNS, nothing], axis=1)), soft(np.concatenate([nothing, PATTERNS], axis=1))
    borders = (_EDGE + MODULES * np.arange(1, len(values))) * _S
    windows = np.stack([level[at - half : at + half] for at in borders])
    w = np.array([weight[at - half : at + half].mean() for at in borders])
    left = (np.square(before).sum(axis=1)[None] - 2 * windows @ before.T) * w[:, None]
    right = (np.square(after).sum(axis=1)[None] - 2 * windows @ after.T) * w[:, None]
    cross = (w[:, None, None] * (2 * before @ after.T)[None]).astype(np.float32)
    return Costs(left.astype(np.float32), right.astype(np.float32), cross, 0.0, tuple(values))
