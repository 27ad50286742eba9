"""Fill an empty gateway with the demo province: catalogue, accounts, dossiers and slips with a feed that proves itself."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime

from sqlalchemy import Connection, insert, select

from central_gateway.demo.dossiers import COUNT, SEED, build
from central_gateway.demo.published import DEMO, read
from central_gateway.line import Line, line
from central_gateway.services import bulk, sameness
from central_gateway.services.append import Row, append
from central_gateway.services.published import import_folder
from central_gateway.state import Gateway
from central_gateway.tables import alias, entity, number_pool, staff
from onestop.codec import encode
from onestop.model import Dossier, Slip
from onestop.vntime import iso, utc_now

#: Rows a statement: a dossier has some 3 kB.
_CHUNK = 2000


def load_demo(gateway: Gateway, *, seed: int = SEED, count: int = COUNT, now: datetime | None = None) -> bool:
    """Load the demo province in one transaction; False (and nothing done) where the gateway already holds dossiers or staff.

    All demo accounts share the password ``demo_password`` of the catalogue's ``settings.json``: this is not for real use.
    """
    moment = now or utc_now()
    province = None
    with gateway.database.read() as conn:
        if not _empty(conn):
            return False
    province = build(seed, count, moment)
    pw_hash = gateway.passwords.hash(read("settings")["demo_password"])
    with gateway.database.write() as conn:
        if not _empty(conn):
            return False
        import_folder(conn, DEMO)
        _staff(conn, pw_hash, moment)
        key = gateway.catalogue.mark_key(conn)
        parts: dict[str, list[Dossier | Slip]] = defaultdict(list)
        for item in (*province.dossiers, *province.slips):
            parts[item.agency].append(item)
        for part, items in parts.items():
            items.sort(key=lambda item: (item.events[-1].at, item.id))
            with line(conn) as send:
                load_entities(send, part, items, key)
        _pools(conn, province.dossiers)
    return True


def _empty(conn: Connection) -> bool:
    return not any(conn.execute(select(table.c.id).limit(1)).first() for table in (entity, staff))


def _staff(conn: Connection, pw_hash: str, now: datetime) -> None:
    conn.execute(insert(staff), [
        {"id": s["id"], "username": s["username"], "name": s["name"], "title": s["title"], "agency": s["agency"],
         "roles": json.dumps(s["roles"]), "pw_hash": pw_hash, "created_at": iso(now)}
        for s in read("staff")
    ])


def load_entities(send: Line, part: str, items: list[Dossier | Slip], key: bytes) -> None:
    """Every entity with one feed row: its state now. Older rows of the feed would have been dropped long ago anyway."""
    rows = []
    for first in range(0, len(items), _CHUNK):
        chunk = items[first:first + _CHUNK]
        texts = [encode(item).decode() for item in chunk]
        kinds = ["dossier" if isinstance(item, Dossier) else "slip" for item in chunk]
        bulk.insert_rows(send, entity, {
            "kind": kinds, "id": [item.id for item in chunk], "part": [part] * len(chunk),
            "version": [item.version for item in chunk],
            "code": [item.code if isinstance(item, Dossier) else None for item in chunk],
            "mark": [sameness.mark(key, item) if isinstance(item, Dossier) else None for item in chunk], "data": texts,
        })
        rows += [Row(item.events[-1].id, kind, item.id, item.version, text, 0)
                 for item, kind, text in zip(chunk, kinds, texts, strict=True)]
        named = [(item.number if isinstance(item, Slip) else item.provisional_code, item.id, kind)
                 for item, kind in zip(chunk, kinds, strict=True)]
        named = [row for row in named if row[0]]
        bulk.insert_rows(send, alias, {"text": [n[0] for n in named], "id": [n[1] for n in named], "kind": [n[2] for n in named]})
    for first in range(0, len(rows), _CHUNK):
        append(send, part, rows[first:first + _CHUNK], [iso(item.events[-1].at) for item in items[first:first + _CHUNK]])


def _pools(conn: Connection, dossiers: tuple[Dossier, ...]) -> None:
    """The online pool goes on after the last number of each day."""
    last: dict[tuple[str, str], int] = {}
    for dossier in dossiers:
        assert dossier.code is not None
        key = dossier.agency, dossier.received_at.date().isoformat()
        last[key] = max(last.get(key, 0), int(dossier.code.rpartition("-")[2]))
    with line(conn) as send:
        bulk.insert_rows(send, number_pool, {
            "agency": [agency for agency, _ in last], "date": [day for _, day in last], "last": list(last.values()),
        })
