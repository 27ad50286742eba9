"""What the store hands out beside the entities themselves: small frozen values, safe to pass to any thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from onestop.model import Dossier, Review, Slip
from onestop.ops import Op
from onestop.vntime import VN_TZ
from onestop.wire import StaffRow

#: ``saved``: on this PC, never sent · ``sent``: on its way, no answer yet · ``confirmed``: the gateway has all of it ·
#: ``needs_person``: the gateway refused something, or it could not be sent.
SyncState = Literal["confirmed", "sent", "saved", "needs_person"]
SYNC: tuple[SyncState, ...] = ("confirmed", "sent", "saved", "needs_person")
#: The states whose time limit runs (onestop.states.clock): everything but these. Spelled the same in index and queries.
CLOCK_RUNS = "status NOT IN (1, 3, 5, 6, 8, 9, 10)"
#: Ops that are not finished; spelled the same in index and queries.
UNFINISHED = "state IN ('new', 'sent', 'review', 'quarantined')"
#: Lines of the print log (``services.print_jobs``): read with each dossier that is shown. Spelled the same in index and query.
PRINTS = "action = 'print-log'"
#: The small states whose time limit does not run; spelled the same in index and queries.
RESTING = "status IN (1, 5, 6, 9)"
#: Handling was stopped: final, and few. Spelled the same in index and queries.
STOPPED = "status = 8"


@dataclass(frozen=True, slots=True)
class Row:
    """A dossier in a list."""

    id: str
    code: str | None
    provisional_code: str | None
    owner_name: str
    procedure_code: str
    procedure_name: str
    status: int
    received_at: datetime
    due_at: datetime | None
    returned_at: datetime | None
    holder: str
    channel: str
    sync_state: SyncState

    @property
    def shown_code(self) -> str:
        """The code on the newest paper."""
        return self.code or self.provisional_code or self.id


@dataclass(frozen=True, slots=True)
class SlipRow:
    """A slip in a list."""

    id: str
    number: str
    direction: str
    from_unit: str
    to_unit: str
    made_at: datetime
    status: str
    lines: int
    sync_state: SyncState


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFilter:
    """Which dossiers; all given conditions hold together. ``now`` (a moment, or a day for lateness counted in days) is
    needed by ``overdue`` and ``due_soon``. ``order``: newest received first, or soonest due first."""

    statuses: tuple[int, ...] = ()
    due_before: datetime | None = None
    due_after: datetime | None = None
    received_on: date | None = None
    received_from: datetime | None = None
    received_to: datetime | None = None
    holder: str | None = None
    procedure_code: str | None = None
    unsent: bool = False
    needs_person: bool = False
    overdue: bool = False
    due_soon: bool = False
    ready: bool = False
    now: datetime | date | None = None
    order: Literal["received", "due"] = "received"


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """The queue strip. ``due_soon``: due today or tomorrow and not late. ``ready``: results waiting to be collected."""

    received_today: int
    due_soon: int
    overdue: int
    ready: int
    unsent: int
    needs_person: int


@dataclass(frozen=True, slots=True)
class Submitted:
    """An op that is now in the outbox, and the entity as the screen shows it from now on."""

    op: Op
    state: Dossier | Slip | Review


@dataclass(frozen=True, slots=True)
class Issued:
    """A number for a new dossier: an official ``code`` (``lane``: the lease it came from, None: the online pool) or a
    ``provisional_code``. ``date`` is the business date in it. ``guaranteed`` False: more numbers were used today than a
    restored disk image could be told apart from (sync.md §2.5.6)."""

    code: str | None
    provisional_code: str | None
    lane: str | None
    date: date
    guaranteed: bool = True


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One op in the outbox, as the outbox page shows it."""

    dseq: int
    op: str
    entity: str
    kind: str
    state: str
    created_at: datetime
    attempts: int
    code: str
    message: str
    review: str
    what: str


@dataclass(frozen=True, slots=True)
class OutboxSummary:
    """``waiting`` = new + sent. ``oldest``: when the oldest waiting op was made. ``per_state`` counts every state."""

    waiting: int
    oldest: datetime | None
    per_state: dict[str, int]


@dataclass(frozen=True, slots=True)
class PageResult:
    """A pulled page: which entities changed, how many items were kept aside, and how many of those are ``broken``: of a kind this
    program knows and yet not readable (the others are a newer gateway's)."""

    changed: tuple[tuple[str, str], ...]
    quarantined: int
    broken: int = 0


@dataclass(frozen=True, slots=True)
class StaffAccount:
    """A staff account with what only this PC knows: the hash of the last password that worked here (argon2id with the
    device's pepper), when it was last verified online, wrong passwords in a row, a lock made here."""

    row: StaffRow
    password_hash: str | None
    verified_at: datetime | None
    failed_in_row: int
    locked_local: str
    last_sign_in: datetime | None


@dataclass(frozen=True, slots=True)
class CatalogueDoc:
    """One catalogue document; ``body`` is its exact JSON text. ``active``: in the newest manifest (older ones stay, a
    dossier keeps the version it was received under)."""

    kind: str
    code: str
    v: int
    sha256: str
    valid_from: date | None
    valid_to: date | None
    active: bool
    body: bytes


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the access and change log. ``facts`` hold no personal data."""

    n: int
    at: datetime
    staff: str
    action: str
    entity: str
    facts: dict[str, Any]
    chain: str


def moment(seconds: int | None) -> Any:
    """A stored moment in Vietnamese time (None stays None)."""
    return None if seconds is None else datetime.fromtimestamp(seconds, VN_TZ)
