"""Find a dossier or slip of any agency by what is printed on it."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, select

from central_gateway.tables import alias, entity
from onestop.codes import normalise
from onestop.vntime import utc_now
from onestop.wire import LookupReply

_LONGEST = 200


def find(conn: Connection, text: str) -> LookupReply:
    """By official code, provisional code or slip number. A provisional number printed twice (a counter was restored) leads
    to the newest of its dossiers."""
    if len(text) > _LONGEST:
        return LookupReply(found=False)
    wanted = {text.strip(), normalise(text)} - {""}
    wanted = {code for code in wanted if "\0" not in code}
    row = conn.execute(select(entity).where(entity.c.code.in_(wanted))).first()
    if row is None:
        row = conn.execute(
            select(entity).join(alias, alias.c.id == entity.c.id).where(alias.c.text.in_(wanted)).order_by(entity.c.id.desc()).limit(1)
        ).first()
    if row is None:
        return LookupReply(found=False)
    return LookupReply(found=True, kind=row.kind, as_of=utc_now(), data=msgspec.Raw(row.data.encode()))
