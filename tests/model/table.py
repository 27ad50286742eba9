"""The table of counterexamples in docs/protocol.md, written from a run."""

from __future__ import annotations

from pathlib import Path

from tests.model.rules import RULES
from tests.model.search import Found
from tests.model.world import Budget

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "protocol.md"
DEPTH = 8
#: What may go wrong while a rule is left out: less, so that the counterexample comes sooner.
WITHOUT = Budget(late=0)
_OPEN, _CLOSE = "<!-- table -->\n", "<!-- /table -->"


def written(found: dict[str, Found], whole: Found) -> str:
    """``found``: what went wrong without each rule. ``whole``: the run with all rules on."""
    lines = ["| Rule | Lost without it | Shortest counterexample | Steps |", "|---|---|---|---|"]
    for rule in RULES:
        result = found[rule.name]
        lines.append(f"| `{rule.name}`: {rule.says} | {rule.lost} | {result.text} | {result.depth} |")
    lines += ["", f"All rules on, depth {whole.depth}: {whole.states:,} states, {'no violation' if not whole.wrong else whole.text}."]
    return "\n".join(lines) + "\n"


def current() -> str:
    """The table as it stands in the document."""
    return DOCUMENT.read_text("utf-8").partition(_OPEN)[2].partition(_CLOSE)[0]


def rewrite(table: str) -> None:
    """Put a new one there."""
    head, _, rest = DOCUMENT.read_text("utf-8").partition(_OPEN)
    DOCUMENT.write_text(head + _OPEN + table + _CLOSE + rest.partition(_CLOSE)[2], "utf-8")
