"""Parked forms: a half-filled reception is kept (also over a lock, a crash or a restart) until it is saved or thrown away."""

from __future__ import annotations

from typing import Any

from counter_app.services.desk import Desk


def park(desk: Desk, draft_id: str, title: str, content: dict[str, Any]) -> None:
    """Keep ``content`` (JSON types) under ``draft_id``; a later call replaces it. Encrypted at rest like everything else."""
    with desk.store.write() as unit:
        unit.save_draft(draft_id, title, content, at=desk.now())


def drafts(desk: Desk) -> list[tuple[str, str, dict[str, Any]]]:
    """Parked forms, newest first: (id, title, content)."""
    with desk.store.read() as reader:
        return reader.drafts()


def drop(desk: Desk, draft_id: str) -> None:
    """Throw a parked form away (it was saved as a dossier, or is no longer wanted)."""
    with desk.store.write() as unit:
        unit.drop_draft(draft_id)
