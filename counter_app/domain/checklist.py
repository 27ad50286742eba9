"""Is the folder complete? The published list against what lies on the desk (NĐ 118/2025: complete, correct, enough sets)."""

from __future__ import annotations

from dataclasses import dataclass

from counter_app.domain.procedure import Procedure
from onestop.model import Component


@dataclass(frozen=True, slots=True)
class Missing:
    """A required paper that is not there, or too few of it."""

    code: str
    name: str
    originals: int
    copies: int

    @property
    def text(self) -> str:
        parts = [f"{self.originals} bản chính"] * bool(self.originals) + [f"{self.copies} bản sao"] * bool(self.copies)
        return f"{self.name} (thiếu {', '.join(parts)})"


def missing_components(procedure: Procedure, brought: tuple[Component, ...]) -> list[Missing]:
    """Required papers that are absent or too few. A copy that the list asks for may be replaced by an original (staff
    compare and hand the original back), never the other way round."""
    there = {c.code: c for c in brought}
    gaps = []
    for rule in procedure.components:
        if not rule.required:
            continue
        have = there.get(rule.code)
        originals = have.originals if have else 0
        copies = have.copies if have else 0
        lack_originals = max(0, rule.originals - originals)
        spare = max(0, originals - rule.originals)
        lack_copies = max(0, rule.copies - copies - spare)
        if lack_originals or lack_copies:
            gaps.append(Missing(rule.code, rule.name, lack_originals, lack_copies))
    return gaps
