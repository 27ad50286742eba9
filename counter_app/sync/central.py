"""Calls a person waits for: short deadlines, plain answers. The window runs them in its background pool."""

from __future__ import annotations

import base64
import math
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from counter_app.sync.blobs import fetch
from counter_app.sync.client import GatewayClient, Identity
from counter_app.sync.errors import Busy, Refused
from onestop.errors import UserError
from onestop.ids import uuid7_hex
from onestop.wire import (
    EnrolReply,
    EnrolRequest,
    LookupReply,
    LookupRequest,
    NumberReply,
    NumberRequest,
    SignInReply,
    SignInRequest,
)

#: What the gateway says of a password, in the counter's words.
_VERDICTS = {"sign-in-wrong": "sign-in-refused", "account-locked": "account-locked"}


class Central:
    """The centre as one counter asks it. Every method raises EnvironmentFault ``central-unreachable`` (NotReached) when there
    is no usable answer within its deadline."""

    def __init__(self, client: GatewayClient) -> None:
        self._client = client

    def sign_in(self, username: str, password: str) -> SignInReply:
        """The centre's verdict on a staff password. Raises UserError ``sign-in-refused``, ``account-locked`` or ``too-many-wrong`` (the
        centre judges the next try in ``seconds``); Refused with the gateway's own code where it is not the password that is wrong
        (another agency's account, a fenced device…)."""
        try:
            return self._client.call("POST", "/v1/staff/sign-in", SignInReply, body=SignInRequest(username=username, password=password),
                                     deadline=5.0)
        except Busy as busy:
            raise _slowed(busy) from None
        except Refused as refused:
            code = _VERDICTS.get(refused.code)
            if code is None:
                raise
            raise UserError(code, refused.message, **({} if refused.left is None else {"left": refused.left})) from None

    def next_number(self, day: date) -> NumberReply:
        """The next contiguous number of our agency on ``day``: 1.5 s, then the caller uses the lane."""
        return self._client.call("POST", "/v1/numbers", NumberReply, deadline=1.5, prove=True,
                                 body=NumberRequest(op=uuid7_hex(), entity=uuid7_hex(), date=day))

    def lookup(self, code: str) -> LookupReply:
        """A dossier or slip of any agency of the province by its printed code."""
        return self._client.call("POST", "/v1/lookup", LookupReply, body=LookupRequest(code=code), deadline=5.0)

    def fetch_file(self, sha256: str, target: Path) -> None:
        """An attachment of our agency into ``target``; see ``blobs.fetch``."""
        fetch(self._client, sha256, target)


def enrol(url: str, code: str, device_name: str, key: Ed25519PrivateKey, incarnation: str, ca: Path | None = None) -> EnrolReply:
    """Enrol this machine with a one-time code. Raises NotReached, the gateway's refusal (``enrol-code-invalid``…) or UserError
    ``too-many-wrong``."""
    seed = key.private_bytes_raw()
    client = GatewayClient(url.rstrip("/"), Identity(0, incarnation, seed), ca)
    try:
        return client.call("POST", "/v1/enrol", EnrolReply, authorised=False, deadline=10.0, body=EnrolRequest(
            code=code, device_name=device_name, public_key=base64.b64encode(key.public_key().public_bytes_raw()).decode(),
            incarnation=incarnation))
    except Busy as busy:
        raise _slowed(busy) from None
    finally:
        client.close()


def _slowed(busy: Busy) -> UserError:
    """Many wrong tries are no trouble of the line: the person is told to wait. Any other business stays what it was."""
    if busy.reason != "too-many-wrong":
        return busy
    seconds = math.ceil(busy.after or 60)
    return UserError("too-many-wrong", f"Đã nhập sai quá nhiều lần. Hãy đợi {seconds} giây rồi thử lại.", seconds=seconds)
