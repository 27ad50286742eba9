"""Staff accounts: sign-in with lock-outs, reports from counters that were offline, the list each counter keeps."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update

from central_gateway.db import Database
from central_gateway.errors import Refused
from central_gateway.security import Passwords
from central_gateway.settings import Settings
from central_gateway.tables import agency, sign_in_seen, staff
from onestop.errors import UserError
from onestop.ids import uuid7_hex
from onestop.rights import ROLES
from onestop.vntime import iso, utc_now
from onestop.wire import SignInReply, SignInReport, SignInRequest, StaffRow

WRONG_PASSWORDS, IDLE_YEAR, ADMIN = "wrong-passwords", "idle-year", "admin"
MIN_PASSWORD = 8


def sign_in(database: Database, agency_id: str, request: SignInRequest, passwords: Passwords, settings: Settings) -> SignInReply:
    """Check a password. The slow hash runs outside any transaction; the count of wrong ones is then kept in one statement, so
    that guesses at the same time all count. Raises Refused 401 ``sign-in-wrong`` (unknown name or wrong password; ``left`` tries for
    a known one), 403 ``account-locked`` or ``staff-other-agency`` (whatever the password: a counter can neither try nor lock accounts
    that do not work there)."""
    username = _username(request.username)
    with database.write() as conn:
        lock_idle(conn, settings)
        row = conn.execute(select(staff).where(staff.c.username == username)).first() if username else None
    if row is not None and row.agency != agency_id:
        raise _elsewhere()
    if row is not None and row.locked:
        raise _locked()
    right = len(request.password) <= 1024 and passwords.verify(row.pw_hash if row else None, request.password)
    now = utc_now()
    with database.write() as conn:
        if not right:
            raise_after = _wrong(None if row is None else _count_wrong(conn, row.id, now, settings))
        else:
            raise_after = _signed_in(conn, row.id, agency_id, now)
        fresh = conn.execute(select(staff).where(staff.c.id == row.id)).first() if row else None
    if raise_after is not None:
        raise raise_after
    return SignInReply(staff=_row(fresh), server_time=now)


def _signed_in(conn: Connection, staff_id: str, agency_id: str, now: datetime) -> Refused | None:
    row = conn.execute(select(staff).where(staff.c.id == staff_id).with_for_update()).one()
    if row.locked:
        return _locked()
    if row.agency != agency_id:
        return _elsewhere()
    conn.execute(update(staff).where(staff.c.id == staff_id).values(failed_in_row=0, last_sign_in=iso(now)))
    return None


def _wrong(left: int | None) -> Refused:
    """How many tries are left is told as the counter tells it offline. That a name exists is no secret at an enrolled counter: it
    holds the agency's list, and the fifth wrong password would tell it anyway."""
    if left is None:
        return Refused(401, "sign-in-wrong", "Tên đăng nhập hoặc mật khẩu không đúng.")
    if not left:
        return _locked()
    return Refused(401, "sign-in-wrong", f"Tên đăng nhập hoặc mật khẩu không đúng. Còn {left} lần thử trước khi bị khóa.", left=left)


def _count_wrong(conn: Connection, staff_id: str, now: datetime, settings: Settings) -> int:
    """One more wrong password; returns the tries left, 0 when the account is locked now."""
    failed = conn.execute(update(staff).where(staff.c.id == staff_id).values(failed_in_row=staff.c.failed_in_row + 1)
                          .returning(staff.c.failed_in_row)).scalar_one()
    if failed >= settings.failed_sign_ins:
        _lock(conn, staff_id, WRONG_PASSWORDS, now)
    return max(0, settings.failed_sign_ins - failed)


def _lock(conn: Connection, staff_id: str, why: str, now: datetime) -> None:
    conn.execute(update(staff).where(staff.c.id == staff_id, staff.c.locked == "")
                 .values(locked=why, locked_at=iso(now), version=staff.c.version + 1))


def lock_idle(conn: Connection, settings: Settings) -> None:
    """Lock accounts nobody signed in with for a year (counted from their making when never)."""
    now = utc_now()
    limit = iso(now - timedelta(days=settings.idle_days))
    conn.execute(update(staff).where(staff.c.locked == "", func.coalesce(staff.c.last_sign_in, staff.c.created_at) < limit)
                 .values(locked=IDLE_YEAR, locked_at=iso(now), version=staff.c.version + 1))


