"""The catalogue: immutable, dated documents that counters fetch by digest, and what the rules need of them."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, select

from central_gateway.errors import Refused
from central_gateway.line import Line
from central_gateway.tables import agency, catalogue_doc, meta
from onestop.calendar import WorkCalendar
from onestop.errors import UserError
from onestop.wire import AgencySettings, CatalogueDocs, CatalogueEntry, ManifestReply

MOST_DOCS = 200


@dataclass(frozen=True, slots=True)
class Known:
    """What the rules of a push need. ``elsewhere``: (code, version) → where a dossier of it has to go instead. ``dues`` remembers
    due moments that were reckoned with ``calendar``."""

    procedures: frozenset[tuple[str, int]] = frozenset()
    codes: frozenset[str] = frozenset()
    elsewhere: dict[tuple[str, int], str] = field(default_factory=dict)
    calendar: WorkCalendar | None = None
    dues: dict[Any, datetime] = field(default_factory=dict, compare=False)


_COUNT = select(func.count()).select_from(catalogue_doc).scalar_subquery()
#: How many documents there are and the settings of the agency ``of``: what every push asks.
RULES = select(_COUNT.label("documents"), agency.c.settings).where(agency.c.id == bindparam("of"))


@lru_cache(maxsize=512)
def _settings(text: str) -> AgencySettings:
    return msgspec.json.decode(text, type=AgencySettings)


class Cache:
    """``Known`` of the documents in the database. They are never changed or removed, so their number tells whether there are
    new ones."""

    def __init__(self, mark_key: bytes | None = None) -> None:
        self._mark_key = mark_key
        self._lock = threading.Lock()
        self._count = -1
        self._known = Known()

    def mark_key(self, conn: Connection) -> bytes:
        """The key of ``services.sameness``: made when the gateway was first opened, and never another."""
        if self._mark_key is None:
            self._mark_key = base64.b64decode(conn.execute(select(meta.c.value).where(meta.c.key == "mark_key")).scalar_one())
        return self._mark_key

    def known(self, conn: Connection) -> Known:
        """As of this transaction."""
        return self._counted(conn, conn.execute(select(_COUNT)).scalar_one())

    def rules(self, line: Line, count: int, settings: str) -> tuple[Known, AgencySettings]:
        """What is known, and what the province decided for an agency, from the answer to ``RULES``."""
        with self._lock:
            known = self._known if count == self._count else None
        if known is None:
            with line.aside() as conn:
                known = self._counted(conn, count)
        return known, _settings(settings)

    def _counted(self, conn: Connection, count: int) -> Known:
        with self._lock:
            if count != self._count:
                self._known, self._count = _read(conn), count
            return self._known


def _read(conn: Connection) -> Known:
    rows = conn.execute(
        select(catalogue_doc.c.kind, catalogue_doc.c.code, catalogue_doc.c.v, catalogue_doc.c.body)
        .where(catalogue_doc.c.kind.in_(("procedure", "calendar"))).order_by(catalogue_doc.c.v)
    ).all()
    procedures, elsewhere, calendar = set(), {}, None
    for row in rows:
        body = json.loads(row.body)
        if row.kind == "calendar":
            calendar = WorkCalendar.from_json(body)
            continue
        procedures.add((row.code, row.v))
        system = body.get("authoritative_system")
        if system:
            elsewhere[row.code, row.v] = _hint(system)
    return Known(frozenset(procedures), frozenset(code for code, _ in procedures), elsewhere, calendar)


def _hint(system: Any) -> str:
    if isinstance(system, dict):
        return str(system.get("hint") or system.get("name") or "")
    return str(system)


def etag(conn: Connection) -> str:
    """Changes whenever the catalogue does."""
    digests = conn.scalars(select(catalogue_doc.c.sha256).order_by(catalogue_doc.c.sha256))
    return hashlib.sha256("".join(digests).encode()).hexdigest()[:32]


def manifest(conn: Connection) -> ManifestReply:
    """What there is; a counter fetches the documents it lacks."""
    rows = conn.execute(select(catalogue_doc.c["kind", "code", "v", "sha256", "valid_from", "valid_to"])
                        .order_by(catalogue_doc.c.kind, catalogue_doc.c.code, catalogue_doc.c.v))
    # SQLAlchemy's column names are a subclass of str, which msgspec refuses as a key.
    entries = [msgspec.convert({str(name): value for name, value in row._mapping.items()}, CatalogueEntry) for row in rows]
    return ManifestReply(etag=etag(conn), entries=entries)


def documents(conn: Connection, digests: list[str]) -> CatalogueDocs:
    """Documents by digest; unknown ones are left out. Raises Refused 413 ``too-many-documents``."""
    if len(digests) > MOST_DOCS:
        raise Refused(413, "too-many-documents", "Yêu cầu quá nhiều tài liệu danh mục trong một lần.")
    rows = conn.execute(select(catalogue_doc.c.sha256, catalogue_doc.c.body).where(catalogue_doc.c.sha256.in_(digests)))
    return CatalogueDocs(docs={row.sha256: row.body for row in rows})


def put(conn: Connection, kind: str, code: str, body: Any, *, v: int | None = None) -> bool:
    """Add one document; True when it is new. With ``v`` the version is the publisher's and its content may never change
    (UserError ``catalogue-version-changed``); without, a changed content becomes the next version."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    here = catalogue_doc.c.kind == kind, catalogue_doc.c.code == code
    if v is None:
        last = conn.execute(select(catalogue_doc.c.v, catalogue_doc.c.sha256).where(*here)
                            .order_by(catalogue_doc.c.v.desc()).limit(1)).first()
        if last is not None and last.sha256 == digest:
            return False
        v = last.v + 1 if last else 1
    else:
        known = conn.execute(select(catalogue_doc.c.sha256).where(*here, catalogue_doc.c.v == v)).scalar()
        if known == digest:
            return False
        if known is not None:
            raise UserError(
                "catalogue-version-changed",
                f"Thủ tục {code} phiên bản {v} đã công bố với nội dung khác. Hãy tăng số phiên bản rồi nạp lại.",
                procedure=code, version=v)
    source = body if isinstance(body, dict) else {}
    conn.execute(insert(catalogue_doc).values(
        kind=kind, code=code, v=v, sha256=digest, body=text, valid_from=source.get("valid_from"), valid_to=source.get("valid_to")))
    return True
