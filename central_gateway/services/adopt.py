"""Take back copies that survived on counters: what the database lost becomes its state again, what it does not contain waits for a
person. Nothing the database holds is overwritten by a copy that does not contain it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, select, tuple_

from central_gateway.line import Line, line
from central_gateway.services import bulk, heads, sameness
from central_gateway.services.append import Row, append
from central_gateway.services.salvage import TYPES, marks_of
from central_gateway.tables import alias, entity, salvage
from central_gateway.tables import op as op_table
from onestop.codec import builtins, decode, encode
from onestop.model import Dossier, Review, Slip
from onestop.vntime import iso, to_vn, utc_now
from onestop.wire import OpResult

#: What stands for the hash of an op whose bytes were lost with the database: any bytes under its id are that op.
SALVAGED = "salvaged"
_PAGE = 200
_DIFFERS = ("Sau khi khôi phục, bản hồ sơ trên một máy ở quầy khác với bản của hệ thống trung tâm. Cả hai đều được giữ; hãy đối chiếu "
            "với giấy tờ rồi chọn bản đúng.")
_CLASH = "Hồ sơ lấy lại từ máy ở quầy có mã đã nằm trên hồ sơ khác. Cả hai được giữ; hãy cấp mã mới cho một hồ sơ và in lại."


@dataclass(slots=True)
class Adopted:
    """How many states were taken back, and how many wait for a person."""

    taken: int = 0
    reviews: int = 0


def page(conn: Connection, key: bytes) -> Adopted | None:
    """Take back one page of what is kept; None when there is nothing left. One transaction."""
    part = conn.execute(select(salvage.c.part).order_by(salvage.c.part).limit(1)).scalar()
    if part is None:
        return None
    heads.open_part(conn, part)
    order = salvage.c.id, salvage.c.kind, salvage.c.epoch, salvage.c.variant
    rows = conn.execute(select(salvage).where(salvage.c.part == part).order_by(*order).limit(_PAGE).with_for_update()).all()
    done = _Page(conn, part, key, rows).run()
    where = tuple_(salvage.c.epoch, salvage.c.kind, salvage.c.id, salvage.c.variant)
    keys = [(row.epoch, row.kind, row.id, row.variant) for row in rows]
    conn.execute(delete(salvage).where(salvage.c.part == part, where.in_(keys)))
    return done


class _Page:
    def __init__(self, conn: Connection, part: str, key: bytes, rows: Sequence[Any]) -> None:
        self.conn, self.part, self.key, self.rows = conn, part, key, rows
        self.now = iso(utc_now())
        ids = sorted({row.id for row in rows})
        found = conn.execute(select(entity).where(bulk.among(conn, entity.c.id, ids)).order_by(entity.c.id).with_for_update())
        self.stored = {row.id: row for row in found}
        self.states = {row.id: decode(TYPES[row.kind], row.data) for row in self.stored.values()}
        self.out: list[Row] = []
        self.ops: dict[str, tuple[int, int]] = {}
        self.aliases: set[tuple[str, str, str]] = set()
        self.done = Adopted()

    def run(self) -> Adopted:
        for row in self.rows:
            self._one(row, decode(TYPES[row.kind], row.data))
        self._write()
        return self.done

    def _one(self, row: Any, copy: Any) -> None:
        ours = self.states.get(row.id)
        stored = self.stored.get(row.id)
        if stored is not None and (stored.kind, stored.part) != (row.kind, self.part):
            self._review(row, copy, None, "recovered-copy-differs", _DIFFERS)
            return
        if ours is None:
            self._take(row, copy, copy, row.v)
            return
        theirs, held = marks_of(copy), marks_of(ours)
        if held < theirs:
            code = getattr(ours, "code", None)
            if isinstance(copy, Dossier) and copy.code is None and code is not None:
                copy = replace(copy, code=code)
            self._take(row, ours, copy, max(row.v, ours.version + 1))
        elif not theirs <= held:
            self._review(row, copy, ours, "recovered-copy-differs", _DIFFERS)
        elif isinstance(copy, Dossier) and copy.code is not None and copy.code != ours.code:
            self._code(row, copy, ours)

    def _code(self, row: Any, copy: Dossier, ours: Dossier) -> None:
        """The same dossier, but the code on its paper was lost, or another was given meanwhile."""
        if ours.code is None:
            self._take(row, ours, replace(ours, code=copy.code), ours.version + 1)
            return
        if copy.code is not None:
            self.aliases.add((copy.code, row.id, "dossier"))  # the paper that is out leads to it for ever
        self._review(row, copy, ours, "recovered-copy-differs", _DIFFERS)

    def _take(self, row: Any, before: Any, state: Any, version: int) -> None:
        op_id = f"salvage-{row.epoch}-{row.id}"[:64]
        if isinstance(state, Dossier):
            if state.code is not None and self._holder(state.code) not in (None, row.id):
                self._review(row, state, replace(state, code=None), "code-clash", _CLASH)
                state = replace(state, code=None)
            if state.provisional_code:
                self.aliases.add((state.provisional_code, row.id, "dossier"))
        elif isinstance(state, Slip):
            self.aliases.add((state.number, row.id, "slip"))
        for event in getattr(state, "events", ()):
            self.ops[event.id] = (event.device, version)
        self._store(op_id, row.kind, replace(state, version=version), before.version if row.id in self.states else 0)
        self.done.taken += 1

    def _holder(self, code: str) -> str | None:
        for identity, state in self.states.items():
            if getattr(state, "code", None) == code:
                return identity
        return self.conn.execute(select(entity.c.id).where(entity.c.code == code)).scalar()

    def _store(self, op_id: str, kind: str, state: Any, before: int) -> None:
        self.states[state.id] = state
        self.out.append(Row(op_id, kind, state.id, state.version, encode(state).decode(), before))

    def _review(self, row: Any, copy: Any, ours: Any, code: str, message: str) -> None:
        op_id = f"salvage-{row.epoch}-{row.id}"[:60]
        identity = f"r-{op_id}"[:60] + (f".{row.variant}" if row.variant else "")
        if identity in self.states or self.conn.execute(select(entity.c.id).where(entity.c.id == identity)).first() is not None:
            return
        current, wanted = _differences(ours, copy)
        review = Review(
            id=identity, agency=self.part, entity=row.id, entity_kind=row.kind, code=code, message=message,
            op={"op": op_id, "kind": "salvage", "v": row.v, "data": msgspec.json.decode(row.data)}, current=current, wanted=wanted,
            opened_at=to_vn(utc_now()).replace(microsecond=0), device=row.device, version=1,
        )
        self._store(op_id, "review", review, 0)
        self.done.reviews += 1

    def _write(self) -> None:
        last = {row.id: row for row in self.out}
        rows = sorted(last.values(), key=lambda row: row.id)
        with line(self.conn) as send:
            for new in (True, False):
                some = [row for row in rows if (row.id not in self.stored) == new]
                states = [self.states[row.id] for row in some]
                columns: dict[str, list[Any]] = {
                    "id": [row.id for row in some], "version": [row.version for row in some],
                    "code": [getattr(state, "code", None) if isinstance(state, Dossier) else None for state in states],
                    "mark": [sameness.mark(self.key, state) if isinstance(state, Dossier) else None for state in states],
                    "data": [row.data for row in some],
                }
                if new:
                    bulk.insert_rows(send, entity, {**columns, "kind": [row.kind for row in some], "part": [self.part] * len(some)})
                else:
                    bulk.update_rows(send, entity, ("id",), columns)
            self._note_ops(send)
        for text, identity, kind in sorted(self.aliases):
            known = self.conn.execute(select(alias.c.id).where(alias.c.text == text, alias.c.id == identity)).first()
            if known is None:
                self.conn.execute(alias.insert().values(text=text, id=identity, kind=kind))
        with line(self.conn) as send:
            append(send, self.part, self.out, self.now)

    def _note_ops(self, send: Line) -> None:
        """The ops that are in the copies are done: their machines may come with them yet."""
        ids = sorted(identity for identity in self.ops if 0 < len(identity) <= 64)
        count = len(ids)
        bulk.insert_new(send, op_table, {
            "op_id": ids, "part": [self.part] * count, "device": [self.ops[i][0] for i in ids], "incarnation": [""] * count,
            "dseq": [0] * count, "payload_hash": [SALVAGED] * count, "received_at": [self.now] * count,
            "result": [msgspec.json.encode(OpResult(op=i, s="applied", v=self.ops[i][1])).decode() for i in ids],
        })


def _differences(ours: Any, copy: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that differ, as (current, wanted); of the history what the other does not have."""
    one, other = _plain(ours), _plain(copy)
    names = [name for name in {**one, **other} if name not in ("version", "events") and one.get(name) != other.get(name)]
    current, wanted = {name: one.get(name) for name in names}, {name: other.get(name) for name in names}
    if ours is not None and not isinstance(copy, Review):
        theirs, held = {event["id"] for event in other["events"]}, {event["id"] for event in one["events"]}
        for target, source, known in ((current, one, theirs), (wanted, other, held)):
            extra = [event for event in source["events"] if event["id"] not in known]
            if extra:
                target["events"] = extra
    return current, wanted


def _plain(state: Any) -> dict[str, Any]:
    if state is None:
        return {}
    found = builtins(state)
    owner = found.pop("owner", None) or {}
    return found | {f"owner.{name}": value for name, value in owner.items()}
