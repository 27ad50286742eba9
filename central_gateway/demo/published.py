"""The demo catalogue as the generator and the loader need it: read once, chosen by counter and day."""

from __future__ import annotations

import json
import random
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
DEMO = RESOURCES / "catalogue" / "demo"
CALENDAR_FILE = RESOURCES / "calendar" / "vn-2026-2027.json"
CODES_FILE = RESOURCES / "codes" / "patterns.json"

#: How often people come for what; everything else counts 2.
_POPULAR = {
    "2.000815": 90, "2.000884": 30, "2.001035": 6, "1.001193": 14, "1.004873": 18, "2.000635": 16, "1.000656": 6, "1.000894": 6,
    "1.012783": 10, "1.012785": 20, "1.012786": 14, "1.012788": 8, "1.012820": 8, "1.001612": 14, "2.000720": 8, "1.001266": 6,
    "1.013225": 10, "1.001776": 6, "1.010833": 4, "1.001978": 14, "2.002288": 10, "1.002425": 4, "2.001263": 1, "1.004249": 1,
    "1.010723": 1, "1.008432": 1, "1.011647": 1,
}


@dataclass(frozen=True, slots=True)
class Version:
    """One procedure version as one counter receives it: its own competent agency and handover unit already chosen."""

    data: dict[str, Any]
    competent_agency: str
    handover_unit: str

    @property
    def code(self) -> str:
        return self.data["code"]


@cache
def read(name: str) -> Any:
    """A file of the demo catalogue (``procedures``, ``agencies``, ``fields``, ``staff``, ``settings``). Not to be changed."""
    return json.loads((DEMO / f"{name}.json").read_text("utf-8"))


@cache
def counters() -> tuple[dict[str, Any], ...]:
    """The receiving agencies."""
    return tuple(a for a in read("agencies") if a["is_counter"])


def at_counter(data: dict[str, Any], counter: str) -> Version:
    """``data`` as ``counter`` applies it: for commune business the receiving commune decides itself."""
    place = data["by_counter"].get(counter, data)
    return Version(data, place["competent_agency"], place["handover_unit"])


class Menu:
    """What one counter is asked for, by day."""

    def __init__(self, counter: str) -> None:
        self._versions = [at_counter(p, counter) for p in read("procedures")
                          if not p["authoritative_system"] and counter in p["agencies"]]
        self._own = counter
        bounds = {v.data["valid_from"] for v in self._versions} | {v.data["valid_to"] or "" for v in self._versions}
        self._bounds = sorted(bounds - {""})
        self._lists: dict[tuple[int, str], tuple[list[Version], list[float]]] = {}

    def choose(self, rng: random.Random, day: date) -> Version:
        """A procedure in force on ``day``, popular ones more often. Raises IndexError where nothing is in force."""
        text = day.isoformat()
        key = (bisect_right(self._bounds, text), text if text in self._bounds else "")
        if key not in self._lists:
            held = [v for v in self._versions if v.data["valid_from"] <= text <= (v.data["valid_to"] or "9999")]
            self._lists[key] = held, list(accumulate(self._weight(v) for v in held))
        held, weights = self._lists[key]
        return held[bisect_right(weights, rng.random() * weights[-1])]

    def _weight(self, version: Version) -> float:
        weight = _POPULAR.get(version.code, 2)
        own = version.competent_agency == self._own
        provincial = self._own == "H32.01" and not version.data["by_counter"]
        return weight if own or provincial else weight * 0.12
