"""A counter as the gateway sees it: keys, headers, ops. Checks every reply by the ack rule."""

from __future__ import annotations

import base64
import time
import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import jwt
import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from onestop.codec import encode_op, kind_of
from onestop.feed import GENESIS, Position, next_chain
from onestop.ids import uuid7_hex
from onestop.model import Dossier, Party
from onestop.ops import Create, Op, Transition
from onestop.vntime import VN_TZ
from onestop.wire import (
    AUD_ASSERTION,
    MEDIA_TYPE,
    PROBLEM_TYPE,
    EnrolReply,
    FeedItem,
    LeaseReply,
    NumberReply,
    OpResult,
    Problem,
    PullReply,
    PushReply,
    TokenReply,
    content_digest,
)
from tests.gateway import province

T = TypeVar("T")
RECEIVED = datetime(2026, 11, 20, 9, 0, tzinfo=VN_TZ)
DUE = datetime(2026, 11, 26, 17, 0, tzinfo=VN_TZ)  # 3 working days; 24/11 is a day off


class Counter:
    """One enrolled device over ``http`` (an httpx client)."""

    def __init__(self, http: Any) -> None:
        self.http = http
        self.key = Ed25519PrivateKey.generate()
        self.inc = uuid.uuid4().hex
        self.token = ""
        self.device = 0
        self.part = ""
        self.epoch = 1
        self.position: Position | None = None
        self.dseq = 0
        self.reply: EnrolReply | None = None

    # identity

    @property
    def public_key(self) -> str:
        raw = self.key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return base64.b64encode(raw).decode()

    def enrol(self, code: str) -> EnrolReply:
        body = {"code": code, "device_name": "Quầy 1", "public_key": self.public_key, "incarnation": self.inc}
        self.reply = self.ok(self.call("POST", "/v1/enrol", body), EnrolReply)
        self.device, self.part, self.epoch = self.reply.device, self.reply.agency, self.reply.epoch
        self.sign_on()
        return self.reply

    def assertion(self, **claims: Any) -> str:
        now = int(time.time())
        facts = {"iss": str(self.device), "sub": str(self.device), "aud": AUD_ASSERTION, "iat": now, "exp": now + 60, "inc": self.inc}
        return jwt.encode(facts | claims, self.key, "EdDSA")

    def sign_on(self) -> None:
        body = {"assertion": self.assertion(), "ticket": self.reply.ticket if self.reply else ""}
        self.token = self.ok(self.call("POST", "/v1/token", body), TokenReply).access

    # requests

    def headers(self) -> dict[str, str]:
        found = {"Request-Id": uuid7_hex()}
        if self.token:
            found |= {"Authorization": f"Bearer {self.token}", "X-Device": str(self.device), "X-Incarnation": self.inc,
                      "Sync-Epoch": str(self.epoch)}
        if self.position:
            found["Sync-Position"] = str(self.position)
        return found

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, **options: Any) -> Any:
        sent = self.headers() | (headers or {})
        raw = None
        if body is not None:
            raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
            sent = {"Content-Type": MEDIA_TYPE, "Content-Digest": content_digest(raw)} | sent
        reply = self.http.request(method, path, content=raw, headers=sent, **options)
        assert reply.headers["Request-Id"] == sent["Request-Id"]
        assert reply.headers["Date"]
        assert "Content-Digest" in reply.headers
        return reply

    @staticmethod
    def ok(reply: Any, kind: type[T]) -> T:
        assert reply.status_code == 200, reply.text
        assert reply.headers["Content-Type"] == MEDIA_TYPE
        return msgspec.json.decode(reply.content, type=kind)

    # the protocol

    def push_raw(self, ops: list[bytes]) -> Any:
        body = {"batch": uuid7_hex(), "device": self.device, "inc": self.inc, "part": self.part, "ops": [msgspec.Raw(op) for op in ops]}
        return self.call("POST", "/v1/push", body)

    def push(self, *ops: Op | bytes) -> list[OpResult]:
        raw = [op if isinstance(op, bytes) else encode_op(op) for op in ops]
        reply = self.ok(self.push_raw(raw), PushReply)
        part, _, rest = reply.pos.partition("=")
        seq, _, chain = rest.partition(":")
        self.position = Position(part, int(seq), chain)
        if ops and all(isinstance(op, Op) for op in ops):
            assert [result.op for result in reply.results] == [op.op for op in ops]
        return reply.results

    def push_one(self, op: Op) -> OpResult:
        (result,) = self.push(op)
        return result

    def pull(self, limit: int = 500) -> list[FeedItem]:
        """The whole feed from its start, every chain value computed again."""
        items: list[FeedItem] = []
        after, chain = "", GENESIS
        while True:
            page = self.ok(self.call("GET", "/v1/pull", params={"part": self.part, "after": after, "limit": limit}), PullReply)
            for item in page.items:
                assert item.seq == len(items) + 1
                chain = next_chain(chain, item.op, item.v)
                assert item.chain == chain
                items.append(item)
            after = page.next
            if not page.more:
                assert page.head == len(items)
                return items

    def number(self, day: str, op: str | None = None, entity: str = "0" * 32) -> NumberReply:
        body = {"op": op or uuid7_hex(), "entity": entity, "date": day}
        return self.ok(self.call("POST", "/v1/numbers", body), NumberReply)

    def leases(self, count: int = 2, held: list[str] | None = None, op: str | None = None) -> LeaseReply:
        return self.ok(self.call("POST", "/v1/leases", {"op": op or uuid7_hex(), "count": count, "held": held or []}), LeaseReply)

    # ops

    def op(self, entity: str, data: Any, base: int | None = None, by: str = "lan", **facts: Any) -> Op:
        self.dseq += 1
        values = {"op": uuid7_hex(), "dseq": self.dseq, "entity": entity, "kind": kind_of(data), "base": base,
                  "at": RECEIVED, "by": by, "device": self.device, "data": data}
        return Op(**values | facts)

    def dossier(self, **facts: Any) -> Dossier:
        values: dict[str, Any] = {
            "id": uuid7_hex(), "agency": self.part, "code": None, "competent_agency": self.part, "procedure_code": "1.004873",
            "procedure_version": 2, "procedure_name": "Cấp giấy xác nhận",
            "owner": Party(name="Nguyễn Văn An", id_no=f"001099{self.device:06d}"),
            "received_at": RECEIVED, "received_by": "lan", "due_at": DUE, "limit_value": 3, "limit_unit": "workday",
        }
        return Dossier(**values | facts)

    def create(self, dossier: Dossier | None = None, by: str = "lan", **facts: Any) -> Op:
        dossier = dossier or self.dossier()
        if dossier.code is None and dossier.provisional_code is None:
            dossier = replace(dossier, code=f"{self.part}-261120-{self.device * 10_000 + self.dseq:07d}")
        return self.op(dossier.id, Create(dossier=dossier), by=by, **facts)

    def hand_over(self, op: Op, base: int = 1) -> Op:
        return self.op(op.entity, Transition(action="handover", from_status=2, to_status=4), base=base)


def problem(reply: Any, status: int, code: str) -> Problem:
    """The reply is this refusal, as a proper problem document."""
    assert (reply.status_code, reply.headers["Content-Type"]) == (status, PROBLEM_TYPE), reply.text
    found = msgspec.json.decode(reply.content, type=Problem)
    assert (found.code, found.status, found.type) == (code, status, f"urn:motcua:problem:{code}")
    assert found.detail
    assert "Traceback" not in reply.text
    return found


__all__ = ["DUE", "RECEIVED", "Counter", "problem", "province"]
