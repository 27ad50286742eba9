"""Follows a Code 128 along a gray profile: where each of its symbols begins, however the paper bends or leans away.

A decoder that measures widths of bars needs their edges; under blur there are none. Here every symbol is compared as a whole,
softened, at every place and in three widths, and the chain of symbols that fits best is found by dynamic programming. What the
symbols say is decided afterwards with the places known (``sequence128``); a chain is only where, not what.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from counter_app.scanner.code128 import MODULES, PATTERNS, START_A, STOP

_BLUR = 0.6
"""Softness of the templates in modules: right for a small symbol in focus, near enough for a blurred one."""
_CONTEXT = 1
_QUIET = 5
_COARSE, _FINE = 2, 3
_CHANCE = 0.70
"""A symbol that fits worse than this argues against the chain."""
_STRETCHES = (0.93, 1.0, 1.07)
_MIN_SYMBOLS, _MAX_SYMBOLS = 7, 40
_STEP = 1.06
_CHANGE = 0.01


@dataclass(frozen=True, slots=True)
class Track:
    """``starts``: where each symbol begins (in profile samples; of the reversed profile if ``flipped``), the stop symbol last.
    ``values``: a first guess of what they are. ``score``: how much better than chance, summed over symbols."""

    score: float
    flipped: bool
    starts: np.ndarray
    values: tuple[int, ...]


@cache
def _softened(samples: int, stretch: float, quiet: bool) -> np.ndarray:
    """Zero-mean templates of length one. ``quiet``: of the three start symbols, then the stop symbol, with their quiet zones;
    else of all symbols with a module of their surely known neighbours (space before, bar after)."""
    fine, pad = 8, 6
    rows = []
    for value in (START_A, START_A + 1, START_A + 2, STOP) if quiet else range(len(PATTERNS)):
        before, after = np.zeros(_QUIET if quiet and value != STOP else _CONTEXT), np.ones(_CONTEXT)
        if quiet and value == STOP:
            after = np.concatenate([np.ones(2), np.zeros(_QUIET)])
        modules = np.concatenate([before, PATTERNS[value], after])
        wide = np.repeat(np.pad(modules, pad, mode="edge"), fine)
        if not quiet:
            wide[: (pad - 1) * fine] = wide[-(pad - 1) * fine :] = 0.5
        reach = int(4 * _BLUR * fine) + 1
        kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (_BLUR * fine)) ** 2)
        soft = np.convolve(np.pad(wide, reach, mode="edge"), kernel / kernel.sum(), "valid")[pad * fine : -pad * fine]
        count = len(modules) * samples
        middle = before.size * fine + MODULES * fine / 2
        places = middle + (np.arange(count) + 0.5 - (before.size + MODULES / 2) * samples) * fine / samples / stretch - 0.5
        row = np.interp(places, np.arange(len(soft)), soft)
        row -= row.mean()
        rows.append(row / np.linalg.norm(row))
    if quiet and len({len(row) for row in rows}) > 1:
        longest = max(len(row) for row in rows)
        rows = [np.pad(row, (0, longest - len(row))) for row in rows]
    return np.stack(rows).astype(np.float32)


def _likeness(line: np.ndarray, templates: np.ndarray, floor: float) -> np.ndarray:
    """Correlation of every window of ``line`` with every template, whatever the window's brightness and contrast."""
    length = templates.shape[1]
    count = len(line) - length + 1
    windows: np.ndarray = np.ndarray((count, length), np.float32, buffer=line, strides=(line.itemsize, line.itemsize)).copy()
    sums = np.zeros((2, len(line) + 1))
    np.cumsum(line, dtype=np.float64, out=sums[0, 1:])
    np.cumsum(np.square(line, dtype=np.float64), out=sums[1, 1:])
    total, square = sums[:, length:] - sums[:, :-length]
    norm = np.sqrt(np.maximum(square - total * total / length, 0.0)) + floor * np.sqrt(length)
    result: np.ndarray = (windows @ templates.T) / norm[:, None].astype(np.float32)
    return result


def _padded(line: np.ndarray, before: int, after: int) -> np.ndarray:
    """``line`` continued at both ends (``np.pad`` takes longer than the rest)."""
    out = np.empty(before + len(line) + after, np.float32)
    out[:before], out[before : before + len(line)], out[before + len(line) :] = line[0], line, line[-1]
    return out


