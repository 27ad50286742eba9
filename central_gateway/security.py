"""Keys, tokens and passwords. Ed25519 everywhere (small keys, no parameters to get wrong); argon2id for passwords."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from dataclasses import dataclass
from datetime import date
from typing import Any

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from central_gateway.errors import Refused
from central_gateway.settings import Settings
from onestop.wire import AUD_ACCESS, AUD_ASSERTION, AUD_LEASE, AUD_MANIFEST, AUD_TICKET, ManifestReply, manifest_digest

#: Tokens whose signature was checked: more than a province has counters.
_TOKENS_KEPT = 4096
_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"


@dataclass(frozen=True, slots=True)
class Access:
    """Whom an access token was given to."""

    device: int
    incarnation: str


class Keys:
    """The gateway's own Ed25519 key: signs access tokens and lanes. Made once per database, kept in ``meta``."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        raw = self._key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.public_text = base64.b64encode(raw).decode()
        self._read: dict[str, tuple[Access, int]] = {}

    def access_token(self, device: int, incarnation: str, seconds: int) -> str:
        """A bearer token for ``seconds``."""
        now = int(time.time())
        claims = {"sub": str(device), "inc": incarnation, "aud": AUD_ACCESS, "iat": now, "exp": now + seconds}
        return jwt.encode(claims, self._key, "EdDSA")

    def read_access(self, token: str) -> Access:
        """Who holds ``token``. Raises Refused 401 ``token-expired`` or ``token-invalid``."""
        known = self._read.get(token)
        if known is not None and time.time() < known[1]:
            return known[0]  # a counter shows one token for an hour; checking its signature costs a tenth of a push
        try:
            claims = jwt.decode(token, self._key.public_key(), ["EdDSA"], audience=AUD_ACCESS,
                                options={"require": ["sub", "exp", "aud"]})
            access = Access(int(claims["sub"]), str(claims["inc"]))
            if len(self._read) >= _TOKENS_KEPT:
                self._read.clear()
            self._read[token] = access, int(claims["exp"])
            return access
        except jwt.ExpiredSignatureError:
            raise unauthorised("token-expired", "Phiên của máy đã hết hạn, máy sẽ tự xin lại.") from None
        except (jwt.InvalidTokenError, KeyError, ValueError):
            raise unauthorised("token-invalid", "Máy chưa được xác nhận với hệ thống trung tâm.") from None

    def lease_token(self, facts: dict[str, Any]) -> str:
        """A lane lease, signed; days become text. See ``onestop.wire.Lease``."""
        claims = {k: v.isoformat() if isinstance(v, date) else v for k, v in facts.items()}
        return jwt.encode({**claims, "aud": AUD_LEASE}, self._key, "EdDSA")

    def ticket(self, device: int, agency: str, name: str, public_key: str, epoch: int) -> str:
        """Proof that this device was enrolled; see ``onestop.wire.EnrolReply``. The same facts make the same text."""
        claims = {"device": device, "agency": agency, "name": name, "key": public_key, "epoch": epoch, "aud": AUD_TICKET}
        return jwt.encode(claims, self._key, "EdDSA")

    def read_ticket(self, token: str) -> dict[str, Any] | None:
        """The claims of a ticket this gateway signed, else None."""
        try:
            return jwt.decode(token, self._key.public_key(), ["EdDSA"], audience=AUD_TICKET)
        except jwt.InvalidTokenError:
            return None

    def manifest_token(self, manifest: ManifestReply) -> str:
        """The signature of a catalogue manifest; see ``onestop.wire.ManifestReply``."""
        claims = {"digest": manifest_digest(manifest.entries), "etag": manifest.etag, "iat": int(time.time()), "aud": AUD_MANIFEST}
        return jwt.encode(claims, self._key, "EdDSA")

    def read_lease(self, token: str) -> dict[str, Any] | None:
        """The claims of a lease this gateway signed, else None."""
        try:
            return jwt.decode(token, self._key.public_key(), ["EdDSA"], audience=AUD_LEASE)
        except jwt.InvalidTokenError:
            return None


def public_key(text: str) -> Ed25519PublicKey:
    """A device's raw public key from base64. Raises Refused 422 ``public-key-invalid``."""
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
    except ValueError:
        raise Refused(422, "public-key-invalid", "Khóa của máy không đúng định dạng.") from None


def assertion_subject(assertion: str) -> int:
    """Which device an assertion claims to be from, unverified: only to find the key that verifies it."""
    try:
        claims = jwt.decode(assertion, options={"verify_signature": False})
        return int(claims["iss"])
    except (jwt.InvalidTokenError, KeyError, ValueError, TypeError):
        raise unauthorised("assertion-invalid", "Máy chưa được xác nhận với hệ thống trung tâm.") from None


def check_assertion(assertion: str, key: Ed25519PublicKey, settings: Settings) -> str:
    """Verify a device's assertion; returns the incarnation it speaks for. Raises Refused 401."""
    try:
        claims = jwt.decode(assertion, key, ["EdDSA"], audience=AUD_ASSERTION, leeway=settings.clock_leeway_seconds,
                            options={"require": ["iss", "sub", "aud", "iat", "exp", "inc"]})
        if claims["sub"] != claims["iss"] or int(claims["exp"]) - int(claims["iat"]) > settings.assertion_seconds:
            raise jwt.InvalidTokenError
        return incarnation(str(claims["inc"]))
    except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError):
        raise unauthorised("assertion-expired", "Đồng hồ của máy lệch với hệ thống trung tâm, hãy chỉnh lại giờ.") from None
    except (jwt.InvalidTokenError, ValueError, TypeError):
        raise unauthorised("assertion-invalid", "Máy chưa được xác nhận với hệ thống trung tâm.") from None


def incarnation(text: str) -> str:
    """An incarnation as sent, when it is well-formed. Raises Refused 422 ``incarnation-invalid``."""
    if not (8 <= len(text) <= 64 and text.isascii() and text.replace("-", "").isalnum()):
        raise Refused(422, "incarnation-invalid", "Định danh kho dữ liệu của máy không đúng.")
    return text


def unauthorised(code: str, message: str) -> Refused:
    """401 with the challenge that RFC 9110 asks for."""
    return Refused(401, code, message, headers={"WWW-Authenticate": "Bearer"})


def new_enrol_code() -> str:
    """A one-time code a person can read over the phone: 4 groups of 4, 78 bits, no look-alikes."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


def enrol_hash(code: str) -> str:
    """What is kept of an enrolment code (typed in any case, with or without dashes)."""
    return hashlib.sha256("".join(c for c in code.upper() if c.isalnum()).encode()).hexdigest()


class Passwords:
    """argon2id. At most two at a time: each takes 64 MiB for a third of a second."""

    def __init__(self, settings: Settings) -> None:
        self._hasher = PasswordHasher(settings.argon2_passes, settings.argon2_memory_kib, 1)
        self._gate = threading.Semaphore(2)
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def hash(self, password: str) -> str:
        """The text to keep."""
        with self._gate:
            return self._hasher.hash(password)

    def verify(self, kept: str | None, password: str) -> bool:
        """Whether ``password`` is the one ``kept`` was made from; without an account it takes as long and is False."""
        with self._gate:
            try:
                return self._hasher.verify(kept or self._nobody, password) and kept is not None
            except (VerificationError, InvalidHashError):
                return False
