"""Where the files of the screen lie: fonts, icons, themes, catalogues."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path


@cache
def asset_dir(name: str) -> Path:
    """The folder ``resources/<name>`` of the source tree, or of the installed one-folder program."""
    bundled = getattr(sys, "_MEIPASS", None)
    root = Path(bundled) if bundled else Path(__file__).resolve().parents[2]
    return root / "resources" / name
