"""Which sequence of Code 128 symbols is the most likely, given what was seen of every pair of neighbours.

The best sequence is found over all symbols at once, with the changes of set, the check symbol and a slight preference for the
characters of our codes; and with it the second best, because the distance between the two tells a reading from a guess. Evidence
of several pictures of one symbol is added before the question is put.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from counter_app.scanner.code128 import START_B, START_C, STOP, text_of

_CANDIDATES = 8
_NEVER = np.float32(1e9)

_STATES = [(v, "C", "C") for v in range(100)] + [(100, "C", "B")] + [(v, "B", "B") for v in range(95)] + [(99, "B", "C")]
_VALUES = np.array([s[0] for s in _STATES])
_IN_C = np.array([s[1] == "C" for s in _STATES])
_TO_C = np.array([s[2] == "C" for s in _STATES])
_STARTS = np.array([START_C, START_B])
_STARTS_IN_C = np.array([[True], [False]])


def _prior() -> np.ndarray:
    """Negative logarithms of how usual a symbol is in texts on receipts and labels. Among a hundred pairs of digits each is rarer
    than a digit or a dot among the dozen usual characters: without that every text would rather be read as pairs of digits."""
    cost = np.full(len(_STATES), math.log(100), np.float32)
    for i, (value, charset, then) in enumerate(_STATES):
        if charset != then:
            cost[i] = 3.0
        elif charset == "B":
            char = chr(value + 32)
            cost[i] = 2.7 if char in "0123456789.-H" else 5.0 if char.isupper() or char == "/" else 8.0
    return cost


_PRIOR = _prior()


@dataclass(frozen=True, slots=True)
class Costs:
    """Evidence: ``left[k, i] + right[k, j] + cross[k, i, j]`` is the cost (a negative log likelihood) of the values i and j on the
    two sides of boundary k. ``values``: what is supposed so far. ``fit``: share of the profile's variance that is explained;
    ``worst``: unexplained share in the worst symbol; ``uneven``: largest change of width from symbol to symbol (logarithm)."""

    left: np.ndarray
    right: np.ndarray
    cross: np.ndarray
    fit: float
    values: tuple[int, ...]
    worst: float = 0.0
    uneven: float = 0.0

    def plus(self, other: Costs) -> Costs:
        """The evidence of both; what is supposed is what the one that fits better supposes."""
        better = self if self.fit >= other.fit else other
        return replace(better, left=self.left + other.left, right=self.right + other.right, cross=self.cross + other.cross)


@dataclass(frozen=True, slots=True)
class Sequence:
    """``margin``: how much likelier (natural logarithm) ``values`` are than the next sequence with a right check symbol; ``free``:
    they are also the likeliest of all without regard to the check. The rest as in `Costs`. ``text`` is None when they spell none."""

    text: str | None = field(repr=False)
    values: tuple[int, ...] = field(repr=False)
    margin: float = 0.0
    free: bool = False
    fit: float = 0.0
    worst: float = 0.0
    uneven: float = 0.0


def solve(costs: Costs) -> Sequence:
    """The most likely sequence whose check symbol is right."""
    value, opening, links, tail = _graph(costs)
    free = opening.min(axis=0)
    for link in links:
        free = (free[:, None] + link).min(axis=0)
    return _checked(value, opening, links, tail, float((free[:, None] + tail).min()), costs)


def guess(costs: Costs) -> tuple[int, ...]:
    """The most likely values without regard to the check symbol: a quarter of the work of `solve`."""
    value, opening, links, tail = _graph(costs)
    best, came = opening.min(axis=0), []
    for link in links:
        through = best[:, None] + link
        came.append(through.argmin(axis=0))
        best = through.min(axis=0)
    at, check = (int(i) for i in np.unravel_index(int((best[:, None] + tail).argmin()), tail.shape))
    values = [check, STOP]
    for k in range(len(value) - 1, -1, -1):
        values.insert(0, int(value[k][at]))
        if k:
            at = int(came[k - 1][at])
    return (int(_STARTS[int(opening[:, at].argmin())]), *values)


_Graph = tuple[list[np.ndarray], np.ndarray, list[np.ndarray], np.ndarray]


def _graph(costs: Costs) -> _Graph:
    """The values worth trying at each place; the costs of opening with each, of each step, of closing with each check symbol."""
    states = _likely(costs)
    u, v, c = costs.left, costs.right, costs.cross
    inner = len(u) - 2
    value, unlike = [_VALUES[s] for s in states], [_PRIOR[s] for s in states]
    opening = u[0][_STARTS][:, None] + c[0][np.ix_(_STARTS, value[0])] + (v[0][value[0]] + unlike[0])[None, :]
    opening += np.where(_IN_C[states[0]][None, :] == _STARTS_IN_C, np.float32(0), _NEVER)
    links = [
        u[k][value[k - 1]][:, None] + c[k][np.ix_(value[k - 1], value[k])] + (v[k][value[k]] + unlike[k])[None, :]
        + np.where(_TO_C[states[k - 1]][:, None] == _IN_C[states[k]][None, :], np.float32(0), _NEVER)
        for k in range(1, inner)
    ]  # fmt: skip
    check = np.arange(103)
    last = v[inner][check] + u[inner + 1][check] + c[inner + 1][check, STOP] + v[inner + 1][STOP]
    tail = u[inner][value[-1]][:, None] + c[inner][np.ix_(value[-1], check)] + last[None, :]
    return value, opening, links, tail


def _likely(costs: Costs) -> list[np.ndarray]:
    """The states worth trying at each place: those of the symbols that fit best between the neighbours supposed so far."""
    supposed = np.array(costs.values)
    states = []
    for k in range(1, len(supposed) - 2):
        cost = costs.right[k - 1] + costs.cross[k - 1][supposed[k - 1]] + costs.left[k] + costs.cross[k][:, supposed[k + 1]]
        chosen = np.argpartition(cost[:101], _CANDIDATES)[:_CANDIDATES]
        states.append(np.nonzero(np.isin(_VALUES, chosen))[0])
    return states


def _checked(
    value: list[np.ndarray], opening: np.ndarray, links: list[np.ndarray], tail: np.ndarray, free: float, costs: Costs
) -> Sequence:
    """The best sequence whose check symbol is right, by the sum modulo 103 that each beginning and each ending leaves."""
    inner = len(value)
    residues = np.arange(103)
    start = _STARTS[opening.argmin(axis=0)]
    forward = [np.full((len(value[0]), 103), _NEVER, np.float32)]
    forward[0][np.arange(len(value[0])), (start + value[0]) % 103] = opening.min(axis=0)
    source = []
    for k in range(1, inner):
        both = forward[-1][:, None, :] + links[k - 1][:, :, None]
        best = both.argmin(axis=0)
        least = np.take_along_axis(both, best[None], axis=0)[0]
        to = (residues[None, :] + (k + 1) * value[k][:, None]) % 103
        after, came = np.empty_like(least), np.empty_like(best)
        np.put_along_axis(after, to, least, axis=1)
        np.put_along_axis(came, to, best, axis=1)
        forward.append(after)
        source.append(came)
    backward = [tail]
    for k in range(inner - 2, -1, -1):
        to = (residues[None, :] + (k + 2) * value[k + 1][:, None]) % 103
        rest = np.take_along_axis(backward[0], to, axis=1)
        backward.insert(0, (links[k][:, :, None] + rest[None]).min(axis=1))
    total = forward[-1] + backward[-1]
    at, residue = (int(i) for i in np.unravel_index(int(total.argmin()), total.shape))
    best = float(total[at, residue])
    values, second = [residue, STOP], np.inf
    for k in range(inner - 1, -1, -1):
        around = (forward[k] + backward[k]).min(axis=1)
        around[at] = np.inf
        second = min(second, float(around.min()))
        here = int(value[k][at])
        values.insert(0, here)
        if k:
            at, residue = int(source[k - 1][at, residue]), (residue - (k + 1) * here) % 103
    values.insert(0, (residue - values[0]) % 103 + 103)
    is_free = best - free < 1e-3 * max(1.0, abs(best))
    return Sequence(text_of(values), tuple(values), second - best, is_free, costs.fit, costs.worst, costs.uneven)
