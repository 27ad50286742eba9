"""What the sign-in shows before the store is open: the office and who was here last. No citizen's data; a PC shows as much when
it is switched on."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Greeting:
    """``offline_days``: how long a sign-in without a network is possible (0: not known yet)."""

    office: str = ""
    username: str = ""
    offline_days: int = 0

    @staticmethod
    def load(file: Path) -> Greeting:
        """What was kept; an empty one where there is nothing or nothing readable."""
        try:
            kept = json.loads(file.read_text(encoding="utf-8"))
            return Greeting(str(kept["office"]), str(kept["username"]), int(kept["offline_days"]))
        except (OSError, ValueError, KeyError, TypeError):
            return Greeting()

    def save(self, file: Path) -> None:
        """Keep it. A convenience: a full disk must not keep people out."""
        part = file.with_suffix(".part")
        with suppress(OSError):
            part.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")
            os.replace(part, file)
