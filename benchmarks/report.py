"""The rows every benchmark returns, and how they are printed."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any, Literal

import psutil

from onestop.vntime import VN_TZ


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure. ``baseline``: the raw way to do the same (None: the target is absolute). ``ratio``: value ÷ baseline,
    or value itself without one. ``target`` holds in the direction of ``better``."""

    name: str
    value: float
    unit: str
    target: float
    better: Literal["lower", "higher"] = "lower"
    baseline: float | None = None

    @property
    def ratio(self) -> float:
        return self.value / self.baseline if self.baseline else self.value

    @property
    def ok(self) -> bool:
        return self.ratio <= self.target if self.better == "lower" else self.ratio >= self.target

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": self.ratio, "ok": self.ok}


def table(rows: list[Row]) -> str:
    """A Markdown table."""
    lines = ["| measured | value | baseline | ratio | target | ok |", "|---|--:|--:|--:|--:|---|"]
    for r in rows:
        baseline = f"{r.baseline:,.2f}" if r.baseline is not None else "–"
        ratio = f"{r.ratio:.2f}" if r.baseline is not None else "–"
        sign = "≤" if r.better == "lower" else "≥"
        unit = "×" if r.baseline is not None else f" {r.unit}"
        lines.append(
            f"| {r.name} | {r.value:,.2f} {r.unit} | {baseline} | {ratio} | {sign} {r.target:g}{unit} | {'yes' if r.ok else 'NO'} |"
        )
    return "\n".join(lines)


def document(rows: list[Row]) -> str:
    """The page in ``docs``: the machine, how to run it again, the table."""
    memory = psutil.virtual_memory().total / 2**30
    missed = sum(not row.ok for row in rows)
    return f"""# Benchmarks

Written by `python -m benchmarks --markdown docs/benchmarks.md`; the baselines are measured in the same run, so that the ratios hold
on other machines too. What each figure means and against what it is measured stands at the top of its module in `benchmarks/`.

- Machine: {_processor()}, {os.cpu_count()} logical cores, {memory:.0f} GiB; load at the end {_load()}
- {platform.system()} {platform.release()}, Python {platform.python_version()}
- {datetime.now(VN_TZ):%d/%m/%Y %H:%M}; {len(rows) - missed} of {len(rows)} targets met

{table(rows)}
"""


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return quantiles(values, n=20)[18] if len(values) > 1 else values[0]


def timed(work: Callable[[], object]) -> float:
    """Seconds that ``work`` takes."""
    start = perf_counter()
    work()
    return perf_counter() - start
