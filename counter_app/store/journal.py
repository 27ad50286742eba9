"""What was done by whom (append-only, hash-chained), what was printed, and parked forms."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from datetime import datetime
from typing import Any

from counter_app.store.rows import AuditEntry, PrintEntry, moment
from counter_app.store.session import Session, WriteSession
from onestop.errors import UserError
from onestop.ids import uuid7_hex

_GENESIS = "0" * 64
_FACTS = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_PRINT = ", ".join(f.name for f in fields(PrintEntry))


def _link(before: str, at: int, staff: str, action: str, entity: str, facts: str) -> str:
    return hashlib.sha256("\x1f".join((before, str(at), staff, action, entity, facts)).encode()).hexdigest()


class JournalReads(Session):
    """Read the log, the print log and parked forms."""

    def audit_tail(self, limit: int = 200, *, entity: str | None = None) -> list[AuditEntry]:
        """The newest lines of the log (of one entity), newest first."""
        where, params = ("WHERE entity = ?", [entity]) if entity else ("", [])
        rows = self._all(f"SELECT n, at, staff, action, entity, facts, chain FROM audit {where} ORDER BY n DESC LIMIT ?", *params, limit)
        return [AuditEntry(n, moment(at), staff, action, ent, json.loads(facts), chain) for n, at, staff, action, ent, facts, chain in rows]

    def verify_audit(self) -> int | None:
        """Recompute the whole chain. None: unbroken; else the first line that does not fit."""
        before = _GENESIS
        for count, (n, at, staff, action, entity, facts, chain) in enumerate(
            self._db.execute("SELECT n, at, staff, action, entity, facts, chain FROM audit ORDER BY n"), 1
        ):
            if n != count or chain != _link(before, at, staff, action, entity, facts):
                return n
            before = chain
        return None

    def print_entry(self, print_id: str) -> PrintEntry | None:
        """One print job."""
        row = self._one(f"SELECT {_PRINT} FROM print_log WHERE id = ?", print_id)
        return _print(row) if row else None

    def prints_of(self, entity: str) -> list[PrintEntry]:
        """Every print job of a dossier or slip, newest first."""
        return [_print(row) for row in self._all(f"SELECT {_PRINT} FROM print_log WHERE entity = ? ORDER BY at DESC, rowid DESC", entity)]

    def recent_prints(self, limit: int = 100) -> list[PrintEntry]:
        """The newest print jobs."""
        return [_print(row) for row in self._all(f"SELECT {_PRINT} FROM print_log ORDER BY at DESC, rowid DESC LIMIT ?", limit)]

    def copies_printed(self, entity: str, form: str) -> int:
        """How often this form of this entity went to a printer or file here (failed jobs do not count)."""
        row = self._one("SELECT count(*) FROM print_log WHERE entity = ? AND form = ? AND state <> 'failed'", entity, form)
        return row[0] if row else 0

    def drafts(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Parked forms, newest first: (id, title, content)."""
        return [
            (i, title, json.loads(body)) for i, title, body in self._all("SELECT id, title, content FROM draft ORDER BY at DESC, id DESC")
        ]


class Journal(JournalReads, WriteSession):
    """Write them. Log lines are added, never changed."""

    def audit(self, staff: str, action: str, entity: str, facts: dict[str, Any], *, at: datetime) -> None:
        """Add a line. ``facts`` without personal data (ids, codes of rules, counts)."""
        row = self._one("SELECT chain FROM audit ORDER BY n DESC LIMIT 1")
        text = _FACTS.encode(facts)
        when = int(at.timestamp())
        self._run(
            "INSERT INTO audit (at, staff, action, entity, facts, chain) VALUES (?, ?, ?, ?, ?, ?)",
            when,
            staff,
            action,
            entity,
            text,
            _link(row[0] if row else _GENESIS, when, staff, action, entity, text),
        )

    def add_print(
        self, *, form: str, entity: str, copy_no: int, target: str, staff: str, at: datetime, state: str = "queued", job: str = ""
    ) -> str:
        """A job was handed to a printer or file; returns its id."""
        print_id = uuid7_hex()
        self._run(
            f"INSERT INTO print_log ({_PRINT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '')",
            print_id,
            int(at.timestamp()),
            staff,
            form,
            entity,
            copy_no,
            target,
            state,
            job,
        )
        return print_id

    def update_print(self, print_id: str, *, state: str, error: str = "", job: str | None = None) -> None:
        """What became of a print job. Raises UserError ``print-unknown``."""
        changed = self._run("UPDATE print_log SET state = ?, error = ?, job = coalesce(?, job) WHERE id = ?", state, error, job, print_id)
        if not changed.rowcount:
            raise UserError("print-unknown", "Không có lần in này trong sổ in.")

    def save_draft(self, draft_id: str, title: str, content: dict[str, Any], *, at: datetime) -> None:
        """Park a half-filled form (JSON types); a later call replaces it."""
        body = json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")
        self._run(
            "INSERT INTO draft (id, title, at, content) VALUES (?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET title = excluded.title, "
            "at = excluded.at, content = excluded.content",
            draft_id,
            title,
            int(at.timestamp()),
            body,
        )

    def drop_draft(self, draft_id: str) -> None:
        """Forget a parked form."""
        self._run("DELETE FROM draft WHERE id = ?", draft_id)


def _print(row: tuple[Any, ...]) -> PrintEntry:
    return PrintEntry(row[0], moment(row[1]), *row[2:])
