"""Could this be the same case twice? The same person, the same procedure, received at two desks that could not see each other.

Compared is a keyed hash of (agency, procedure, owner's identity number), so that the index holds no identity numbers; the key is in
``meta``. Nothing is refused: both dossiers stand, and a review asks a person to look.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from central_gateway.tables import entity
from onestop.codec import decode
from onestop.model import Dossier
from onestop.states import State
from onestop.vntime import to_vn

NEAR = timedelta(days=30)
MOST = 3
MESSAGE = "Có thể trùng: người này đã nộp thủ tục này ở máy khác và chưa xong. Hãy đối chiếu, rồi giữ cả hai hoặc rút một hồ sơ."

_FINISHED = frozenset({State.REFUSED, State.STOPPED, State.DONE, State.RETURNED})


def mark(key: bytes, dossier: Dossier) -> int | None:
    """What two such dossiers have in common; None for an owner without an identity number."""
    number = "".join(dossier.owner.id_no.split()).upper()
    if not number:
        return None
    text = f"{dossier.agency}\n{dossier.procedure_code}\n{number}"
    return int.from_bytes(hmac.digest(key, text.encode("utf-8", "replace"), "sha256")[:8], "big", signed=True)


def read(conn: Connection, ids: Sequence[str]) -> list[Dossier]:
    """The dossiers that have the same mark, newest first; few, so they may be read whole."""
    rows = conn.execute(select(entity.c.data).where(entity.c.id.in_(ids), entity.c.kind == "dossier").order_by(entity.c.id.desc()))
    return [decode(Dossier, text) for text in rows.scalars()]


def alike(dossier: Dossier, others: Sequence[Dossier]) -> list[Dossier]:
    """Those of ``others`` that a person should compare with the new ``dossier``: from another desk, not finished, near in time."""
    return [
        other for other in others
        if other.id != dossier.id and _desk(other) != _desk(dossier) and other.status not in _FINISHED
        and abs(_wall(other) - _wall(dossier)) <= NEAR
    ][:MOST]


def facts(dossier: Dossier) -> Mapping[str, Any]:
    """One side of the comparison, as a review shows it: no more of the person than the paper code says."""
    return {"id": dossier.id, "code": dossier.shown_code, "received_at": to_vn(dossier.received_at),
            "received_by": dossier.received_by, "device": _desk(dossier)}


def _wall(dossier: Dossier) -> datetime:
    """As printed: near enough for days, and no moment overflows."""
    return dossier.received_at.replace(tzinfo=None)


def _desk(dossier: Dossier) -> int:
    return dossier.events[0].device if dossier.events else 0
