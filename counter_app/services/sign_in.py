"""Staff sign-in: the gateway's accounts, usable offline for a limited time.

Rules (Trà Vinh 2023 regulation, article 7): five wrong passwords in a row lock, a year without sign-in locks, who left duty
is locked; all three hold offline too. There is no feature that creates citizen accounts (VNeID is the only one).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from counter_app.services.desk import Desk
from onestop.errors import EnvironmentFault, UserError
from onestop.wire import MOST_OFFLINE_DAYS, SignInReply, SignInReport, StaffRow

if TYPE_CHECKING:
    from counter_app.sync.central import Central

MAX_WRONG = 5
DORMANT = timedelta(days=365)
#: What the centre says of an account that is locked, in words.
_WHY = {"admin": "quản trị đã khóa", "wrong-passwords": "nhập sai mật khẩu nhiều lần", "idle-year": "hơn 1 năm không đăng nhập"}
#: Refusals of this machine, not of the person: judged here, as without a network, so that what lies in the queue can be taken out.
_OF_THE_MACHINE = ("device-fenced", "upgrade-required", "incarnation-forked")
_LOCKED = "Tài khoản đã bị khóa vì nhập sai mật khẩu 5 lần liên tiếp. Hãy nhờ quản trị mở khóa tại trung tâm."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in, and whether the centre said so (``online``) or this PC remembered."""

    staff: StaffRow
    online: bool


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(memory_cost=64 * 1024, time_cost=3, parallelism=1)


def sign_in(desk: Desk, username: str, password: str, central: Central | None) -> SignedIn:
    """Sign in at this desk: asked at the centre when it answers, else (also where the centre shuts out this machine or its program is
    too old) judged from what this PC remembers.

    Raises UserError ``sign-in-refused`` (says how many tries are left), ``account-locked``,
    ``offline-sign-in-unknown`` (never signed in on this PC), ``offline-sign-in-expired``, ``too-many-wrong`` (the centre slows
    who guesses; nothing was judged).
    """
    name = username.strip().lower()
    if not name or not password:
        raise UserError("sign-in-empty", "Nhập tên đăng nhập và mật khẩu.")
    if central is not None:
        try:
            reply = central.sign_in(name, password)
        except EnvironmentFault:
            return _offline(desk, name, password)
        except UserError as error:
            if error.code in _OF_THE_MACHINE:
                try:
                    return _offline(desk, name, password)
                except UserError as here:  # "no network, connect it" would be untrue: what the centre says of this machine is the reason
                    raise error if here.code in ("offline-sign-in-unknown", "offline-sign-in-expired") else here from None
            if error.code in ("sign-in-refused", "account-locked"):
                _count_wrong(desk, name, locked=error.code == "account-locked", offline=False)
            raise
        _remember(desk, name, password, reply)
        desk.staff, desk.store.signed_in_by = reply.staff, "online"
        return SignedIn(reply.staff, online=True)
    return _offline(desk, name, password)


def sign_out(desk: Desk) -> None:
    """Nobody is signed in; half-filled forms are parked by their page, not lost."""
    desk.staff = None


def follow_centre(desk: Desk) -> str:
    """The centre's list of accounts changed: who is signed in goes on with the rights it gives now. Returns a sentence where the person
    may not work any more (locked by an administrator, or gone from the list); the caller then signs them out. An account locked by
    wrong passwords stays at work: anybody could lock a colleague out of a desk that way."""
    staff = desk.staff
    if staff is None:
        return ""
    with desk.store.read() as reader:
        known = reader.staff_by_username(staff.username)
    if known is not None and known.row.locked != "admin":
        desk.staff = known.row
        return ""
    with desk.store.write() as unit:
        unit.audit(staff.id, "sign-in-revoked", "", {}, at=desk.now())
    return "Trung tâm vừa khóa tài khoản này nên phiên làm việc đã kết thúc. Việc đã lưu còn nguyên; nội dung đang nhập được giữ lại."


def _why(row: StaffRow) -> str:
    return _WHY.get(row.locked, row.locked)


def _refuse_if_locked(desk: Desk, name: str) -> None:
    with desk.store.read() as reader:
        known = reader.staff_by_username(name)
    if known is None:
        return
    if known.locked_local:
        raise UserError("account-locked", _LOCKED)
    if known.row.locked:
        raise UserError("account-locked", f"Tài khoản đã bị khóa ({_why(known.row)}). Hãy nhờ quản trị mở khóa.")


def _offline(desk: Desk, name: str, password: str) -> SignedIn:
    _refuse_if_locked(desk, name)
    with desk.store.read() as reader:
        known = reader.staff_by_username(name)
    if known is None or not known.password_hash or known.verified_at is None:
        raise UserError("offline-sign-in-unknown",
                        "Đang mất mạng và tài khoản này chưa từng đăng nhập trên máy này. Hãy thử lại khi có mạng.")
    now = desk.now()
    days = min(desk.settings.offline_sign_in_days, MOST_OFFLINE_DAYS)
    if known.verified_at + timedelta(days=days) < now:
        raise UserError("offline-sign-in-expired", f"Đã quá {days} ngày chưa đăng nhập qua mạng. "
                        "Hãy nối mạng rồi đăng nhập; hồ sơ đã nhập vẫn còn nguyên.")
    last = max((m for m in (known.last_sign_in, known.row.last_sign_in) if m is not None), default=None)
    if last is not None and last + DORMANT < now:
        raise UserError("account-locked", "Tài khoản bị khóa vì hơn 1 năm không đăng nhập. Hãy nhờ quản trị mở khóa.")
    try:
        _hasher().verify(known.password_hash, password + desk_pepper(desk))
    except (VerifyMismatchError, InvalidHashError):
        left = MAX_WRONG - _count_wrong(desk, name)
        if left <= 0:
            raise UserError("account-locked", _LOCKED) from None
        raise UserError("sign-in-refused", f"Sai mật khẩu. Còn {left} lần thử trước khi bị khóa.", left=left) from None
    with desk.store.write() as unit:
        unit.staff_signed_in(name, now)
        unit.add_sign_in_report(SignInReport(username=name, at=now, ok=True))
        unit.audit(name, "sign-in-offline", "", {}, at=now)
    desk.staff, desk.store.signed_in_by = known.row, "offline"
    return SignedIn(known.row, online=False)


def _count_wrong(desk: Desk, name: str, *, locked: bool = False, offline: bool = True) -> int:
    """One more wrong password; kept in the store, so a restart does not reset it, and told to the centre when it happened
    offline. Returns the count."""
    now = desk.now()
    with desk.store.write() as unit:
        failed = unit.staff_failed(name)
        if locked or failed >= MAX_WRONG:
            unit.staff_lock(name, "wrong-passwords")
        if offline:
            unit.add_sign_in_report(SignInReport(username=name, at=now, ok=False, failed_in_row=failed))
        unit.audit(name, "sign-in-failed", "", {"failed_in_row": failed}, at=now)
    return failed


def _remember(desk: Desk, name: str, password: str, reply: SignInReply) -> None:
    hashed = _hasher().hash(password + desk_pepper(desk))
    with desk.store.write() as unit:
        unit.save_staff_row(reply.staff)
        unit.staff_verified(name, hashed, desk.now())
        unit.audit(name, "sign-in", "", {}, at=desk.now())


def desk_pepper(desk: Desk) -> str:
    """A secret of this PC added to every remembered password, so that hashes are useless on another machine."""
    with desk.store.read() as reader:
        return reader.meta_get("pepper") or ""

