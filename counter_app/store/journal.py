"""What was done by whom (append-only, hash-chained), what was printed, and parked forms."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

import msgspec

from counter_app.store.rows import PRINTS, AuditEntry, moment
from counter_app.store.session import Session, WriteSession

_GENESIS = "0" * 64
_FACTS = msgspec.json.Encoder(order="sorted")


def _link(before: str, at: int, staff: str, action: str, entity: str, facts: str) -> str:
    return hashlib.sha256("\x1f".join((before, str(at), staff, action, entity, facts)).encode()).hexdigest()


class JournalReads(Session):
    """Read the log, the print log and parked forms."""

    def audit_tail(self, limit: int = 200, *, entity: str | None = None) -> list[AuditEntry]:
        """The newest lines of the log (of one entity), newest first."""
        where, params = ("WHERE entity = ?", [entity]) if entity else ("", [])
        return self._lines(where, params, limit)

    def print_log(self, limit: int = 200, *, entity: str | None = None) -> list[AuditEntry]:
        """The newest lines about attempts to print (a paper of one dossier or slip), newest first."""
        where, params = ("AND entity = ?", [entity]) if entity else ("", [])
        return self._lines(f"WHERE {PRINTS} {where}", params, limit)

    def _lines(self, where: str, params: list[Any], limit: int) -> list[AuditEntry]:
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

    def drafts(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Parked forms, newest first: (id, title, content)."""
        return [
            (i, title, json.loads(body)) for i, title, body in self._all("SELECT id, title, content FROM draft ORDER BY at DESC, id DESC")
        ]


class Journal(JournalReads, WriteSession):
    """Write them. Log lines are added, never changed."""

    def audit(self, staff: str, action: str, entity: str, facts: dict[str, Any], *, at: datetime) -> None:
        """Add a line. ``facts`` without personal data (ids, codes of rules, counts)."""
        kept = self.kept()
        if kept.chain is None:
            row = self._one("SELECT chain FROM audit ORDER BY n DESC LIMIT 1")
            kept.chain = row[0] if row else _GENESIS
        text = _FACTS.encode(facts).decode()
        when = int(at.timestamp())
        chain = _link(kept.chain, when, staff, action, entity, text)
        self._run(
            "INSERT INTO audit (at, staff, action, entity, facts, chain) VALUES (?, ?, ?, ?, ?, ?)",
            when,
            staff,
            action,
            entity,
            text,
            chain,
        )
        kept.chain = chain

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
