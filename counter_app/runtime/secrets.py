"""The store's key: 32 random bytes in the keyring of the operating system; where there is none, wrapped by a PIN in a file.

Raw bytes, no password: deriving a key per connection costs 0.3 s. The PIN goes through argon2id once per start. The device's
private key and the pepper of the passwords live inside the encrypted store.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from counter_app.runtime.paths import Profile, unwritable
from onestop.errors import EnvironmentFault, UserError

SERVICE = "counter-app"
ENV_PIN = "COUNTER_APP_PIN"
MIN_PIN = 4
#: argon2id: 64 MiB, 3 passes, 1 lane: 0.1–0.3 s on an office PC.
_ARGON = {"time_cost": 3, "memory_cost": 64 * 1024, "parallelism": 1}

#: Asked for a PIN; ``new``: one is being chosen. None: nobody there to answer.
PinProvider = Callable[[bool], str | None]


def pin_from_env(new: bool = False) -> str | None:
    """The PIN provider of the command line."""
    return os.environ.get(ENV_PIN) or None


def prepare() -> None:
    """Read the libraries that open a key file, so that `load_or_create_key` can run beside other imports."""
    for name in ("argon2.low_level", "cryptography.exceptions", "cryptography.hazmat.primitives.ciphers.aead"):
        import_module(name)


def load_or_create_key(profile: Profile, pin_provider: PinProvider = pin_from_env) -> bytes:
    """The key of this profile's store; a new profile gets one.

    A key file beside the store comes first, then the keyring. Raises ``keyring-missing`` (no keyring, and no PIN was given),
    ``pin-wrong``, ``key-missing`` (there is a store but its key is nowhere), ``key-file-invalid``, ``profile-unwritable``.
    """
    if profile.key_file.exists():
        return _unwrap(profile.key_file, pin_provider)
    ring = _keyring()
    if ring is not None:
        key = _from_ring(ring, profile.id)
        if key is not None:
            return key
    if profile.store_path.exists() and profile.store_path.stat().st_size:
        raise EnvironmentFault(
            "key-missing",
            "Không tìm thấy khóa của kho dữ liệu (đã đổi tài khoản máy tính, hoặc kho khóa bị xóa). "
            "Dữ liệu còn nguyên; hãy báo quản trị viên.",
            profile=profile.id,
        )
    profile.ensure()
    key = secrets.token_bytes(32)
    if ring is not None and _into_ring(ring, profile.id, key):
        return key
    pin = pin_provider(True)
    if not pin:
        raise EnvironmentFault(
            "keyring-missing",
            f"Máy này không có kho khóa của hệ điều hành. Hãy đặt mã PIN để bảo vệ dữ liệu (dòng lệnh: biến môi trường {ENV_PIN}).",
        )
    _wrap(profile.key_file, key, pin)
    return key


def change_pin(profile: Profile, old: str, new: str) -> None:
    """Wrap the same key by another PIN. Raises ``pin-wrong``, ``pin-too-short``."""
    _wrap(profile.key_file, _unwrap(profile.key_file, lambda _: old), new)


def uses_pin(profile: Profile) -> bool:
    """Is a PIN asked for at start?"""
    return profile.key_file.exists()


def keyring_usable() -> bool:
    """Does the operating system offer a keyring we trust?"""
    return _keyring() is not None


def _keyring() -> Any:
    """The usable keyring or None. Imported late: it takes most of a second."""
    import keyring
    from keyring.errors import KeyringError

    try:
        backend = keyring.get_keyring()
        if backend.priority <= 0 or "plaintext" in type(backend).__module__.lower():
            return None
    except (KeyringError, RuntimeError, AttributeError):
        return None
    return keyring


def _from_ring(ring: Any, profile_id: str) -> bytes | None:
    from keyring.errors import KeyringError

    try:
        kept = ring.get_password(SERVICE, profile_id)
    except (KeyringError, OSError):  # locked, or its service does not answer
        return None
    try:
        key = base64.b64decode(kept, validate=True) if kept else None
    except ValueError:
        return None
    return key if key is not None and len(key) == 32 else None


def _into_ring(ring: Any, profile_id: str, key: bytes) -> bool:
    """Keep it there and read it back: some keyrings accept and forget."""
    from keyring.errors import KeyringError

    try:
        ring.set_password(SERVICE, profile_id, base64.b64encode(key).decode())
    except (KeyringError, OSError):
        return False
    return _from_ring(ring, profile_id) == key


def _derive(pin: str, salt: bytes, cost: dict[str, int]) -> bytes:
    from argon2.low_level import Type, hash_secret_raw

    return hash_secret_raw(pin.encode(), salt, hash_len=32, type=Type.ID, **cost)


def _wrap(file: Path, key: bytes, pin: str) -> None:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(pin) < MIN_PIN:
        raise UserError("pin-too-short", f"Mã PIN cần ít nhất {MIN_PIN} ký tự.")
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    sealed = AESGCM(_derive(pin, salt, _ARGON)).encrypt(nonce, key, b"counter-app key 1")
    body = {
        "version": 1,
        "kdf": "argon2id",
        **_ARGON,
        **{k: base64.b64encode(v).decode() for k, v in (("salt", salt), ("nonce", nonce), ("sealed", sealed))},
    }
    part = file.with_name(file.name + ".part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as out:
            json.dump(body, out)
            out.flush()
            os.fsync(out.fileno())
        os.replace(part, file)
    except OSError as error:
        raise unwritable(file.parent) from error


def _unwrap(file: Path, pin_provider: PinProvider) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        body = json.loads(file.read_text(encoding="utf-8"))
        cost = {name: int(body[name]) for name in _ARGON}
        salt, nonce, sealed = (base64.b64decode(body[k], validate=True) for k in ("salt", "nonce", "sealed"))
        if body["version"] != 1 or len(salt) < 8 or len(nonce) != 12 or not 1 <= cost["time_cost"] <= 20 or cost["memory_cost"] > 1 << 21:
            raise ValueError
    except OSError as error:
        raise EnvironmentFault(
            "key-file-unreadable", "Không đọc được tệp khóa của kho dữ liệu. Hãy kiểm tra quyền đọc.", path=str(file)
        ) from error
    except (ValueError, KeyError, TypeError):
        raise EnvironmentFault(
            "key-file-invalid", f"Tệp khóa {file} bị hỏng. Hãy khôi phục tệp này từ bản sao lưu; dữ liệu còn nguyên.", path=str(file)
        ) from None
    pin = pin_provider(False)
    if not pin:
        raise EnvironmentFault("keyring-missing", f"Cần mã PIN để mở kho dữ liệu (dòng lệnh: biến môi trường {ENV_PIN}).")
    try:
        return AESGCM(_derive(pin, salt, cost)).decrypt(nonce, sealed, b"counter-app key 1")
    except InvalidTag:
        raise UserError("pin-wrong", "Mã PIN không đúng. Hãy nhập lại.") from None
