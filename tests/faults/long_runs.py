"""What was run beyond the samples of CI: a section at the end of the matrix that the everyday run keeps."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

HEAD = "## Long runs"
_TEXT = ("Newest first: rows at full size, and soaks. Written by `python -m tests.faults --note docs/fault-matrix.md` with "
         "`--sweep full`, `--soak` or `--long`.")
KEPT = 60


def section(document: Path | None) -> str:
    """The section of ``document`` as it stands, to be put under a new matrix; empty when there is none."""
    lines = _lines(document)
    return "\n".join(["", HEAD, "", _TEXT, "", *lines]) + "\n" if lines else ""


def rows(document: Path | None) -> dict[int, str]:
    """The lines of the matrix as they stand, by row: a run of some rows leaves the others as they are."""
    if document is None or not document.exists():
        return {}
    lines = document.read_text(encoding="utf-8").splitlines()
    return {int(found[1]): line for line in lines if (found := re.match(r"\| (\d+) \|", line))}


def note(document: Path, line: str) -> None:
    """Add a line on top of the section."""
    lines = [f"- {date.today():%Y-%m-%d}: {line}", *_lines(document)][:KEPT]
    matrix = document.read_text(encoding="utf-8").partition(f"\n{HEAD}\n")[0] if document.exists() else ""
    document.write_text(matrix + "\n".join(["", HEAD, "", _TEXT, "", *lines]) + "\n", encoding="utf-8")


def _lines(document: Path | None) -> list[str]:
    if document is None or not document.exists():
        return []
    rest = document.read_text(encoding="utf-8").partition(f"\n{HEAD}\n")[2]
    return [line for line in rest.splitlines() if line.startswith("- ")]
