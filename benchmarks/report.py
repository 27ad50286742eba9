"""The rows every benchmark returns, and how they are printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import quantiles
from time import perf_counter
from typing import Any, Literal


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


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return quantiles(values, n=20)[18] if len(values) > 1 else values[0]


def timed(work: Callable[[], object]) -> float:
    """Seconds that ``work`` takes."""
    start = perf_counter()
    work()
    return perf_counter() - start
