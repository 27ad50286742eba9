"""Who this machine is, kept a second time beside the store, enciphered with the store's key: when the store's file is ruined, its
unsent work can still be signed and sent as this machine's."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

import msgspec

from counter_app.store.engine import Store

_KEPT = ("enrolment", "agency_settings", "device_key", "pepper", "epoch")
_MARK = "identity_copy"
_NONCE = 12


def copy_path(store_path: Path) -> Path:
    """Beside the store."""
    return store_path.with_name(store_path.name + ".identity")


def keep_identity(store: Store, key: bytes | None) -> None:
    """Write the copy unless it says the same already (a look at one value: the libraries of the cipher load only to write). A disk that
    does not take it is no reason to stop: the next start tries again. Plain stores have none."""
    if key is None:
        return
    with store.read() as reader:
        values = {name: reader.meta_get(name) or "" for name in _KEPT}
        marked = reader.meta_get(_MARK)
    if not values["device_key"]:
        return
    body = msgspec.json.encode(values)
    mark = hashlib.sha256(body).hexdigest()
    target = copy_path(store.path)
    if marked == mark and target.exists():
        return
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE)
    part = target.with_name(target.name + ".part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600), "wb") as handle:
            handle.write(nonce + AESGCM(key).encrypt(nonce, body, _MARK.encode()))
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(part, target)
    except OSError:
        return
    with store.write() as unit:
        unit.meta_set(_MARK, mark)


def read_identity(store_path: Path, key: bytes | None) -> dict[str, str]:
    """What was kept; empty when there is no copy or it cannot be read."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        raw = copy_path(store_path).read_bytes()
        return msgspec.json.decode(AESGCM(key or b"").decrypt(raw[:_NONCE], raw[_NONCE:], _MARK.encode()), type=dict[str, str])
    except (OSError, ValueError, InvalidTag, msgspec.MsgspecError):
        return {}
