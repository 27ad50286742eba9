"""The words on the wire between a counter and the central gateway, protocol 1: header names, problem types, bodies.

Bodies are msgspec Structs: decoding is strict in types and tolerant of fields a newer side adds.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec

PROTO = "1.1"
MEDIA_TYPE = "application/vnd.motcua.v1+json"
PROBLEM_TYPE = "application/problem+json"

H_DEVICE = "X-Device"
H_INCARNATION = "X-Incarnation"
H_PROTO = "Sync-Proto"
H_EPOCH = "Sync-Epoch"
H_POSITION = "Sync-Position"
H_HEAD = "Sync-Head"
H_DURABLE = "Durable-Through"
H_REQUEST_ID = "Request-Id"
H_DIGEST = "Content-Digest"
#: With a hello: how many pulled items the counter keeps aside because it cannot read them.
H_UNREAD = "Sync-Unread"

#: Problem ``type`` URIs are ``PROBLEM_BASE + code``; the code is what programs compare.
PROBLEM_BASE = "urn:motcua:problem:"

#: A number as every database holds it. Larger ones make an answer a bad answer, where it is read, not where it is stored.
Whole = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Days = Annotated[int, msgspec.Meta(ge=0, le=36_500)]

MAX_BATCH_OPS = 100
MAX_BATCH_BYTES = 512 * 1024


def content_digest(body: bytes) -> str:
    """``Content-Digest`` of RFC 9530 over the bytes as sent."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def _this_era(*moments: date | None) -> None:
    """Refuse what no clock or calendar can be reckoned with (ValueError: the document is not valid)."""
    if any(moment is not None and not 2000 <= moment.year <= 2999 for moment in moments):
        raise ValueError("out of all reason")


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """RFC 9457 problem details. ``code`` repeats the last part of ``type``; ``detail`` is Vietnamese for staff."""

    type: str
    title: str
    status: Whole
    detail: str = ""
    code: str = ""
    epoch: Whole | None = None
    heads: str = ""
    ops: list[dict[str, Any]] = []
    left: Whole | None = None
    """Wrong passwords until the account locks (``sign-in-wrong``)."""


class EnrolRequest(msgspec.Struct, kw_only=True):
    """``POST /v1/enrol``. ``public_key``: raw Ed25519 key of the device, base64; made on the counter, never leaves it."""

    code: str
    device_name: str
    public_key: str
    incarnation: str


#: The longest time people may sign in on a PC without asking the gateway, whatever an agency's settings say.
MOST_OFFLINE_DAYS = 30


class AgencySettings(msgspec.Struct, kw_only=True):
    """What a province decides per agency. ``numbering`` = whether offline receipts carry a final code from a lane or a
    provisional number."""

    numbering: Literal["lane", "provisional"] = "lane"
    code_form: str = "B"
    code_digits: Annotated[int, msgspec.Meta(ge=1, le=18)] = 4
    same_day_cutoff: str = "15:00"
    offline_sign_in_days: Days = 7
    keep_after_return_days: Days = 30
    show_id_on_receipt: Literal["full", "last4"] = "full"
    lateness_by: Literal["day", "minute"] = "day"
    extra: dict[str, Any] = {}


class EnrolReply(msgspec.Struct, kw_only=True):
    """The device number, which agency it serves, the keys to check signatures with. ``ticket``: proof of the enrolment, a JWT by the
    gateway's key, ``aud`` = ``AUD_TICKET``; shown at ``/v1/token``, it brings the device back where a restored database forgot it."""

    device: Whole
    agency: str
    agency_name: str
    gateway_key: str
    epoch: Whole
    settings: AgencySettings
    ticket: str = ""


#: ``aud`` of the device's assertion, of the gateway's access tokens and of lease tokens: one kind never passes for another.
AUD_ASSERTION = "urn:motcua:gateway"
AUD_ACCESS = "urn:motcua:device"
AUD_LEASE = "urn:motcua:lease"
AUD_MANIFEST = "urn:motcua:manifest"
AUD_TICKET = "urn:motcua:enrolment"
AUD_STUCK = "urn:motcua:stuck-ops"


class TokenRequest(msgspec.Struct, kw_only=True):
    """``POST /v1/token``: a JWT signed with the device key (RFC 7523 assertion, alg EdDSA) buys an access token. Claims:
    ``iss`` = ``sub`` = device number as text, ``aud`` = ``AUD_ASSERTION``, ``iat``, ``exp`` (at most 5 minutes after
    ``iat``; judged by the gateway's clock, which is in the ``Date`` of every reply), ``inc`` = incarnation. ``ticket``: that of
    ``EnrolReply``."""

    assertion: str
    ticket: str = ""


class TokenReply(msgspec.Struct, kw_only=True):
    access: str
    expires_in: Annotated[int, msgspec.Meta(ge=0, le=86_400 * 366)]


