"""Seeded schedules of faults against the real programs. A failure prints its steps and how to replay them."""

from __future__ import annotations

import pytest

from counter_app.store.epoch import Epochs
from tests.simulation.run import run

#: Chunks share the seeds among the workers of a test run.
CHUNKS, EACH, STEPS = 25, 8, 36


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_nothing_is_lost_applied_twice_or_printed_twice(chunk: int) -> None:
    for seed in range(chunk * EACH + 1, (chunk + 1) * EACH + 1):
        made = run(seed, STEPS)
        assert not made.wrong, f"{made.text}\nreplay: python -m tests.simulation --steps {STEPS} --seed {seed}"


def test_a_seed_replays_its_run_exactly() -> None:
    first, again = run(11, STEPS), run(11, STEPS)
    assert first.trace == again.trace and first.figures == again.figures
    assert run(12, STEPS).trace != first.trace


def test_a_broken_rule_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulation can fail: without the replay of acked ops something is lost within a few seeds."""
    monkeypatch.setattr(Epochs, "replay_after", lambda *_: 0)
    monkeypatch.setattr(Epochs, "set_former_aside", lambda *_: None)
    assert any(run(seed, STEPS).wrong.startswith("AssertionError: ") for seed in range(1, 40))
