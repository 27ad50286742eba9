"""Vietnamese civil time. Viet Nam has one zone, UTC+7, without daylight saving since 1975; a fixed offset therefore needs
no time-zone database, which bare Windows PCs do not have."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

VN_TZ = timezone(timedelta(hours=7), "+07")


def utc_now() -> datetime:
    """The present as an aware UTC datetime."""
    return datetime.now(UTC)


def to_vn(moment: datetime) -> datetime:
    """``moment`` in Vietnamese time; a naive value is taken as Vietnamese wall time."""
    return moment.replace(tzinfo=VN_TZ) if moment.tzinfo is None else moment.astimezone(VN_TZ)


def parse_moment(text: str) -> datetime:
    """Read ISO 8601; without an offset it is Vietnamese wall time. Raises ValueError (also for a moment outside the years 1–9999)."""
    try:
        return to_vn(datetime.fromisoformat(text))
    except OverflowError:
        raise ValueError("moment out of range") from None


def iso(moment: datetime) -> str:
    """ISO 8601 in Vietnamese time to the second: the one spelling used on the wire, in the store and in exports."""
    return to_vn(moment).isoformat(timespec="seconds")


def vn_date(moment: datetime) -> date:
    """The Vietnamese calendar day of ``moment``."""
    return to_vn(moment).date()