class SignInRequest(msgspec.Struct, kw_only=True):
    """``POST /v1/staff/sign-in`` (device bearer): a staff member at this desk."""

    username: str
    password: str


class StaffRow(msgspec.Struct, kw_only=True):
    """A staff account as the counter knows it. Never a password or its hash. ``locked``: empty, or why."""

    id: str
    username: str
    name: str
    title: str = ""
    agency: str
    roles: list[str]
    locked: str = ""
    last_sign_in: datetime | None = None
    version: Whole = 1

    def __post_init__(self) -> None:
        _this_era(self.last_sign_in)


class SignInReply(msgspec.Struct, kw_only=True):
    staff: StaffRow
    server_time: Annotated[datetime, msgspec.Meta(tz=True)]

    def __post_init__(self) -> None:
        _this_era(self.server_time)


class SignInReport(msgspec.Struct, kw_only=True):
    """``POST /v1/staff/reports`` (a list): sign-ins that the gateway did not see because the counter judged them itself
    (offline). ``failed_in_row`` is the counter's own count after this attempt. Sent twice, it counts once."""

    username: str
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    ok: bool
    failed_in_row: Whole = 0


#: How the gateway stands after a restore of its database.
GatewayState = Literal["normal", "recovering"]


class HelloReply(msgspec.Struct, kw_only=True):
    """``GET /v1/hello``: where the gateway stands, who may work, which catalogue holds.

    ``state``: while ``recovering`` (restored from a backup) it takes ops and copies, but gives no lanes and no numbers.
    ``agency``: whom this device serves now (it may have moved). ``dseq`` and ``last_op``: the newest op the gateway holds of
    this device's incarnation; a counter that does not know it was restored from an older file. ``lost``: this epoch still
    wants copies (``POST /v1/salvage``) of what the restored database does not hold."""

    epoch: Whole
    server_time: Annotated[datetime, msgspec.Meta(tz=True)]
    heads: str
    durable: str
    device_state: Literal["active", "fenced"] = "active"
    staff: list[StaffRow]
    staff_etag: str
    catalogue_etag: str
    settings: AgencySettings
    proto: str = PROTO
    state: GatewayState = "normal"
    agency: str = ""
    agency_name: str = ""
    dseq: Whole = 0
    last_op: str = ""
    lost: bool = False

    def __post_init__(self) -> None:
        _this_era(self.server_time)


class CatalogueEntry(msgspec.Struct, kw_only=True):
    """One immutable catalogue document: ``kind`` is ``agency``, ``procedure``, ``calendar``,
    ``codes`` or ``field`` (sector)."""

    kind: str
    code: str
    v: Whole
    sha256: str
    valid_from: date | None = None
    valid_to: date | None = None


class ManifestReply(msgspec.Struct, kw_only=True):
    """``signature``: a JWT by the gateway's key (``EnrolReply.gateway_key``), ``aud`` = ``AUD_MANIFEST``, claims ``digest`` =
    ``manifest_digest`` of the entries, ``etag`` and ``iat``: a copy from the local network or a stick is as good as one from the
    gateway."""

    etag: str
    entries: list[CatalogueEntry]
    signature: str = ""


def manifest_digest(entries: list[CatalogueEntry]) -> str:
    """What the signature of a manifest covers, in a form that a field added later does not change: sha256 of the JSON list of
    ``[kind, code, v, sha256, valid_from, valid_to]``, sorted."""
    rows = sorted([e.kind, e.code, e.v, e.sha256, str(e.valid_from or ""), str(e.valid_to or "")] for e in entries)
    return hashlib.sha256(msgspec.json.encode(rows)).hexdigest()


class CatalogueGet(msgspec.Struct, kw_only=True):
    """``POST /v1/catalogue/get``: at most 200 digests."""

    sha256: list[str]


class CatalogueDocs(msgspec.Struct, kw_only=True):
    """``docs`` maps the sha256 of a document's bytes to its exact JSON text."""

    docs: dict[str, str]


class LeaseRequest(msgspec.Struct, kw_only=True):
    """``POST /v1/leases``: ``count`` standing lanes, for 60 days; ``held`` are the lease tokens the counter still has. ``extra``: those are
    nearly used up today, one more for today only is asked for."""

    op: str
    count: Annotated[int, msgspec.Meta(ge=0, le=40)] = 2
    held: list[str] = []
    extra: bool = False


class Lease(msgspec.Struct, kw_only=True):
    """A lane: numbers ``first``–``last`` on each date ``valid_from``–``valid_to`` belong to this device alone.
    ``token`` is the signed form of the same facts: a JWT, alg EdDSA, by the key of ``EnrolReply.gateway_key``, ``aud`` =
    ``AUD_LEASE``, claims ``lease, agency, lane, first, last, valid_from, valid_to`` (days as text), ``device, inc, epoch``."""

    lease: str
    agency: str
    lane: Whole
    first: Whole
    last: Whole
    valid_from: date
    valid_to: date
    token: str

    def __post_init__(self) -> None:
        _this_era(self.valid_from, self.valid_to)


