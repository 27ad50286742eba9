"""Run the matrix and write down what was seen.

``python -m tests.faults --markdown docs/fault-matrix.md [--sweep full] [words for pytest]``
``python -m tests.faults --soak HOURS [--seed N] [--counters 20]``: faults drawn from a seed, checked every ten minutes
``python -m tests.faults --long HOURS``: a night: every row at full size, the gateway's description, then a soak
``--note FILE``: put down under "Long runs" what was run
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from tests.faults import long_runs
from tests.faults.rows import ROWS

_ROW = re.compile(r"test_row_(\d\d)_")
CHECKED = "C1–C7 hold"
_WORDS = {"passed": "held", "failed": "FAILED", "skipped": "not run"}


@dataclass
class Seen:
    """What the tests of one row came to."""

    tests: int = 0
    outcomes: set[str] = field(default_factory=set)
    facts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    seconds: float = 0.0


class Notebook:
    """Collects the reports (also of workers)."""

    def __init__(self) -> None:
        self.rows: dict[int, Seen] = defaultdict(Seen)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        match = _ROW.search(report.nodeid)
        if match is None:
            return
        row = self.rows[int(match[1])]
        row.seconds += report.duration
        if report.when == "call" or report.outcome != "passed":
            row.tests += 1
            row.outcomes.add(report.outcome)
            if report.outcome == "skipped" and isinstance(report.longrepr, tuple):
                row.facts[str(report.longrepr[2]).removeprefix("Skipped: ")] += 1
            for name, value in report.user_properties:
                if name == "seen":
                    row.facts[str(value)] += 1

    def markdown(self, sweep: str, seconds: float, standing: dict[int, str]) -> str:
        """The document; rows that were not run now are as they stood."""
        standing = {number: line for number, line in standing.items() if number not in self.rows}
        held = sum(_outcome(row) == "held" for row in self.rows.values()) + sum(line.endswith("| held |") for line in standing.values())
        now = ", ".join(map(str, sorted(self.rows)))
        earlier = f" Run this time: {now}; the others stand as their last run saw them." if standing else ""
        lines = [
            "# The fault matrix",
            "",
            f"Written by `python -m tests.faults --markdown docs/fault-matrix.md` on {date.today():%Y-%m-%d}: Python "
            f"{platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores, {sweep} sweep, "
            f"{seconds:.0f} s. {held} of {len(ROWS)} rows held.{earlier}",
            "",
            "Each row is a test (or several) named by its number in `tests/faults`; after each, seven checks "
            "(`tests/faults/checker.py`): every printed code is at the gateway exactly once (C1); no code on two dossiers unless a "
            "review says so (C2); counters hold what the gateway holds (C3); the feed has no hole and its chain verifies (C4); every "
            "op has its answer (C5); nothing was shown as sent that the gateway did not hold at that moment (C6); no attachment is "
            "linked and missing (C7). Processes are real and die by SIGKILL; system calls fail or kill through strace; the line is "
            "a proxy of its own; PostgreSQL is a real server.",
            "",
            "CI runs samples of the sweeps (`sh dev.sh test`); `python -m tests.faults --sweep full` runs every point; "
            "`python -m tests.faults --soak 8 [--seed N]` keeps 20 counters at work under random faults for the hours of a night; "
            "`python -m tests.faults --long 8 --note docs/fault-matrix.md` does both.",
            "",
            "| # | Fault | Expected | Seen | Tests | Result |",
            "|---|---|---|---|---|---|",
        ]
        for row in ROWS:
            seen = self.rows.get(row.number)
            if seen is None:
                lines.append(standing.get(row.number) or f"| {row.number} | {row.fault} | {row.expected} | not run | 0 | – |")
                continue
            held = seen.facts.pop(CHECKED, 0)
            if held:
                seen.facts[CHECKED] = held  # last
            facts = "; ".join(fact + (f" (×{n})" if n > 1 else "") for fact, n in seen.facts.items()).replace("|", "/")
            lines.append(
                f"| {row.number} | {row.fault} | {row.expected} | {facts} | {seen.tests} in {seen.seconds:.1f} s | {_outcome(seen)} |"
            )
        return "\n".join(lines) + "\n"


def _outcome(seen: Seen) -> str:
    worst = next(word for word in ("failed", "skipped", "passed") if word in seen.outcomes)
    return _WORDS[worst] if worst != "skipped" or "passed" not in seen.outcomes else "held (parts not run)"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Run the fault matrix.")
    parser.add_argument("--markdown", type=Path, help="write what was seen into this file")
    parser.add_argument("--sweep", choices=["sample", "full"], default="sample")
    parser.add_argument("--note", type=Path, help="put down under “Long runs” of this file what was run")
    parser.add_argument("--long", type=float, metavar="HOURS", help="the full sweep, then a soak of so many hours")
    parser.add_argument("--soak", type=float, metavar="HOURS", help="run counters under random faults for so long")
    parser.add_argument("--seed", type=int, help="of the soak; drawn and printed when not given")
    parser.add_argument("--counters", type=int, default=20, help="of the soak")
    args, rest = parser.parse_known_args()
    if args.soak is not None:
        return _soak(args.soak, args)
    if args.long is not None:
        args.sweep = "full"
        rest.append(str(Path(__file__).parents[1] / "gateway" / "test_description.py"))
    os.environ["FAULT_SWEEP"] = args.sweep
    notebook = Notebook()
    started = time.monotonic()
    code = pytest.main(
        [str(Path(__file__).parent), "-q", *(["--timeout", "3600"] if args.sweep == "full" else []), *rest], plugins=[notebook]
    )
    if args.markdown:
        kept, standing = long_runs.section(args.markdown), long_runs.rows(args.markdown)
        args.markdown.write_text(notebook.markdown(args.sweep, time.monotonic() - started, standing) + kept, encoding="utf-8")
    if args.note and args.sweep == "full":
        for number, row in sorted(notebook.rows.items(), reverse=True):
            facts = "; ".join(fact for fact in row.facts if fact != CHECKED)
            long_runs.note(args.note, f"row {number} at full size, {row.seconds:.0f} s: {facts}; {_outcome(row)}")
    return int(code) or (_soak(args.long, args) if args.long is not None else 0)


def _soak(hours: float, args: argparse.Namespace) -> int:
    from tests.faults import soak  # not before pytest: it rewrites the modules it loads

    def told(line: str) -> None:
        if args.note:
            long_runs.note(args.note, line)

    return soak.main(hours, args.seed, args.counters, told)


if __name__ == "__main__":
    sys.exit(main())
