"""Three-way merging of a checklist, item by item: two desks that note different papers of one dossier do not disturb each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MergedItems:
    """``kept``: the list with every change that meets no other; of an item both sides changed differently it has the current one, and
    ``wanted`` the new one. Both are equal when nothing clashes."""

    kept: list[Item]
    wanted: list[Item]


def merge_items(current: Any, old: Any, new: Any) -> MergedItems | None:
    """``current`` with what a person changed from ``old`` to ``new``. An item is known by its code, one without a code by its name; it is
    one value, counts and note together. Added on both sides: all stay. None where items cannot be told apart: then the lists are values."""
    lists = [_by_key(items) for items in (current, old, new)]
    if any(items is None for items in lists):
        return None
    here, before, after = lists
    kept, wanted = [], []
    for key in dict.fromkeys([*here, *after]):  # type: ignore[misc]
        now, was, then = here.get(key), before.get(key), after.get(key)  # type: ignore[union-attr]
        free = then == was or now in (was, then)
        mine = now if then == was else then
        kept += [item for item in (mine if free else now,) if item is not None]
        wanted += [item for item in (mine,) if item is not None]
    return MergedItems(kept, wanted)


def _by_key(items: Any) -> dict[str, Item] | None:
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return None
    found = {str(item.get("code") or item.get("name") or ""): item for item in items}
    return found if len(found) == len(items) else None
