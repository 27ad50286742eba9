"""What the ops of a push meet in the database, asked all at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, or_, select

from central_gateway.line import Answer, Int8s, Line, Texts, among
from central_gateway.services import sameness
from central_gateway.services.catalogue import RULES
from central_gateway.services.incoming import Incoming
from central_gateway.services.staff import ADMIN
from central_gateway.tables import entity, staff
from onestop.ops import AssignCode, Create


@dataclass(frozen=True, slots=True)
class Person:
    """What decides whether an op of a staff member needs a second look. ``locked_at`` empty: not locked. ``revoked``: locked by an
    administrator, not by wrong passwords or time."""

    agency: str
    roles: tuple[str, ...]
    locked_at: str
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Met:
    """``entities`` that the ops speak of, locked; ``codes`` → the dossier that holds it; ``marks``: op → mark (``services.sameness``) of
    the dossier it brings; ``same``: mark → dossiers that have it; ``people`` by account id; the answer to ``catalogue.RULES``."""

    entities: Sequence[Any]
    codes: dict[str, str]
    marks: dict[str, int | None]
    same: dict[int, list[str]]
    people: dict[str, Person]
    documents: int
    settings: str


def meet(line: Line, part: str, works: Sequence[Incoming], key: bytes, *, trusting: bool = False) -> Met:
    """Ask everything that ``works`` need and lock the entities they speak of, in the order of their ids. ``key``: that of
    ``services.sameness``. ``trusting``: what a reception brings is taken to be new, so its id and its code are not asked for; where that
    is wrong the database's own keys refuse the batch, and it is asked again in full."""
    wanted, marks = _brought(works, key, trusting)
    ids = {work.entity for work in works if work.entity and not (trusting and work.op and isinstance(work.op.data, Create))}
    known = set(marks.values()) - {None}
    held, holders, staff_of = _questions(line.postgres)
    rules = line.send(RULES, of=part)
    entities = line.send(held, ids=Texts(sorted(ids))) if ids else Answer.none()
    meeting = line.send(holders, codes=Texts(sorted(wanted)), marks=Int8s(sorted(known))) if wanted or known else Answer.none()
    people = line.send(staff_of, ids=Texts(sorted({work.op.by for work in works if work.op and "\0" not in work.op.by})))
    codes: dict[str, str] = {}
    same: dict[int, list[str]] = {}
    for row in meeting.rows():
        if row.code is not None:
            codes[row.code] = row.id
        if row.mark in known:
            same.setdefault(row.mark, []).append(row.id)
    rule = rules.rows()[0]
    return Met(entities.rows(), codes, marks, same, {row.id: _person(row) for row in people.rows()}, rule.documents, rule.settings)


@lru_cache(maxsize=2)
def _questions(postgres: bool) -> tuple[Select[Any], Select[Any], Select[Any]]:
    held = select(entity).where(among(postgres, entity.c.id, "ids")).order_by(entity.c.id).with_for_update()
    holders = select(entity.c.code, entity.c.mark, entity.c.id).where(
        or_(among(postgres, entity.c.code, "codes"), among(postgres, entity.c.mark, "marks")))
    people = select(staff.c["id", "agency", "roles", "locked", "locked_at", "created_at"]).where(among(postgres, staff.c.id, "ids"))
    return held, holders, people


def _brought(works: Sequence[Incoming], key: bytes, trusting: bool) -> tuple[set[str], dict[str, int | None]]:
    """The codes that ``works`` bring, and the marks of the dossiers."""
    wanted: set[str] = set()
    marks: dict[str, int | None] = {}
    for work in works:
        data = work.op.data if work.op and not work.refusal else None
        if isinstance(data, Create):
            marks[work.op_id] = sameness.mark(key, data.dossier)
            if data.dossier.code and not trusting:
                wanted.add(data.dossier.code)
        elif isinstance(data, AssignCode) and data.code is not None:
            wanted.add(data.code)
    return wanted, marks


def _person(row: Any) -> Person:
    return Person(row.agency, tuple(json.loads(row.roles)), (row.locked_at or row.created_at) if row.locked else "", row.locked == ADMIN)
