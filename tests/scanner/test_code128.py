"""Code 128 without pictures: patterns, check symbol, sets; and the likeliest sequence for given evidence."""

from __future__ import annotations

import numpy as np
import pytest

from counter_app.printing.barcode import code128
from counter_app.scanner.code128 import PATTERNS, START_B, START_C, STOP, check_symbol, text_of
from counter_app.scanner.sequence128 import Costs, guess, solve


def values_of(text: str) -> list[int]:
    """What the product prints for ``text``, module by module, as values."""
    modules = np.array([int(m) for m in code128(text).modules], np.float32)
    symbols = modules[: len(modules) // 11 * 11].reshape(-1, 11)
    return [int(np.abs(PATTERNS - symbol).sum(axis=1).argmin()) for symbol in symbols]


@pytest.mark.parametrize(
    "text", ["000.00.16.H59-260213-0042", "990016H592602130042", "EB123456785VN", "TN-7-260213-0001", "H32.15-99.7-260704-7985"]
)
def test_what_the_product_prints_means_what_was_printed(text):
    assert text_of(values_of(text)) == text


def test_patterns_are_those_of_the_standard():
    assert len({tuple(p) for p in PATTERNS}) == 107
    assert all(p[0] == 1 and p[-1] == 0 for p in PATTERNS)
    assert set(PATTERNS[:106].sum(axis=1)) == {4, 6, 8}, "the number of dark modules of a symbol is even"


def test_a_wrong_check_symbol_or_a_function_character_is_no_text():
    values = values_of("TN-7-260213-0001")
    assert text_of([*values[:-2], (values[-2] + 1) % 103, STOP]) is None
    body = [START_C, 102, 12, 34]
    assert text_of([*body, check_symbol(body), STOP]) is None
    body = [START_B, 33, 100, 34]
    assert text_of([*body, check_symbol(body), STOP]) is None, "a change to the set one is in"
    assert text_of([START_B, STOP]) is None


def evidence(values: list[int], noise: float, seed: int) -> Costs:
    """Costs as they would be of samples of the modules themselves."""
    rng = np.random.default_rng(seed)
    n = len(values)
    windows = PATTERNS[values] + rng.normal(0, noise, (n, 11))
    single = ((windows[:, None, :] - PATTERNS[None]) ** 2).sum(axis=2) / (2 * noise * noise)
    left, right = single[:-1].copy(), np.zeros((n - 1, 107))
    right[-1] = single[-1]
    supposed = single.argmin(axis=1)
    supposed[0], supposed[-1] = values[0], STOP
    flat = tuple(int(v) for v in supposed)
    return Costs(left.astype(np.float32), right.astype(np.float32), np.zeros((n - 1, 107, 107), np.float32), 1.0, flat)


def test_clear_evidence_gives_the_text_with_a_wide_margin():
    values = values_of("000.00.16.H59-260213-0042")
    found = solve(evidence(values, 0.15, 1))
    assert (found.values, found.free) == (tuple(values), True)
    assert found.margin > 30
    assert guess(evidence(values, 0.15, 1)) == tuple(values)


def test_the_check_symbol_repairs_a_doubtful_place():
    values = values_of("000.00.16.H59-260213-0042")
    costs = evidence(values, 0.3, 2)
    rival = 17 if values[4] != 17 else 18
    costs.left[4, rival] = costs.left[4, values[4]] - 1.0
    found = solve(costs)
    assert found.values == tuple(values)
    assert not found.free, "what the check symbol had to decide is told"


def test_evidence_of_many_reads_where_none_alone_does():
    values = tuple(values_of("000.00.16.H59-260213-0042"))
    single = [evidence(list(values), 1.0, seed) for seed in range(24)]
    assert not any(solve(costs).values == values for costs in single)
    together = single[0]
    for costs in single[1:]:
        together = together.plus(costs)
    assert solve(together).values == values
