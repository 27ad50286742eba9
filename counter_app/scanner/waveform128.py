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


def measure(profile: np.ndarray, track: Track, rounds: int = _ROUNDS) -> Costs | None:
    """The evidence of ``profile`` about each symbol of ``track``."""
    line = (255.0 - profile).astype(np.float64)
    if track.flipped:
        line = line[::-1]
    at = np.arange(len(line))
    values = track.values
    n = len(values)
    starts = _smooth(track.starts)
    taps = 2 * _REACH * _S + 1
    offset = np.arange(taps) - _REACH * _S
    h = np.exp(-0.5 * (offset / (0.65 * _S)) ** 2)
    h /= h.sum()
    costs = None
    for turn in range(rounds):
        a = _shifted(_modules(values))
        y = np.interp(_places(starts), at, line)
        model = a @ h
        level, gain = _level(y, model)
        # move the symbols to where the waveform lies
        slope = np.gradient(model)
        rest = level - model
        shift = []
        for k in range(n):
            part = slice((_EDGE + MODULES * k) * _S, (_EDGE + MODULES * (k + 1)) * _S)
            shift.append(-(rest[part] @ slope[part]) / (slope[part] @ slope[part] + 0.05))
        shift = np.clip(_smooth(np.array(shift), 2.0), -1.5, 1.5)
        width = np.gradient(starts) / (MODULES * _S)
        starts = starts + shift * width
        y = np.interp(_places(starts), at, line)
        level, gain = _level(y, model)
        weight = np.square(gain / gain.mean())
        weight = np.minimum(weight, 2.0)
        g = (a * weight[:, None]).T @ a
        g += _RIDGE * len(y) * np.eye(taps)
        h = h + np.linalg.solve(g, (a * weight[:, None]).T @ (level - a @ h))
        rest = level - a @ h
        var = max(float((weight * rest * rest).mean() / weight.mean()), 1e-4)
        costs = _pair_costs(level, h, weight, var, n, values, 1 - var / float(level.var()))
        if turn < rounds - 1:
            found = guess(costs)
            if found == values and turn:
                break
            values = found
    parts = rest[_EDGE * _S : (_EDGE + MODULES * n) * _S].reshape(n, -1)
    worst = float(np.square(parts).mean(axis=1).max()) / float(level.var())
    widths = np.diff(starts)
    uneven = float(np.abs(np.diff(np.log(np.maximum(widths, 1e-3)))).max())
    return replace(costs, worst=worst, uneven=uneven)


def _pair_costs(level, h, weight, var, n, values, fit) -> Costs:
    reach, half = _REACH * _S, MODULES * _S // 2
    zero = np.zeros_like(PATTERNS)

    def soft(modules: np.ndarray) -> np.ndarray:
        wide = np.pad(np.repeat(modules, _S, axis=1), ((0, 0), (reach, reach)))
        out = sum(h[j] * wide[:, j : j + 2 * MODULES * _S] for j in range(2 * reach + 1))
        return out[:, MODULES * _S - half : MODULES * _S + half]

    before, after = soft(np.concatenate([PATTERNS, zero], axis=1)), soft(np.concatenate([zero, PATTERNS], axis=1))
    first = (_EDGE + MODULES) * _S
    windows = np.stack([level[first + k * MODULES * _S - half : first + k * MODULES * _S + half] for k in range(n - 1)])
    w = np.array([weight[first + k * MODULES * _S - half : first + k * MODULES * _S + half].mean() for k in range(n - 1)]) / (2 * var)
    left = ((before * before).sum(axis=1)[None] - 2 * windows @ before.T) * w[:, None]
    right = ((after * after).sum(axis=1)[None] - 2 * windows @ after.T) * w[:, None]
    cross = (w[:, None, None] * (2 * before @ after.T)[None]).astype(np.float32)
    return Costs(left.astype(np.float32), right.astype(np.float32), cross, fit, tuple(values))


