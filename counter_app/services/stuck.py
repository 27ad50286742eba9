"""Ops that cannot leave this machine (shut out, no network for weeks, broken beyond it) go by a file: signed by this machine, sent
as they are by another one of the same agency. They keep their ids, so an op that arrives on both ways counts once.

The file is readable by its owner only; outside the ops' own bytes it holds no personal data.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from counter_app.services.desk import Changes, Desk
from onestop.errors import EnvironmentFault, UserError
from onestop.wire import AUD_STUCK

FORMAT = "counter-app-stuck-ops"
#: Ops one signature covers at most (``PushRequest.origin``).
MOST = 1000
MAX_FILE = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Exported:
    """How many ops the file holds, and what stayed out: codes and numbers people know of ops whose bytes are damaged on the disk."""

    count: int
    damaged: tuple[str, ...] = ()


class Bundle(msgspec.Struct):
    """Ops of one life of one machine under one signature. ``ops``: the frozen bytes as text."""

    part: str
    device: int
    origin: str
    ops: list[str]


class StuckFile(msgspec.Struct):
    """The whole file."""

    format: str
    version: int
    bundles: list[Bundle]


class _Claims(msgspec.Struct):
    iss: str
    inc: str
    ops: list[str]


class _Op(msgspec.Struct):
    op: str
    device: int


def export_stuck(desk: Desk, target: Path, ops: Sequence[str] = ()) -> Exported:
    """Write the unfinished ops (all, or those named and what must go before them) to ``target``; they stay in this outbox too. What is
    damaged on the disk is named, the rest is written. Raises ``nothing-to-export``, ``ops-damaged`` (nothing else is there),
    ``op-not-there``, ``file-unwritable``, ``not-signed-in``, ``role-missing``."""
    staff = desk.require("review.settle")
    with desk.store.read() as reader:
        rows = reader.exportable(list(ops))
        seed, inc = bytes.fromhex(reader.meta_get("device_key") or ""), reader.incarnation()
        lost = {op for op, _, raw in rows if raw is None}
        damaged = tuple(dict.fromkeys(item.what or item.op for item in reader.outbox(limit=-1) if item.op in lost)) if lost else ()
    if not set(ops) <= {op for op, *_ in rows}:
        raise UserError("op-not-there", "Thao tác này không còn trong hàng chờ.")
    if not rows:
        raise UserError("nothing-to-export", "Không có thao tác nào đang chờ gửi.")
    if len(lost) == len(rows):
        raise UserError("ops-damaged", f"Nội dung của các thao tác đang chờ đã hỏng trên đĩa, không xuất được: {', '.join(damaged)}. "
                        "Hãy nhập lại các thay đổi đó trên hồ sơ.")
    bundles: list[Bundle] = []
    groups: dict[str, list[bytes]] = {}
    for _, part, raw in rows:
        if raw is not None:
            groups.setdefault(part, []).append(raw)
    for part, raws in groups.items():
        for start in range(0, len(raws), MOST):
            some = raws[start:start + MOST]
            bundles.append(Bundle(part, desk.device, _sign(desk.device, inc, some, seed), [raw.decode() for raw in some]))
    _write(target, msgspec.json.encode(StuckFile(FORMAT, 1, bundles)))
    with desk.store.write() as unit:
        unit.audit(staff.id, "ops-exported", "", {"count": len(rows) - len(lost), "damaged": len(lost)}, at=desk.now())
    return Exported(len(rows) - len(lost), damaged)


def import_stuck(desk: Desk, source: Path) -> tuple[int, int]:
    """Take in such a file of another machine of this agency; the sync sends what it holds. Returns (new here, in the file). Raises
    ``stuck-file-invalid`` (nothing is taken), ``stuck-other-agency``, ``not-signed-in``, ``role-missing``."""
    staff = desk.require("review.settle")
    bundles = [(bundle, _checked(bundle)) for bundle in _read(source).bundles]
    if any(bundle.part != desk.agency for bundle, _ in bundles):
        raise UserError("stuck-other-agency", "Tệp này của đơn vị khác. Hãy nhập trên một máy của đơn vị đó.")
    new = total = 0
    with desk.store.write() as unit:
        for bundle, ops in bundles:
            total += len(ops)
            new += unit.carry(bundle.part, bundle.device, bundle.origin, ops, desk.now())
        unit.audit(staff.id, "ops-imported", "", {"new": new, "total": total}, at=desk.now())
    desk.changed(Changes())
    return new, total


def _sign(device: int, inc: str, raws: list[bytes], seed: bytes) -> str:
    import jwt
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    claims = {"iss": str(device), "sub": str(device), "aud": AUD_STUCK, "iat": int(time.time()), "inc": inc,
              "ops": [hashlib.sha256(raw).hexdigest() for raw in raws]}
    return jwt.encode(claims, Ed25519PrivateKey.from_private_bytes(seed), "EdDSA")


def _checked(bundle: Bundle) -> list[tuple[str, bytes]]:
    """The ops, each covered by the signature's claims. Whether the signature is that machine's, the gateway judges: it alone knows
    the keys."""
    import jwt

    try:
        claims = msgspec.convert(jwt.decode(bundle.origin, options={"verify_signature": False}), _Claims)
        found = []
        for text in bundle.ops:
            raw = text.encode()
            op = msgspec.json.decode(raw, type=_Op)
            if hashlib.sha256(raw).hexdigest() not in claims.ops or claims.iss != str(bundle.device) or op.device != bundle.device:
                raise _invalid()
            found.append((op.op, raw))
        return found
    except (jwt.InvalidTokenError, msgspec.MsgspecError):
        raise _invalid() from None


def _read(source: Path) -> StuckFile:
    try:
        if source.stat().st_size > MAX_FILE:
            raise _invalid()
        found = msgspec.json.decode(source.read_bytes(), type=StuckFile)
    except OSError:
        raise UserError("file-unreadable", f"Không đọc được tệp {source.name}.") from None
    except msgspec.MsgspecError:
        raise _invalid() from None
    if found.format != FORMAT or found.version != 1:
        raise _invalid()
    return found


def _write(target: Path, body: bytes) -> None:
    part = target.with_name(target.name + ".part")
    try:
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    except OSError:
        raise EnvironmentFault("file-unwritable", f"Không ghi được tệp {target.name}. Hãy chọn nơi khác hoặc dọn bớt đĩa.") from None


def _invalid() -> UserError:
    return UserError("stuck-file-invalid", "Tệp không phải tệp thao tác do máy khác xuất ra, hoặc đã bị sửa. Không có gì được nhập.")
