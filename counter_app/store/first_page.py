"""The first page of an enciphered store, written again. It holds nothing of ours: only where the tables begin, and that is the same in
every store made by the same schema. A damaged one would otherwise hide all the pages behind it.

SQLCipher 4 as ``connection.connect`` sets it: AES-256-CBC; after the text of a page its initialisation vector (16 bytes) and an
HMAC-SHA256 over both and the page's number; the HMAC's key is PBKDF2 (SHA-512) of the key over the file's salt, each byte of it xor 0x3a,
2 rounds; the salt is the first 16 bytes of the file.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import tempfile
from pathlib import Path

from counter_app.store.connection import PAGE, connect

_SALT, _IV, _MAC = 16, 16, 32
_TEXT = PAGE - _IV - _MAC


def mend_first_page(path: Path, key: bytes | None) -> bool:
    """Where the first page of ``path`` (a copy, never the file itself) is not whole, put one in its place as a new store of today's
    schema has it, for as many pages as the file has. Returns whether it did. A salt that is damaged too leaves nothing to read."""
    if key is None or path.stat().st_size < PAGE:
        return False
    with path.open("rb") as handle:
        page = handle.read(PAGE)
    if _is_whole(page, key):
        return False
    pages = path.stat().st_size // PAGE
    plain = bytearray(_template(key))
    plain[28:32] = pages.to_bytes(4, "big")
    plain[92:96] = plain[24:28]  # the count of pages is believed when these agree
    with path.open("r+b") as handle:
        handle.write(_encipher(bytes(plain), key, page[:_SALT]))
    return True


def _mac(page: bytes, key: bytes, salt: bytes) -> bytes:
    mac_key = hashlib.pbkdf2_hmac("sha512", key, bytes(b ^ 0x3A for b in salt), 2, 32)
    return hmac.new(mac_key, page[_SALT : PAGE - _MAC] + (1).to_bytes(4, "little"), hashlib.sha256).digest()


def _is_whole(page: bytes, key: bytes) -> bool:
    return hmac.compare_digest(page[-_MAC:], _mac(page, key, page[:_SALT]))


def _template(key: bytes) -> bytes:
    """The deciphered first page of a new store."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool
    from sqlcipher3 import dbapi2

    from counter_app.store import migrate

    with tempfile.TemporaryDirectory(prefix="counter-app-") as folder:
        file = Path(folder) / "template.db"
        migrate.upgrade(create_engine("sqlite://", module=dbapi2, creator=lambda: connect(file, key), poolclass=NullPool))
        db = connect(file, key)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        page = file.read_bytes()[:PAGE]
    cipher = Cipher(algorithms.AES(key), modes.CBC(page[_TEXT : _TEXT + _IV])).decryptor()
    return b"SQLite format 3\0" + cipher.update(page[_SALT:_TEXT]) + cipher.finalize()


def _encipher(plain: bytes, key: bytes, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    iv = os.urandom(_IV)
    cipher = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    page = salt + cipher.update(plain[_SALT:]) + cipher.finalize() + iv
    return page + _mac(page + bytes(_MAC), key, salt)
