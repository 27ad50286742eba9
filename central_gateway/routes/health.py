"""Is the service alive and its database reachable."""

from __future__ import annotations

from fastapi import APIRouter, Response
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from central_gateway.errors import Refused
from central_gateway.routes.caller import Ours

router = APIRouter()


@router.get("/healthz", summary="Alive, with its database", response_model=None)
def healthz(gateway: Ours) -> Response:
    """``{"status":"ok"}`` or 503."""
    try:
        with gateway.database.read() as conn:
            conn.execute(text("SELECT 1"))
    except DBAPIError:
        raise Refused(503, "database-unreachable", "Hệ thống trung tâm chưa mở được cơ sở dữ liệu.") from None
    return Response(b'{"status":"ok"}', media_type="application/json")
