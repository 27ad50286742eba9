"""What the gateway holds, as the text that counters print too."""

from __future__ import annotations

from sqlalchemy import Connection, select

from central_gateway.tables import entity
from onestop.export import export_text


def export(conn: Connection, agency_id: str | None) -> str:
    """All dossiers, slips and reviews of ``agency_id`` (None: of all agencies)."""
    def texts(kind: str) -> list[str]:
        where = [entity.c.kind == kind] + ([entity.c.part == agency_id] if agency_id is not None else [])
        return list(conn.scalars(select(entity.c.data).where(*where)))

    return export_text(texts("dossier"), texts("slip"), texts("review"))
