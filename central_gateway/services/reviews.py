"""Review items: what could not be applied as sent waits for a person, with both values; nothing is dropped."""

from __future__ import annotations

from typing import Any

from central_gateway.services.incoming import Incoming
from onestop.codec import builtins
from onestop.model import Review
from onestop.vntime import to_vn, utc_now


def make_review(
    work: Incoming, part: str, device: int, entity_kind: str, code: str, message: str, current: dict[str, Any] | None = None,
    wanted: dict[str, Any] | None = None,
) -> Review:
    """A review of ``work``. Its id follows from the op's, so that a batch done again names the same item."""
    return Review(
        id=f"r-{work.op_id}", agency=part, entity=work.entity, entity_kind=entity_kind or work.kind.partition(".")[0], code=code,
        message=message, op=work.as_json(), current=_plain(current), wanted=_plain(wanted),
        opened_at=to_vn(utc_now()).replace(microsecond=0), by=work.op.by if work.op else "", device=device,
    )


def _plain(values: dict[str, Any] | None) -> dict[str, Any]:
    return {name: builtins(value) for name, value in (values or {}).items()}
