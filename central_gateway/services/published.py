"""Bring a published catalogue (a folder of JSON files) into the gateway."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select, update

from central_gateway.services import catalogue, heads
from central_gateway.tables import agency
from onestop.calendar import WorkCalendar
from onestop.codes import CodeBook
from onestop.errors import EnvironmentFault, UserError
from onestop.wire import MOST_OFFLINE_DAYS, AgencySettings

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
CALENDAR = RESOURCES / "calendar" / "vn-2026-2027.json"
CODES = RESOURCES / "codes" / "patterns.json"


def import_folder(conn: Connection, folder: Path) -> dict[str, int]:
    """Import ``agencies.json``, ``fields.json``, ``procedures.json``, ``settings.json`` and, where the folder has them,
    ``calendar.json`` and ``codes.json`` (else the ones that come with the program). Returns how many documents are new by kind.

    Documents are immutable: the same folder again changes nothing. Counters that lend a desk (``is_counter``) become
    partitions. Raises UserError ``catalogue-invalid`` / ``catalogue-version-changed``, EnvironmentFault ``catalogue-unreadable``.
    """
    agencies, fields, procedures = (_list(folder / f"{name}.json") for name in ("agencies", "fields", "procedures"))
    settings = _load(folder / "settings.json")
    calendar = _load(folder / "calendar.json" if (folder / "calendar.json").exists() else CALENDAR)
    codes = _load(folder / "codes.json" if (folder / "codes.json").exists() else CODES)
    WorkCalendar.from_json(calendar)
    CodeBook.from_json(codes)
    new = dict.fromkeys(("agency", "field", "procedure", "calendar", "codes"), 0)
    try:
        for unit in agencies:
            new["agency"] += catalogue.put(conn, "agency", _text(unit["id"]), unit)
            if unit.get("is_counter"):
                _open_counter(conn, unit, settings)
        for sector in fields:
            new["field"] += catalogue.put(conn, "field", _text(sector["id"]), sector)
        for procedure in procedures:
            new["procedure"] += catalogue.put(conn, "procedure", _text(procedure["code"]), procedure, v=int(procedure["version"]))
        new["calendar"] += catalogue.put(conn, "calendar", "vn", calendar)
        new["codes"] += catalogue.put(conn, "codes", "patterns", codes)
    except (KeyError, TypeError, ValueError, AttributeError, msgspec.ValidationError) as error:
        raise _invalid(folder.name, type(error).__name__) from None
    return new


def _open_counter(conn: Connection, unit: dict[str, Any], settings: Any) -> None:
    facts = {**settings.get("default", {}), **({"numbering": unit["numbering"]} if unit.get("numbering") else {}),
             **settings.get("agencies", {}).get(unit["id"], {})}
    decided = msgspec.convert(facts, AgencySettings)
    if not 1 <= decided.offline_sign_in_days <= MOST_OFFLINE_DAYS:
        raise ValueError("offline_sign_in_days")
    text = msgspec.json.encode(decided).decode()
    values = {"name": unit["name"], "settings": text}
    if conn.execute(select(agency.c.id).where(agency.c.id == unit["id"])).first():
        conn.execute(update(agency).where(agency.c.id == unit["id"]).values(**values))
    else:
        conn.execute(insert(agency).values(id=unit["id"], **values))
    heads.open_part(conn, unit["id"])


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        message = f"Không mở được tệp {path.name} của danh mục."
        raise EnvironmentFault("catalogue-unreadable", message, reason=type(error).__name__) from None
    except (ValueError, RecursionError):
        raise _invalid(path.name, "JSON") from None


def _list(path: Path) -> list[Any]:
    value = _load(path)
    if not isinstance(value, list):
        raise _invalid(path.name, "list")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value or len(value) > 64:
        raise ValueError("not an id")
    return value


def _invalid(where: str, why: str) -> UserError:
    return UserError("catalogue-invalid", f"Danh mục không dùng được – {where}: không đúng định dạng. Danh mục cũ được giữ nguyên.",
                     where=where, reason=why)
