"""Every rule of the protocol is needed, and all of them together suffice."""

from __future__ import annotations

import os

import pytest

from onestop.feed import GENESIS, next_chain
from tests.model import table
from tests.model.machine import FLOOR
from tests.model.rules import NAMES
from tests.model.search import Found, explore
from tests.model.world import Budget

pytestmark = pytest.mark.xdist_group("model")
CORES = min(2, os.cpu_count() or 1)


@pytest.fixture(scope="module")
def found() -> dict[str, Found]:
    """What each test of this module found."""
    return {}


@pytest.mark.parametrize("name", NAMES)
def test_each_rule_left_out_gives_a_counterexample(name: str, found: dict[str, Found]) -> None:
    found[name] = explore(table.DEPTH, frozenset({name}), table.WITHOUT, CORES)
    print(f"without {name}: {found[name].text}")
    assert found[name].wrong
    assert found[name].depth == len(found[name].schedule)


def test_all_rules_hold_and_the_document_says_so(found: dict[str, Found]) -> None:
    whole = explore(table.DEPTH, processes=CORES)
    print(f"all rules, depth {whole.depth}: {whole.states:,} states, {whole.text}")
    assert not whole.wrong, whole.text
    if len(found) == len(NAMES):  # the whole module ran, in this process
        assert table.current() == table.written(found, whole), "write it anew: python -m tests.model --table"


def test_the_document_tells_every_rule() -> None:
    assert [line.split("`")[1] for line in table.current().splitlines() if line.startswith("| `")] == list(NAMES)


def test_a_second_restore_of_the_gateway_is_survived() -> None:
    assert not explore(6, budget=Budget(gateway=2, late=0)).wrong


def test_what_the_model_takes_for_granted() -> None:
    """Chains are equal exactly when the ops they stand for are; the floor is above what the model lets a lane use."""
    ops = [(), ("a",), ("b",), ("a", "b"), ("b", "a")]
    chains = set()
    for feed in ops:
        chain = GENESIS
        for op in feed:
            chain = next_chain(chain, op, 1)
        chains.add(chain)
    assert len(chains) == len(ops)
    assert Budget().issues <= FLOOR
