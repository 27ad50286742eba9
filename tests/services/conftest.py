"""A desk on a real encrypted store, Monday 23/11/2026 at 10:20 (24/11 is a holiday), the head of the section signed in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk import DeskBench, make_desk


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[DeskBench]:
    made = make_desk(tmp_path, username="truong.nt")
    yield made
    made.close()
