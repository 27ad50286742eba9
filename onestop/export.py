"""Everything one side holds as one text: a counter and the gateway print the same once they are in sync, so two machines can
be compared with ``diff``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from onestop.codec import decode
from onestop.model import Dossier, Review, Slip
from onestop.vntime import to_vn


def export_text(
    dossiers: Iterable[Dossier | bytes | str], slips: Iterable[Slip | bytes | str], reviews: Iterable[Review | bytes | str],
) -> str:
    """``{"dossiers":[…],"slips":[…],"reviews":[…]}``: sorted by id, one entity a line, keys sorted, moments in Vietnamese time.
    Entities may come as stored JSON: they are read as the entity first, so that both sides print the same fields."""
    parts = (("dossiers", Dossier, dossiers), ("slips", Slip, slips), ("reviews", Review, reviews))
    return "{" + ",\n".join(f'"{name}":[{_lines(kind, values)}]' for name, kind, values in parts) + "}"


def _lines(kind: type, values: Iterable[Any]) -> str:
    entities = sorted((decode(kind, v) if isinstance(v, bytes | str) else v for v in values), key=lambda e: e.id)
    return ",".join("\n" + json.dumps(_plain(e), ensure_ascii=False, sort_keys=True, separators=(",", ":")) for e in entities)


def _plain(entity: Any) -> Any:
    return _times(msgspec.to_builtins(entity, builtin_types=(datetime,)))


def _times(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_vn(value).isoformat()
    if isinstance(value, dict):
        return {key: _times(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_times(item) for item in value]
    return value