def report(conn: Connection, agency_id: str, device: int, reports: list[SignInReport], settings: Settings) -> None:
    """Count sign-ins a counter judged while offline, oldest first; one sent twice counts once; names unknown here are left. Raises
    Refused 422 ``body-invalid``."""
    now = utc_now()
    if any(not 2000 <= item.at.year <= 2999 for item in reports):  # beyond what a date can be carried over to another zone
        raise Refused(422, "body-invalid", "Nội dung gửi lên không đúng định dạng (tại $[...].at).")
    for item in sorted(reports, key=lambda item: item.at):
        username = _username(item.username)
        row = conn.execute(select(staff).where(staff.c.username == username, staff.c.agency == agency_id)
                           .with_for_update()).first() if username else None
        if row is None:
            continue
        seen = {"device": device, "username": username, "at": iso(item.at)[:40] + f".{item.at.microsecond:06d}"}
        if conn.execute(select(sign_in_seen).filter_by(**seen)).first() is not None:
            continue
        conn.execute(insert(sign_in_seen).values(**seen))
        if not item.ok:
            left = _count_wrong(conn, row.id, now, settings)
            if left and item.failed_in_row >= settings.failed_sign_ins:
                _lock(conn, row.id, WRONG_PASSWORDS, now)
        elif not row.locked:
            at = iso(min(item.at, now))
            conn.execute(update(staff).where(staff.c.id == row.id).values(failed_in_row=0))
            conn.execute(update(staff).where(staff.c.id == row.id, or_(staff.c.last_sign_in.is_(None), staff.c.last_sign_in < at))
                         .values(last_sign_in=at))


def listing(conn: Connection, agency_id: str | None, settings: Settings) -> list[StaffRow]:
    """Accounts of an agency (None: all), without anything secret."""
    lock_idle(conn, settings)
    where = [staff.c.agency == agency_id] if agency_id is not None else []
    return [_row(row) for row in conn.execute(select(staff).where(*where).order_by(staff.c.id))]


def etag(rows: list[StaffRow]) -> str:
    """Changes whenever the list does."""
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:32]


def add(
    conn: Connection, *, username: str, name: str, agency_id: str, roles: list[str], password: str, passwords: Passwords,
    title: str = "", staff_id: str | None = None,
) -> StaffRow:
    """A new account. Raises UserError ``username-invalid``, ``username-taken``, ``role-unknown``, ``agency-unknown``,
    ``password-too-short``."""
    account = _username(username)
    if not account:
        raise UserError("username-invalid", "Tên đăng nhập chỉ gồm chữ không dấu, số, dấu chấm, gạch nối; tối đa 64 ký tự.")
    if not roles or any(role not in ROLES for role in roles):
        raise UserError("role-unknown", f"Vai trò phải là một trong: {', '.join(ROLES)}.")
    if len(password) < MIN_PASSWORD:
        raise UserError("password-too-short", f"Mật khẩu phải có ít nhất {MIN_PASSWORD} ký tự.")
    if conn.execute(select(agency.c.id).where(agency.c.id == agency_id)).first() is None:
        raise UserError("agency-unknown", "Không có đơn vị này trong danh mục. Hãy nạp danh mục hoặc kiểm tra lại mã đơn vị.")
    identity = staff_id or uuid7_hex()
    if conn.execute(select(staff.c.id).where((staff.c.username == account) | (staff.c.id == identity))).first() is not None:
        raise UserError("username-taken", "Tên đăng nhập này đã có người dùng.")
    conn.execute(insert(staff).values(
        id=identity, username=account, name=" ".join(name.split()), title=title, agency=agency_id, roles=json.dumps(roles),
        pw_hash=passwords.hash(password), created_at=iso(utc_now()),
    ))
    return _row(conn.execute(select(staff).where(staff.c.id == identity)).one())


def set_lock(conn: Connection, username: str, *, locked: bool) -> StaffRow:
    """An administrator locks or unlocks an account. Raises UserError ``staff-unknown``."""
    account = _username(username)
    row = conn.execute(select(staff).where(staff.c.username == account)).first()
    if row is None:
        raise UserError("staff-unknown", "Không có tài khoản này.")
    now = utc_now()
    if locked:
        _lock(conn, row.id, ADMIN, now)
    else:
        conn.execute(update(staff).where(staff.c.id == row.id).values(
            locked="", locked_at=None, failed_in_row=0, last_sign_in=iso(now) if row.locked == IDLE_YEAR else row.last_sign_in,
            version=staff.c.version + 1))
    return _row(conn.execute(select(staff).where(staff.c.id == row.id)).one())


def _elsewhere() -> Refused:
    return Refused(403, "staff-other-agency", "Tài khoản này thuộc đơn vị khác, không dùng được tại máy này.")


def _locked() -> Refused:
    return Refused(403, "account-locked", "Tài khoản đang bị khóa. Hãy liên hệ quản trị viên của đơn vị để mở khóa.")


def _username(text: str) -> str:
    """The one spelling of an account name; empty when it cannot be one."""
    name = text.strip().lower()
    plain = name.replace(".", "").replace("-", "").replace("_", "")
    return name if name.isascii() and plain.isalnum() and len(name) <= 64 else ""


def _row(row: Any) -> StaffRow:
    return StaffRow(
        id=row.id, username=row.username, name=row.name, title=row.title, agency=row.agency, roles=json.loads(row.roles),
        locked=row.locked, last_sign_in=datetime.fromisoformat(row.last_sign_in) if row.last_sign_in else None, version=row.version,
    )
