"""Where the program's own fonts and form texts lie."""

from __future__ import annotations

import sys
from pathlib import Path


def resource_dir(name: str) -> Path:
    """The folder ``resources/<name>`` of the source tree, or of the installed one-folder program."""
    bundled = getattr(sys, "_MEIPASS", None)
    root = Path(bundled) if bundled else Path(__file__).resolve().parents[2]
    return root / "resources" / name
