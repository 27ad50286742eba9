"""The entities both sides of the wire speak of. Plain frozen dataclasses: a change makes a new value.

Words follow the field (hồ sơ = dossier, phiếu bàn giao = handover slip, phí / lệ phí = fee lines). The identity of a
dossier is ``id``; the printed code is an attribute, so that a clash of codes can never overwrite a dossier.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Channel = Literal["counter", "online", "post", "online-assisted"]
ReturnMethod = Literal["counter", "post", "online"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A person or an organisation. ``id_no`` is the 12-digit personal number (số định danh), an old 9-digit CMND, or a
    tax / enterprise number; ``dob`` is ``yyyy-mm-dd`` or only ``yyyy`` (many elderly people have no day)."""

    kind: Literal["person", "organisation"] = "person"
    id_no: str = ""
    name: str
    dob: str | None = None
    gender: Literal["male", "female"] | None = None
    address: str = ""
    phone: str = ""
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitter:
    """Who stands at the desk when it is not the owner. ``authority`` names the paper that allows it (giấy ủy quyền…)."""

    name: str
    id_no: str = ""
    phone: str = ""
    address: str = ""
    authority: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One line of "thành phần hồ sơ nộp": how many originals (bản chính) and copies (bản sao) lie in the folder."""

    code: str
    name: str
    originals: int = 0
    copies: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeEntry:
    """One row of the append-only money ledger of a dossier, in whole đồng. ``due`` asks, ``collected`` takes,
    ``refunded`` gives back, ``cancelled`` voids an asked amount; a reversal is a new row, never a change.
    ``moment`` is when it is collected: 1 at reception, 2 at supplement, 4 at return (2026 ministry API)."""

    id: str
    kind: Literal["phi", "le_phi"]
    code: str
    name: str
    amount: int
    moment: int = 1
    entry: Literal["due", "collected", "refunded", "cancelled"] = "due"
    method: str = ""
    receipt_no: str = ""
    at: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplement:
    """One request for more papers (mẫu 02). ``stage`` is where it was asked: ``intake`` (at the counter) or
    ``appraisal`` (by the department); more than one per stage needs a reason and an approver. ``answer_by``: until when the citizen is
    asked to bring them; nothing happens by itself afterwards."""

    no: int
    stage: Literal["intake", "appraisal"]
    reason: str
    items: tuple[str, ...] = ()
    asked_at: datetime
    asked_by: str
    approver: str = ""
    answered_at: datetime | None = None
    due_before: datetime | None = None
    due_after: datetime | None = None
    answer_by: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What the department decided, as it lies at the counter."""

    at: datetime
    kind: str = ""
    number: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """Who took the result, on what identity, and what was given back with it."""

    at: datetime
    by: str
    collector_name: str
    collector_id_no: str = ""
    relation: Literal["owner", "submitter", "authorised", "post"] = "owner"
    authority: str = ""
    phone: str = ""
    originals: tuple[str, ...] = ()
    postal_code: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that belongs to a dossier, named by the sha256 of its bytes; the bytes themselves travel beside the ops. ``removed``:
    why it was taken off again (empty: it is there); the row stays."""

    sha256: str
    name: str
    media_type: str = ""
    size: int = 0
    linked_at: datetime | None = None
    by: str = ""
    removed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the history: never changed, never removed, one per op (``id`` is the op's)."""

    id: str
    kind: str
    at: datetime
    by: str
    device: int
    reason: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A dossier as it stands after its last op. ``version`` counts the ops the gateway applied (0: not yet there).

    ``agency`` received it, ``competent_agency`` decides (they differ: any counter of the province may receive), ``holder``
    is the unit whose shelf the papers lie on. ``status`` is a national state 1–10; any other number came from the centre
    and is kept and shown as it is. ``postal_codes`` are items of the public post (S10) that brought it or took its result away.
    """

    id: str
    agency: str
    code: str | None = None
    provisional_code: str | None = None
    competent_agency: str
    procedure_code: str
    procedure_version: int
    procedure_name: str
    sector: str = ""
    channel: Channel = "counter"
    owner: Party
    submitter: Submitter | None = None
    subject: str = ""
    set_count: int = 1
    components: tuple[Component, ...] = ()
    fees: tuple[FeeEntry, ...] = ()
    return_method: ReturnMethod = "counter"
    return_address: str = ""
    postal_codes: tuple[str, ...] = ()
    received_at: datetime
    received_by: str
    due_at: datetime | None
    original_due_at: datetime | None = None
    limit_value: int = 0
    limit_unit: str = "workday"
    status: int = 2
    holder: str = ""
    supplements: tuple[Supplement, ...] = ()
    result: Result | None = None
    returned: Returned | None = None
    events: tuple[Event, ...] = ()
    prints: dict[str, int] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    version: int = 0

    @property
    def shown_code(self) -> str:
        """The code on the newest paper: the official one, or the provisional one while there is none."""
        return self.code or self.provisional_code or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipLine:
    """One dossier on a handover slip. ``state``: ``sent`` until the other side confirms, then ``received`` or ``refused``."""

    seq: int
    dossier: str
    code: str
    state: Literal["sent", "received", "refused"] = "sent"
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A handover slip (phiếu bàn giao). ``direction``: ``out`` papers go to a department, ``back`` results come to the
    counter, ``post`` results go to the postman. ``status``: ``open`` until confirmed by scanning it."""

    id: str
    number: str
    agency: str
    direction: Literal["out", "back", "post"]
    from_unit: str
    to_unit: str
    from_person: str
    to_person: str = ""
    made_at: datetime
    made_by: str
    status: Literal["open", "confirmed"] = "open"
    confirmed_at: datetime | None = None
    confirmed_by: str = ""
    lines: tuple[SlipLine, ...] = ()
    events: tuple[Event, ...] = ()
    prints: dict[str, int] = field(default_factory=dict)
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Work for a person: an op that could not be applied as it was sent. Both values are kept; nothing is dropped.
    ``current`` and ``wanted`` hold the fields in question; ``op`` is the whole refused op."""

    id: str
    agency: str
    entity: str
    entity_kind: str
    code: str
    message: str
    op: dict[str, Any]
    current: dict[str, Any] = field(default_factory=dict)
    wanted: dict[str, Any] = field(default_factory=dict)
    opened_at: datetime
    by: str = ""
    device: int = 0
    status: Literal["open", "settled"] = "open"
    settled_at: datetime | None = None
    settled_by: str = ""
    decision: str = ""
    version: int = 0
