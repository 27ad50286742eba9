"""Find a dossier or slip of any agency by what is printed on it."""

from __future__ import annotations

from dataclasses import replace

import msgspec
from sqlalchemy import Connection, select

from central_gateway.tables import alias, entity
from onestop.codec import decode, encode
from onestop.codes import normalise
from onestop.model import Dossier
from onestop.text import mask_id
from onestop.vntime import utc_now
from onestop.wire import LookupReply

_LONGEST = 200


def find(conn: Connection, text: str, part: str) -> LookupReply:
    """By official code, provisional code or slip number, for a device of agency ``part``. A provisional number printed twice (a
    counter was restored) leads to the newest of its dossiers.

    Codes are consecutive, so anybody at a desk could walk through them: of a dossier that ``part`` neither received nor decides
    nor holds, identity numbers are masked and how to reach people is left out (NĐ 13/2023: no more than the purpose needs)."""
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
    data = row.data.encode()
    if row.kind == "dossier" and row.part != part:
        data = _minimised(data, part)
    return LookupReply(found=True, kind=row.kind, as_of=utc_now(), data=msgspec.Raw(data))


def _minimised(data: bytes, part: str) -> bytes:
    dossier = decode(Dossier, data)
    if dossier.competent_agency == part or part == dossier.holder or dossier.holder.startswith(f"{part}."):
        return data
    owner, submitter, returned = dossier.owner, dossier.submitter, dossier.returned
    return encode(replace(
        dossier, return_address="",
        owner=replace(owner, id_no=mask_id(owner.id_no), dob=None, address="", phone="", email=None),
        submitter=replace(submitter, id_no=mask_id(submitter.id_no), phone="", address="") if submitter else None,
        returned=replace(returned, collector_id_no=mask_id(returned.collector_id_no), phone="") if returned else None,
    ))
