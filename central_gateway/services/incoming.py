"""An op as it came in: its bytes, what could be read of them, and why it can never be valid."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from central_gateway.errors import Refused
from onestop.codec import decode_op, payload_hash
from onestop.errors import UserError
from onestop.ops import AssignCode, Create, CreateSlip, Op
from onestop.wire import MAX_BATCH_OPS, PushRequest

_OP_ID = re.compile(r"[0-9A-Za-z-]{8,60}")
_ENTITY_ID = re.compile(r"[0-9A-Za-z._:-]{1,64}")
_PRINTED = re.compile(r"[!-~]{1,64}")
_DSEQ_MOST = 2**63 - 1


class _Head(msgspec.Struct):
    op: str
    entity: str = ""
    kind: str = ""


class _OnlyId(msgspec.Struct):
    op: str
    entity: ClassVar[str] = ""
    kind: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """``op`` is None where the bytes could not be read as one; ``refusal`` is then (code, message)."""

    raw: bytes
    op_id: str
    entity: str
    kind: str
    dseq: int
    digest: str
    op: Op | None
    refusal: tuple[str, str] | None = None

    def as_json(self) -> dict[str, Any]:
        """The whole op for a review item."""
        try:
            value = msgspec.json.decode(self.raw)
        except (msgspec.MsgspecError, UnicodeError):
            return {"op": self.op_id, "raw": self.raw.decode("utf-8", "replace")}
        return value if isinstance(value, dict) else {"raw": value}


def read(request: PushRequest, device: int) -> list[Incoming]:
    """All ops of a push. Raises Refused 413 ``batch-too-large``, 422 ``op-id-invalid`` (an op that cannot be answered by its
    id) or ``op-repeated``; anything else wrong with an op is that op's own refusal."""
    if len(request.ops) > MAX_BATCH_OPS:
        raise Refused(413, "batch-too-large", "Gói dữ liệu có quá nhiều thao tác, máy sẽ tự chia nhỏ và gửi lại.")
    found = [_read_one(bytes(raw), number, device) for number, raw in enumerate(request.ops)]
    if len({work.op_id for work in found}) != len(found):
        raise Refused(422, "op-repeated", "Một thao tác xuất hiện hai lần trong cùng gói dữ liệu.")
    return found


def _read_one(raw: bytes, number: int, device: int) -> Incoming:
    op, refusal = None, None
    try:
        op = decode_op(raw)
        head: Any = op
    except UserError as error:
        refusal = error.code, error.message
        head = _head(raw, number)
    if not _OP_ID.fullmatch(head.op):
        raise _no_id(number)
    if op is not None:
        refusal = _refusal(op, device)
    entity = head.entity if _ENTITY_ID.fullmatch(head.entity) else ""
    proves = op is not None and op.device == device and 0 <= op.dseq <= _DSEQ_MOST
    dseq = op.dseq if proves else 0  # what nobody can read or another machine made says nothing about this incarnation
    return Incoming(raw, head.op, entity, head.kind[:40], dseq, payload_hash(raw), op, refusal)


def _head(raw: bytes, number: int) -> Any:
    try:
        return msgspec.json.decode(raw, type=_Head)
    except (msgspec.MsgspecError, UnicodeError):
        try:
            return msgspec.json.decode(raw, type=_OnlyId)
        except (msgspec.MsgspecError, UnicodeError):
            raise _no_id(number) from None


def _no_id(number: int) -> Refused:
    return Refused(422, "op-id-invalid", "Có thao tác không đọc được số nhận dạng.", ops=[{"index": number, "code": "op-id-invalid"}])


def _refusal(op: Op, device: int) -> tuple[str, str] | None:
    if not _ENTITY_ID.fullmatch(op.entity):
        return "entity-id-invalid", "Định danh hồ sơ hoặc phiếu không hợp lệ."
    if op.device != device:
        return "device-mismatch", "Thao tác được lập trên máy khác."
    if op.at.tzinfo is None:
        return "op-invalid", "Nội dung thao tác không đúng định dạng."
    if not all(_PRINTED.fullmatch(text) for text in _printed(op)):
        return "code-invalid", "Mã hồ sơ, mã tạm hoặc số phiếu có ký tự không in được."
    return None


def _printed(op: Op) -> list[str]:
    data = op.data
    if isinstance(data, Create):
        return [text for text in (data.dossier.code, data.dossier.provisional_code) if text is not None]
    if isinstance(data, CreateSlip):
        return [data.slip.number]
    return [text for text in (data.code, data.provisional_code) if text is not None] if isinstance(data, AssignCode) else []
