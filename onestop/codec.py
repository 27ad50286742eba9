"""Entities and ops to JSON bytes and back (msgspec: ~15 µs a dossier, strict types, no code run from data).

The bytes of an op are frozen when it is made: they are what is hashed, stored, sent and sent again.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache
from typing import Annotated, Any, TypeVar, get_type_hints

import msgspec

from onestop.errors import UserError
from onestop.ops import KIND_OF, KINDS, OP_SCHEMA, Op, SignedInBy
from onestop.upconvert import lift
from onestop.vntime import iso


def _enc_hook(value: Any) -> Any:
    raise TypeError(f"not a wire type: {type(value).__name__}")


T = TypeVar("T")

_ENCODER = msgspec.json.Encoder(enc_hook=_enc_hook)
_PAYLOADS = {kind: msgspec.json.Decoder(payload) for kind, payload in KINDS.items()}


class _Envelope(msgspec.Struct, kw_only=True):
    op: str
    dseq: int
    entity: str
    kind: str
    base: int | None = None
    at: datetime
    by: str
    device: int
    data: msgspec.Raw
    schema: int = 1
    hlc: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)] = 0
    skew: float | None = None
    auth: SignedInBy = "online"
    replaces: Annotated[str, msgspec.Meta(max_length=64)] = ""


class _Schema(msgspec.Struct):
    schema: int = 1


_SCHEMA = msgspec.json.Decoder(_Schema)
_ENVELOPE = msgspec.json.Decoder(_Envelope)


@cache
def _decoder(kind: type) -> msgspec.json.Decoder:
    return msgspec.json.Decoder(kind)


def encode(value: Any) -> bytes:
    """Any entity, op payload or plain value as compact JSON; datetimes keep their offset."""
    return _ENCODER.encode(value)


def decode(kind: type[T], raw: bytes | str) -> T:
    """JSON to a dataclass or Struct. Unknown fields are ignored (a newer side may send more). Raises
    ``msgspec.ValidationError`` or ``msgspec.DecodeError``."""
    return _decoder(kind).decode(raw)


def builtins(value: Any) -> Any:
    """The value as JSON types: comparable whether it came over the wire or from memory (datetimes in Vietnamese time)."""
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, str):
        try:
            return iso(datetime.fromisoformat(value)) if len(value) >= 19 and value[4:5] == "-" and "T" in value[:11] else value
        except ValueError:
            return value
    return msgspec.json.decode(encode(value)) if isinstance(value, tuple | list | dict) or hasattr(value, "__dataclass_fields__") else value


def revive_field(kind: type, name: str, value: Any) -> Any:
    """``value`` (JSON types) as the type that field ``name`` of dataclass ``kind`` has."""
    return msgspec.convert(msgspec.to_builtins(value), _hints(kind)[name])


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def encode_op(op: Op) -> bytes:
    """The frozen bytes of an op."""
    return encode(op)


def kind_of(payload: Any) -> str:
    """The wire name of an op's payload."""
    return KIND_OF[type(payload)]


def decode_op(raw: bytes) -> Op:
    """Read an op of any schema so far. Raises UserError ``op-invalid`` (its facts name the place, never a value),
    ``op-kind-unknown``, ``op-schema-newer`` (made by a newer program than this one: nothing is wrong with it)."""
    try:
        env = _envelope(raw)
        if env.kind not in _PAYLOADS:
            raise UserError("op-kind-unknown", "Loại thao tác này không được hỗ trợ.", kind=env.kind[:40])
        data = _PAYLOADS[env.kind].decode(env.data)
    except msgspec.MsgspecError as error:
        where = str(error).rpartition(" - at ")[2][:80] if " - at " in str(error) else "JSON"
        raise UserError("op-invalid", "Nội dung thao tác không đúng định dạng.", where=where) from None
    return Op(op=env.op, dseq=env.dseq, entity=env.entity, kind=env.kind, base=env.base, at=env.at, by=env.by,
              device=env.device, data=data, schema=env.schema, hlc=env.hlc, skew=env.skew, auth=env.auth,
              replaces=env.replaces)


def _envelope(raw: bytes) -> _Envelope:
    """The envelope as today's schema has it. An op of today's schema is read once; only others are looked at twice."""
    try:
        env = _ENVELOPE.decode(raw)
        if env.schema == OP_SCHEMA:
            return env
    except msgspec.ValidationError:
        if _SCHEMA.decode(raw).schema == OP_SCHEMA:
            raise
    schema = _SCHEMA.decode(raw).schema
    if schema > OP_SCHEMA:
        raise UserError("op-schema-newer", "Thao tác do phiên bản phần mềm mới hơn tạo ra.", schema=schema)
    try:
        lifted = lift(msgspec.json.decode(raw), schema)
    except ValueError:
        raise UserError("op-invalid", "Nội dung thao tác không đúng định dạng.", where="$.schema") from None
    return _ENVELOPE.decode(_ENCODER.encode(lifted))


def payload_hash(raw: bytes) -> str:
    """sha256 of an op's frozen bytes: the same ``op_id`` with another hash is an alarm."""
    return hashlib.sha256(raw).hexdigest()
