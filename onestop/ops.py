"""Ops: the business intents a counter sends up. An op is made once, at save time, and its bytes never change after.

``op_id`` is the idempotency key, ``dseq`` the gap-free sequence of the database file that made it, ``entity`` the dossier
or slip it speaks of, ``base`` the version it was made on (None: it creates).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from onestop.model import Attachment, Dossier, FeeEntry, Result, Returned, Slip, Supplement

#: Version of the op envelope that is written today. Older ones are lifted by ``onestop.upconvert``; the bytes never change.
OP_SCHEMA = 2

#: How the person at the desk was known when the op was made.
SignedInBy = Literal["online", "offline"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """``dossier.create``: a dossier as received at the desk, with its code (from the online pool or a lane) or a
    provisional code. ``lane`` names the lease a lane code came from."""

    dossier: Dossier
    lane: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field of a correction with the value the person saw: enough for a three-way merge without the old state."""

    old: Any
    new: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Correct:
    """``dossier.correct``: a wrong reception put right. Keys of ``changes`` are field paths such as ``owner.name``,
    ``procedure`` or ``due_at`` (see ``onestop.apply.CORRECTABLE``)."""

    reason: str
    changes: dict[str, Change]


Action = Literal[
    "handover", "supplement-ask", "supplement-in", "payment-ask", "payment-done", "withdraw-ask", "withdraw-refuse",
    "stop", "result", "return", "refuse", "accept",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """``status.transition``: a move of the life-cycle with the facts that belong to it. ``from_status`` is what the
    person saw; the facts are kept even when the move itself is refused."""

    action: Action
    from_status: int
    to_status: int
    reason: str = ""
    holder: str | None = None
    slip: str = ""
    supplement: Supplement | None = None
    result: Result | None = None
    returned: Returned | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend:
    """``deadline.extend``: a new due date with its reason (mẫu 04) and who approved it."""

    old_due_at: datetime | None
    new_due_at: datetime
    reason: str
    approver: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFee:
    """``fee.record``: one more row of the money ledger."""

    entry: FeeEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """``print.record``: a form of this dossier or slip left the printer (``copy_no`` 1 is the first, more are reprints)."""

    form: str
    copy_no: int
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignCode:
    """``code.assign``: the official code for a dossier that has none yet; without ``code``, the provisional one its papers bear until
    the gateway gives it an official code."""

    code: str | None = None
    lane: str | None = None
    provisional_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateSlip:
    """``slip.create``: a handover slip with its lines."""

    slip: Slip


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmSlip:
    """``slip.confirm``: the other side counted the papers. ``received`` are dossier ids; the rest was refused, each with
    a remark where given."""

    received: tuple[str, ...]
    person: str = ""
    remarks: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleReview:
    """``review.settle``: a person decided an open review. ``decision``: ``theirs`` keeps what the gateway holds,
    ``mine`` means a new op was made that carries the wanted value."""

    decision: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachLink:
    """``attach.link``: a file belongs to this dossier. Its bytes may arrive before or after."""

    attachment: Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachUnlink:
    """``attach.unlink``: it does not. ``linked_at``: of the link the person saw, so that a link made meanwhile stays."""

    sha256: str
    linked_at: datetime | None
    reason: str


Payload = (AttachLink | AttachUnlink | Create | Correct | Transition | Extend | RecordFee | Printed | AssignCode | CreateSlip | ConfirmSlip
           | SettleReview)

KINDS: dict[str, type] = {
    "dossier.create": Create,
    "dossier.correct": Correct,
    "status.transition": Transition,
    "deadline.extend": Extend,
    "fee.record": RecordFee,
    "print.record": Printed,
    "code.assign": AssignCode,
    "slip.create": CreateSlip,
    "slip.confirm": ConfirmSlip,
    "review.settle": SettleReview,
    "attach.link": AttachLink,
    "attach.unlink": AttachUnlink,
}
KIND_OF: dict[type, str] = {payload: kind for kind, payload in KINDS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Op:
    """One intent with its envelope. Since schema 2: ``hlc`` = hybrid logical clock of the machine (48 bit milliseconds, 16 bit
    counter; 0 = not known; it labels and never orders), ``skew`` = seconds the machine's clock is ahead of the gateway's (None = not
    known), ``auth`` = whether the gateway or the counter itself had signed the person in. ``replaces``: the op that was refused or could
    not be sent, and that a person made anew as this one (no older side needs to know it: it only says where the new one comes from)."""

    op: str
    dseq: int
    entity: str
    kind: str
    base: int | None
    at: datetime
    by: str
    device: int
    data: Payload
    schema: int = OP_SCHEMA
    hlc: int = 0
    skew: float | None = None
    auth: SignedInBy = "online"
    replaces: str = ""