def _scores(line: np.ndarray, samples: int, stretch: float, floor: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """For every sample at which a symbol may begin: likeness of the best data symbol and which; of each start symbol; of the stop."""
    padded = _padded(line, _QUIET * samples, 2 * MODULES * samples)
    within = np.ascontiguousarray(padded[(_QUIET - _CONTEXT) * samples :])
    ends = _softened(samples, stretch, True)
    width = (_QUIET + MODULES + _CONTEXT) * samples
    first = _likeness(padded, ends[:3, :width], floor)[: len(line)]
    last = _likeness(within, ends[3:], floor)[: len(line), 0]
    data = _likeness(within, _softened(samples, stretch, False)[:103], floor)[: len(line)]
    best = data.argmax(axis=1)
    return data[np.arange(len(data)), best], best, first, last


def _resampled(line: np.ndarray, step: float) -> np.ndarray:
    places = (np.arange(int(len(line) / step)) + 0.5) * step - 0.5
    return np.interp(places, np.arange(len(line)), line).astype(np.float32)


def find_tracks(profile: np.ndarray, length: float, keep: int = 2) -> list[Track]:
    """The best chains of symbols in ``profile`` (gray levels along the reading direction, paper bright, either direction), which
    holds a field about ``length`` samples long. Best first, at most ``keep``; empty if nothing resembles one."""
    line = (255.0 - profile).astype(np.float32)
    floor = 0.08 * float(line.std())
    if floor <= 0:
        return []
    lines = (line, np.ascontiguousarray(line[::-1]))
    tries = _promising(line, length, floor)
    resampled = [_resampled(lines[flipped], module / _COARSE) for flipped, module in tries]
    scores = _coarse(resampled, floor)
    tracks = []
    for index in np.argsort(-scores)[:keep]:
        if scores[index] > 0.0:
            flipped, module = tries[index]
            if (track := _follow(lines[flipped], module, floor, flipped)) and len(track.values) >= _MIN_SYMBOLS:
                tracks.append(track)
    tracks.sort(key=lambda t: -t.score)
    return tracks


def _promising(line: np.ndarray, length: float, floor: float, keep: int = 14) -> list[tuple[bool, float]]:
    """Directions and modules with something like a start symbol near one end and something like a stop symbol near the other."""
    marks, tries = [], []
    count = _MIN_SYMBOLS + 0.0
    ends = _softened(_COARSE, 1.0, True)
    width = (_QUIET + MODULES + _CONTEXT) * _COARSE
    templates = np.zeros((8, ends.shape[1]), np.float32)
    templates[:3, :width], templates[3] = ends[:3, :width], ends[3]
    templates[4:7, -width:], templates[7] = ends[:3, :width][:, ::-1], ends[3, ::-1]
    while count < _MAX_SYMBOLS:
        module = length / (MODULES * count + 2)
        fine = _resampled(line, module / _COARSE)
        like = _likeness(_padded(fine, _QUIET * _COARSE, _QUIET * _COARSE), templates, floor)
        part = max(len(like) // 4, 1)
        left, right = like[:part].max(axis=0), like[-part:].max(axis=0)
        tries += [(False, module), (True, module)]
        marks += [left[:3].max() + right[3], left[7] + right[4:7].max()]
        count *= _STEP
    return [tries[i] for i in np.argsort(-np.array(marks))[:keep]]


def _coarse(lines: list[np.ndarray], floor: float) -> np.ndarray:
    """The score of the best chain in each of ``lines``, all at once, in steps of half a module."""
    size = max(len(line) for line in lines)
    advance, slack = MODULES * _COARSE, 2
    top, start, stop = (np.full((len(lines), size), -9.0, np.float32) for _ in range(3))
    for row, line in enumerate(lines):
        data, _, first, last = _scores(line, _COARSE, 1.0, floor)
        top[row, : len(line)], start[row, : len(line)], stop[row, : len(line)] = data, first.max(axis=1), last
    top, start, stop = top - _CHANCE, start - _CHANCE, stop - _CHANCE
    reached = np.full((len(lines), size + advance + slack), -99.0, np.float32)
    block = advance - slack
    for begin in range(0, size, block):
        end = min(begin + block, size)
        here = np.maximum(reached[:, begin:end] + top[:, begin:end], start[:, begin:end])
        for step in range(advance - slack, advance + slack + 1):
            target = reached[:, begin + step : end + step]
            np.maximum(target, here - 0.01 * abs(step - advance), out=target)
    result: np.ndarray = (reached[:, :size] + stop).max(axis=1)
    return result


def _follow(line: np.ndarray, module: float, floor: float, flipped: bool) -> Track | None:
    """The best chain at about ``module`` samples a module, each symbol up to a tenth narrower or wider."""
    step = module / _FINE
    fine = _resampled(line, step)
    size, advance, slack = len(fine), MODULES * _FINE, 4
    if size < advance * 4:
        return None
    kinds = [_scores(fine, _FINE, stretch, floor) for stretch in _STRETCHES]
    stops = np.max([k[3] for k in kinds], axis=0) - _CHANCE
    widths = np.arange(-slack, slack + 1)
    kind = np.where(widths < -1, 0, np.where(widths > 1, 2, 1))
    tops = np.stack([k[0] - _CHANCE for k in kinds])[kind]
    starts = np.stack([k[2].max(axis=1) - _CHANCE for k in kinds])[kind]
    # reached[w, i]: the best chain whose last symbol has width w and ends where i begins; ahead[w, i]: with one symbol of width w more.
    reached = np.full((len(widths), size + advance + slack), -99.0, np.float32)
    ahead = np.full((len(widths), size), -99.0, np.float32)
    block = advance - slack
    for begin in range(0, size, block):
        end = min(begin + block, size)
        ahead[:, begin:end] = np.maximum(_steadily(reached[:, begin:end]) + tops[:, begin:end], starts[:, begin:end])
        for w, d in enumerate(widths):
            reached[w, begin + advance + d : end + advance + d] = ahead[w, begin:end]
    finals = _steadily(reached[:, :size]).max(axis=0) + stops
    place = int(finals.argmax())
    score = float(finals[place])
    if score <= 0:
        return None
    path, values, width = [place], [STOP], -1
    while True:
        options = reached[:, place] - (0.0 if width < 0 else _CHANGE * np.square(widths - widths[width]))
        width = int(options.argmax())
        place -= advance + int(widths[width])
        path.append(place)
        if starts[width][place] >= ahead[width, place] - 1e-6:
            values.append(START_A + int(kinds[kind[width]][2][place].argmax()))
            break
        values.append(int(kinds[kind[width]][1][place]))
    path.reverse()
    values.reverse()
    return Track(score, flipped, np.array(path) * step, tuple(values))


def _steadily(reached: np.ndarray) -> np.ndarray:
    """For each width the best chain before, paying for a change of width: paper bends, but not from symbol to symbol."""
    best = reached.copy()
    for change in (1, 2):
        np.maximum(best[change:], reached[:-change] - _CHANGE * change * change, out=best[change:])
        np.maximum(best[:-change], reached[change:] - _CHANGE * change * change, out=best[:-change])
    return best
