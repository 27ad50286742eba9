"""Row 50: counters at work while everything breaks (the nightly hours: ``python -m tests.faults --soak 8``)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.faults.soak import Soak
from tests.faults.test_restores import epoch


@pytest.mark.timeout(300)
def test_row_50_soak(tmp_path: Path, seen) -> None:
    seed = int(os.environ.get("SOAK_SEED", "1"))  # the nights draw theirs: python -m tests.faults --soak HOURS
    seconds = float(os.environ.get("SOAK_SECONDS", "20"))
    print(f"SOAK_SEED={seed}")
    soak = Soak(tmp_path, seed, 4)
    try:
        found = soak.run(seconds)
        soak.heard({"word": "sync", "epoch": epoch(soak.gateway), "acked": ["0" * 32]})
        assert soak.wrong, "the check of C6 lets through what the gateway never had"
    finally:
        soak.close()
    assert soak.printed and sum(soak.done.values()) >= 5, "nothing happened"
    seen(
        "seed {seed}: 4 counters, {seconds:.0f} s, {codes} codes, feed {feed}; {faults}",
        seed=seed,
        seconds=seconds,
        codes=found["codes"],
        feed=found["feed"],
        faults=", ".join(f"{kind} {n}" for kind, n in sorted(soak.done.items())),
    )
    seen("C1–C7 hold")
