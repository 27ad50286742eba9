"""The files of attachments: copies of our own, encrypted with a key derived from the store's, so that nothing that happens to the
original afterwards matters. Each 64 KiB is sealed by itself (AES-256-GCM): any piece can be read, and none that was altered."""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from counter_app.store import errors
from counter_app.store.blobs import BlobDamaged
from onestop.errors import UserError

PIECE = 64 * 1024
_SEAL = 16
_SALT = 8


class BlobFiles:
    """The folder beside the store. ``key``: the store's own (None: the developer's unencrypted store; the files are then sealed with a
    key everybody knows)."""

    def __init__(self, folder: Path, key: bytes | None) -> None:
        self._folder = folder
        self._aead = AESGCM(HKDF(SHA256(), 32, None, b"counter-app attachments").derive(key or b"plain"))

    def take(self, source: Path, most: int) -> tuple[str, int]:
        """Copy ``source`` in; returns (sha256, size) of what was copied. It is hashed as it is read, once: what happens to it later
        does not matter. Raises UserError ``file-unreadable``, ``file-empty``, ``attachment-too-large``, StoreFault ``disk-full``."""
        salt, digest, size = secrets.token_bytes(_SALT), hashlib.sha256(), 0
        try:
            given = open(source, "rb")  # noqa: SIM115 - its own faults are told apart from those of our disk
        except OSError:
            raise UserError("file-unreadable", "Không đọc được tệp đã chọn.") from None
        temporary = self._folder / f"{secrets.token_hex(16)}.part"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with given, open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb") as kept:
                kept.write(salt)
                while piece := given.read(PIECE):
                    kept.write(self._aead.encrypt(salt + (size // PIECE).to_bytes(4, "big"), piece, None))
                    size += len(piece)
                    if size > most:
                        raise UserError("attachment-too-large", f"Tệp lớn hơn {most // 1_000_000} MB nên không đính kèm được.")
                    digest.update(piece)
                if not size:
                    raise UserError("file-empty", "Tệp đã chọn không có nội dung.")
                kept.flush()
                os.fsync(kept.fileno())
            os.replace(temporary, self._path(digest.hexdigest()))
        except OSError as error:
            raise (errors.translate(error, self._folder) or errors.unwritable(self._folder)) from error
        finally:
            given.close()
            with suppress(OSError):
                temporary.unlink()
        return digest.hexdigest(), size

    def has(self, sha256: str) -> bool:
        """Whether we have a copy of it."""
        return self._path(sha256).exists()

    def read(self, sha256: str, offset: int, length: int) -> bytes:
        """So much of it from ``offset``. Raises BlobDamaged."""
        first, found = offset // PIECE, []
        try:
            with open(self._path(sha256), "rb") as handle:
                salt = handle.read(_SALT)
                handle.seek(_SALT + first * (PIECE + _SEAL))
                for number in range(first, (offset + length + PIECE - 1) // PIECE):
                    sealed = handle.read(PIECE + _SEAL)
                    if not sealed:
                        break
                    found.append(self._aead.decrypt(salt + number.to_bytes(4, "big"), sealed, None))
        except (OSError, InvalidTag, ValueError):
            raise BlobDamaged(sha256) from None
        start = offset - first * PIECE
        return b"".join(found)[start:start + length]

    def drop(self, sha256: str) -> None:
        """Not needed here any more."""
        with suppress(OSError):
            self._path(sha256).unlink()

    def _path(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.blob"