class LeaseReply(msgspec.Struct, kw_only=True):
    leases: list[Lease]


class NumberRequest(msgspec.Struct, kw_only=True):
    """``POST /v1/numbers``: the next contiguous number of (agency, date); idempotent by ``op``."""

    op: str
    entity: str
    date: date


class NumberReply(msgspec.Struct, kw_only=True):
    code: str
    number: Whole
    date: date

    def __post_init__(self) -> None:
        _this_era(self.date)


class PushRequest(msgspec.Struct, kw_only=True):
    """``POST /v1/push``: ops of one partition, oldest first, as frozen bytes.

    ``device`` and ``inc`` are always the sender's. ``origin`` is empty, or the token of a signed export by which the machine
    that made the ops hands them to this one of the same agency: a JWT, alg EdDSA, by the key of the device that made them,
    ``aud`` = ``AUD_STUCK``, claims ``iss`` = ``sub`` (its number as text), ``iat``, ``inc`` (its incarnation, whose ``dseq`` the
    ops carry), ``ops`` (sha256 of each op's bytes, hex, at most 1,000); no ``exp``: a receipt given does not expire. Each op sent
    must be in ``ops`` and name that device itself; all of one request must be covered by one token."""

    batch: str
    device: Whole
    inc: str
    part: str
    ops: list[msgspec.Raw]
    origin: str = ""


ResultStatus = Literal["applied", "duplicate", "merged", "conflict", "rejected", "deferred", "op_id_reuse"]


class OpResult(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The fate of one op. Only ``deferred`` leaves it in the counter's queue. ``review`` names the review item. ``seq`` and
    ``chain`` are the feed row of the entity's new state (0 where nothing changed). A ``duplicate`` carries the first
    answer, whose status is in ``was``."""

    op: str
    s: ResultStatus
    v: Whole = 0
    seq: Whole = 0
    chain: str = ""
    code: str = ""
    message: str = ""
    review: str = ""
    was: str = ""


class PushReply(msgspec.Struct, kw_only=True):
    batch: str
    results: list[OpResult]
    pos: str


class FeedItem(msgspec.Struct, kw_only=True, gc=False):
    """One feed row: the whole state of an entity after an op. ``data`` is kept as raw JSON so that fields a newer
    gateway sends survive."""

    seq: Whole
    op: str
    kind: str
    id: str
    v: Whole
    chain: str
    data: msgspec.Raw


class PullReply(msgspec.Struct, kw_only=True):
    """``GET /v1/pull?part=…&after=<seq>:<chain>&limit=…``. ``next`` is the position after the last item. On the last page
    ``count`` and ``xor`` are the sum (``onestop.feed.Sum``) over all current states of the partition as of ``next``."""

    part: str
    items: list[FeedItem]
    next: str
    more: bool
    head: Whole
    count: Annotated[int, msgspec.Meta(ge=-1, le=2**63 - 1)] = -1
    xor: str = ""


class SnapshotItem(msgspec.Struct, kw_only=True, gc=False):
    kind: str
    id: str
    v: Whole
    data: msgspec.Raw


class SnapshotReply(msgspec.Struct, kw_only=True):
    """``GET /v1/snapshot?part=…&as_of=…&after=<kind>/<id>``: keyset pages of current states; then pull from ``as_of``."""

    part: str
    as_of: str
    items: list[SnapshotItem]
    next: str
    more: bool


class LookupRequest(msgspec.Struct, kw_only=True):
    """``POST /v1/lookup``: a dossier or slip of any agency of the province by its printed code (a POST, so that no code
    lands in access logs)."""

    code: str


class LookupReply(msgspec.Struct, kw_only=True):
    found: bool
    kind: str = ""
    as_of: datetime | None = None
    data: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"null"))

    def __post_init__(self) -> None:
        _this_era(self.as_of)


class SalvageRequest(msgspec.Struct, kw_only=True):
    """``POST /v1/salvage``: after a restore of the gateway, copies of states that it gave out and no longer holds in that
    version. ``done``: this counter has nothing more to give in this epoch (also with no items at all)."""

    part: str
    items: list[SnapshotItem]
    done: bool = False


class SalvageReply(msgspec.Struct, kw_only=True):
    """How many copies were kept for the end of the recovery."""

    kept: Whole


class PokeReply(msgspec.Struct, kw_only=True):
    """``GET /v1/poke?part=…&after=<seq>&wait=<seconds>``: the head, at once when it is beyond ``after``, else when it moves or
    the time is over. A hint only: what counts is read from the feed."""

    head: Whole
