"""The rules of a push over one set of ops: what each op does, what it answers, and the rows to be written.

Reads are done once for all ops; nothing is written here but the op rows (whose key is the deduplication) and numbers for
dossiers that came with a provisional code only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select

from central_gateway.line import Line
from central_gateway.services import arrival, life, numbers, sameness
from central_gateway.services.append import Row
from central_gateway.services.catalogue import Cache
from central_gateway.services.incoming import Incoming
from central_gateway.services.meeting import meet
from central_gateway.services.reviews import make_review
from central_gateway.tables import entity
from onestop.apply import Applied, apply
from onestop.codec import decode, encode
from onestop.copying import replace, settled
from onestop.model import Dossier, Review, Slip
from onestop.ops import AssignCode, Correct, Create, CreateSlip, RecordFee, SettleReview
from onestop.vntime import vn_date
from onestop.wire import OpResult

_TYPES: dict[str, type] = {"dossier": Dossier, "slip": Slip, "review": Review}
_KINDS = {kind: name for name, kind in _TYPES.items()}


@dataclass(slots=True)
class Held:
    """An entity of this batch. ``state`` is decoded when first needed; ``stored`` is the version in the database (0: new)."""

    kind: str
    part: str
    version: int
    stored: int
    text: str
    mark: int | None = None
    state: Any = None

    def value(self) -> Any:
        if self.state is None:
            self.state = decode(_TYPES[self.kind], self.text)
        return self.state


class Batch:
    """Apply ops in order (``fenced``: they are from a device that may no longer speak itself); afterwards ``results``,
    ``rows``, ``held``, ``aliases`` and ``deferred`` say what came of it."""

    def __init__(
        self, line: Line, part: str, device: int, cache: Cache, works: Sequence[Incoming], key: bytes,
        *, fenced: bool = False, trusting: bool = False,
    ) -> None:
        self.fenced = fenced
        self.line, self.part, self.device, self.key = line, part, device, key
        self.results: dict[str, OpResult] = {}
        self.rows: list[Row] = []
        self.row_of: dict[str, int] = {}
        self.aliases: list[tuple[str, str, str]] = []
        self.deferred: set[str] = set()
        self._waiting: set[str] = set()
        self.met = meet(line, part, works, self.key, trusting=trusting)
        self.known, self.settings = cache.rules(line, self.met.documents, self.met.settings)
        self.held = {row.id: Held(row.kind, row.part, row.version, row.version, row.data, row.mark) for row in self.met.entities}
        self.codes = self.met.codes
        days = arrival.days_without_code(works)
        if days:
            with line.aside() as conn:
                numbers.lock_days(conn, part, days)

    def run(self, works: Sequence[Incoming]) -> None:
        """Every op, oldest first."""
        for work in works:
            self._one(work)

    def refuse(self, work: Incoming, code: str, message: str) -> None:
        """``work`` can never be applied: answered so, and kept in a review item that both sides see."""
        held = self.held.get(work.entity)
        review = self._review(work, code, message) if work.kind != "review.settle" else ""
        self._answer(work, "rejected", held.version if held else 0, code, message, review)

    def _one(self, work: Incoming) -> None:
        op = work.op
        if work.refusal is not None and work.refusal[0] == "op-schema-newer":
            self._defer(work, *work.refusal)
            return
        if work.refusal is not None or op is None:
            self.refuse(work, *(work.refusal or ("op-invalid", "Nội dung thao tác không đúng định dạng.")))
            return
        wait = arrival.waits_for(op, self.known)
        if wait or work.entity in self._waiting:
            message = "Hệ thống trung tâm chưa có phiên bản danh mục của hồ sơ này, máy sẽ tự gửi lại."
            self._defer(work, wait or "dependency-missing", message)
            return
        held = self.held.get(work.entity)
        if held is not None and held.part != self.part:
            self.refuse(work, "other-agency", "Hồ sơ hoặc phiếu này thuộc đơn vị khác.")
            return
        no = arrival.never_valid(op, self.part, self.known)
        if no:
            self.refuse(work, *no)
            return
        if isinstance(op.data, SettleReview) or (held is not None and held.kind == "review"):
            self._settle(work, held)
            return
        self._apply(work, held)

    def _defer(self, work: Incoming, code: str, message: str) -> None:
        """Not now: the op stays in the counter's queue, and so do later ones of the same entity."""
        self._waiting.add(work.entity)
        self.deferred.add(work.op_id)
        self._answer(work, "deferred", 0, code, message)

    def _apply(self, work: Incoming, held: Held | None) -> None:
        op = work.op
        data = op.data
        before = held.value() if held else None
        if isinstance(data, AssignCode) and data.code is not None and self.codes.get(data.code, work.entity) != work.entity:
            current = {"code": before.code} if isinstance(before, Dossier) else {}
            review = self._review(work, "code-clash", _CLASH, current, {"code": data.code})
            self._answer(work, "conflict", held.version if held else 0, "code-clash", _CLASH, review)
            return
        done: Applied = apply(before, op)
        if done.status == "rejected" and held is None and done.code == "unknown-entity" and self._restored():
            # A restore lost it; its own counter, or a copy of another one, may still bring it back.
            self._defer(work, "dependency-missing", _NOT_BACK)
            return
        if done.status == "rejected":
            self.refuse(work, done.code, done.message)
            return
        state = done.state
        clash = isinstance(data, Create) and done.status == "applied" and self._clashes(data)
        if isinstance(data, Create) and done.status == "applied":
            state = self._received(work, state, clash)
        if isinstance(data, AssignCode) and done.status == "applied" and data.provisional_code is not None:
            self.aliases.append((data.provisional_code, state.id, "dossier"))
            state = self._with_code(work, state, op.at)
        if isinstance(data, Correct) and not _sound(state):
            self.refuse(work, "value-invalid", "Giá trị đính chính không đúng kiểu của ô.")
            return
        if isinstance(data, Correct):
            self.met.marks[work.op_id] = sameness.mark(self.key, state)
        if state is not before:
            held = self._emit(work, state)
            if isinstance(data, CreateSlip):
                self.aliases.append((data.slip.number, work.entity, "slip"))
        review = ""
        if done.status == "conflict":
            current = {name: pair[0] for name, pair in (done.clash or {}).items()}
            wanted = {name: pair[1] for name, pair in (done.clash or {}).items()}
            review = self._review(work, done.code, done.message, current, wanted)
        notes = [("code-clash", _CLASH, {"code": None}, {"code": data.dossier.code})] if clash else []
        notes += [("device-fenced", _FENCED, {}, {})] if self.fenced else []
        notes += arrival.remarks(op, self.part, self.met.people, self.known, self.settings, created=done.status == "applied",
                                 state=held.value() if held is not None and isinstance(data, Correct) else None)
        if isinstance(data, Create) and done.status == "applied":
            notes += self._alike(held)
        if isinstance(data, RecordFee) and done.status == "applied":
            notes += arrival.about_money(data, held.value(), knew=op.base is not None and op.base >= held.version - 1)
        for code, message, current, wanted in notes:
            review = self._review(work, code, message, current, wanted) or review
        first = notes[0] if notes else ("", "", {}, {})
        self._answer(work, done.status, held.version, done.code or first[0], done.message or first[1], review)

    def _clashes(self, data: Create) -> bool:
        """Whether the code on the paper already belongs to another dossier: both are kept, staff re-issue one."""
        return data.dossier.code is not None and self.codes.get(data.dossier.code, data.dossier.id) != data.dossier.id

    def _alike(self, held: Held) -> list[arrival.Remark]:
        """Dossiers of other desks that could be the same case."""
        ids = self.met.same.get(held.mark) if held.mark is not None else None
        if not ids:
            return []
        dossier = held.value()
        with self.line.aside() as conn:
            others = sameness.alike(dossier, sameness.read(conn, ids))
        return [("maybe-duplicate", sameness.MESSAGE, sameness.facts(other), sameness.facts(dossier)) for other in others]

    def _received(self, work: Incoming, state: Dossier, clash: bool) -> Dossier:
        """A new dossier with its official code: a provisional one resolves to it for ever."""
        if state.provisional_code:
            self.aliases.append((state.provisional_code, state.id, "dossier"))
        if clash:
            return replace(state, code=None)
        return self._with_code(work, state, state.received_at)

    def _with_code(self, work: Incoming, state: Dossier, at: datetime) -> Dossier:
        """Where there is no official code yet: the next one of that day, if its pool has one left."""
        if state.code is not None:
            return state
        with self.line.aside() as conn:
            return replace(state, code=numbers.assign(conn, self.part, work.op_id, state.id, vn_date(at), self.device))

    def _settle(self, work: Incoming, held: Held | None) -> None:
        data = work.op.data
        if held is None or held.kind != "review" or not isinstance(data, SettleReview):
            self.refuse(work, "unknown-entity", "Không tìm thấy việc cần xử lý mà thao tác này nói tới.")
            return
        review: Review = held.value()
        if review.status == "settled":
            self._settled_before(work, held, review, data)
            return
        decision = f"{data.decision}: {data.note}" if data.note else data.decision
        held = self._emit(work, replace(review, status="settled", settled_at=work.op.at, settled_by=work.op.by, decision=decision))
        self._answer(work, "applied", held.version)

    def _settled_before(self, work: Incoming, held: Held, review: Review, data: SettleReview) -> None:
        """Two desks decided while apart: the first decision stands. Where the second was another one, what that desk did on the strength
        of it may stand in the dossier, so somebody has to look."""
        first = review.decision.partition(":")[0]
        if first == data.decision:
            self._answer(work, "merged", held.version)
            return
        opened = self._review(work, "settled-differently", _DIFFERENT, {"decision": first, "settled_by": review.settled_by},
                              {"decision": data.decision, "settled_by": work.op.by}, about=review)
        self._answer(work, "merged", held.version, "settled-differently", _DIFFERENT, opened)

    def _review(
        self, work: Incoming, code: str, message: str, current: dict[str, Any] | None = None, wanted: dict[str, Any] | None = None,
        about: Review | None = None,
    ) -> str:
        held = self.held.get(work.entity)
        kind = about.entity_kind if about else held.kind if held else ""
        review = make_review(work, self.part, self.device, kind, code, message, current, wanted)
        if about is not None:
            review = replace(review, entity=about.entity)
        number = 2
        while True:
            back = None if review.id in self.held else self._brought_back(review.id)
            if back is not None and (back.status, back.code, back.current, back.wanted) == ("open", code, review.current, review.wanted):
                return back.id
            if back is None and review.id not in self.held:
                break
            review = replace(review, id=f"{review.id.rpartition('.')[0] or review.id}.{number}")
            number += 1
        self._store(work.op_id, review.id, review)
        return review.id

    def _brought_back(self, identity: str) -> Review | None:
        """A review of this very op that is here already: a restore lost the op, and a counter gave the review back before the op came."""
        with self.line.aside() as conn:
            row = conn.execute(select(entity.c.data).where(entity.c.id == identity)).first()
        return decode(Review, row.data) if row else None

    def _restored(self) -> bool:
        """Whether this database ever came back from a backup."""
        with self.line.aside() as conn:
            return life.read(conn).epoch > 1

    def _emit(self, work: Incoming, state: Any) -> Held:
        self.row_of[work.op_id] = len(self.rows)
        return self._store(work.op_id, work.entity, state)

    def _store(self, op_id: str, identity: str, state: Any) -> Held:
        held = self.held.get(identity)
        if held is None:
            held = self.held[identity] = Held(_KINDS[type(state)], self.part, 0, 0, "")
        held.version += 1
        held.state = settled(state, version=held.version)
        held.text = encode(held.state).decode()
        if isinstance(state, Dossier):
            held.mark = self.met.marks.get(op_id, held.mark)
            if state.code is not None:
                self.codes[state.code] = identity
        self.rows.append(Row(op_id, held.kind, identity, held.version, held.text, held.version - 1))
        return held

    def _answer(self, work: Incoming, status: str, version: int, code: str = "", message: str = "", review: str = "") -> None:
        self.results[work.op_id] = OpResult(op=work.op_id, s=status, v=version, code=code, message=message, review=review)


_NOT_BACK = "Hồ sơ này chưa về lại hệ thống trung tâm sau khi khôi phục; máy sẽ tự gửi lại."
_CLASH = "Mã hồ sơ này đã có trên một hồ sơ khác. Cả hai hồ sơ đều được giữ; hãy cấp mã mới cho một hồ sơ và in lại."

_DIFFERENT = "Hai quầy đã quyết định khác nhau cho cùng một việc khi mất mạng. Quyết định đến trước có hiệu lực; hãy kiểm tra lại hồ sơ."
_FENCED = "Thao tác do một máy đã bị ngừng kết nối lập và được máy khác nộp thay. Thao tác vẫn được giữ; hãy kiểm tra lại."


def _sound(state: Any) -> bool:
    """Whether every counter will be able to read this state (a correction carries free JSON values)."""
    try:
        decode(type(state), encode(state))
    except msgspec.MsgspecError:
        return False
    return True
