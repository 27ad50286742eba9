"""The gateway's own identity in ``meta``: its key and its epoch."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from central_gateway.db import Database
from central_gateway.services import heads, life
from central_gateway.tables import meta
from onestop.errors import UserError
from onestop.feed import Position


def seed(database: Database) -> bytes:
    """The Ed25519 seed of this gateway; made at the first start (several processes may start at once)."""
    return base64.b64decode(_once(database, "gateway_key", base64.b64encode(secrets.token_bytes(32)).decode()))


def mark_key(database: Database) -> bytes:
    """The key of ``services.sameness``; made at the first start."""
    return base64.b64decode(_once(database, "mark_key", base64.b64encode(secrets.token_bytes(32)).decode()))


def epoch(database: Database) -> int:
    """The epoch: 1 until a restore from a backup is announced."""
    return int(_once(database, "epoch", "1"))


def durable(conn: Connection, part: str) -> str:
    """What the off-site backup covers for ``part``: nothing until the backup says so, and counters keep acked ops so long."""
    value = conn.execute(select(meta.c.value).where(meta.c.key == f"durable:{part}")).scalar()
    return f"{part}={value or 0}"


def set_durable(conn: Connection, marks: Sequence[Position]) -> dict[str, int]:
    """The off-site backup holds everything up to these positions (only ``part`` and ``seq`` count); it never goes back. Returns what
    holds now. Raises UserError ``durable-beyond-head``: no backup holds what is not there."""
    found = {}
    for mark in marks:
        if mark.seq > heads.head(conn, mark.part).seq:
            message = "Mốc sao lưu vượt quá dữ liệu hiện có của đơn vị. Hãy kiểm tra lại bản sao lưu."
            raise UserError("durable-beyond-head", message, part=mark.part)
        before = int(life.get(conn, f"durable:{mark.part}") or 0)
        found[mark.part] = max(before, mark.seq)
        life.put(conn, f"durable:{mark.part}", str(found[mark.part]))
    return found


def _once(database: Database, key: str, value: str) -> str:
    def work(conn: Connection) -> str:
        if not database.is_sqlite:
            conn.exec_driver_sql("LOCK TABLE meta IN SHARE ROW EXCLUSIVE MODE")
        found = conn.execute(select(meta.c.value).where(meta.c.key == key)).scalar()
        if found is None:
            conn.execute(insert(meta).values(key=key, value=value))
        return found or value

    return database.retrying(work)
