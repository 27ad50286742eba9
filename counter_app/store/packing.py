"""States of dossiers and the bytes of ops, compressed where they lie.

A dossier is 2 to 3 kB of JSON, nearly all of it names of fields and words that every dossier has. With a dictionary of those it takes
a fifth, in 5 µs; what is saved is enciphering and writing a page and more of the file for each dossier pulled, and for each op that is
marked sent and then answered. What comes out is what went in, byte for byte. A column may hold either; ``plain(…)`` in a query reads both.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import zstandard
from zstandard import ZstdError as ZstdError

#: Part of the file format: what was packed with it can be read with nothing else. Another one would be a second file with a number of
#: its own (``dict_id`` stands in each packed copy). Made from invented dossiers, decision 0025 says how.
_DICTIONARY = Path(__file__).with_name("dossier.zdict")
_LEVEL = 1
#: How a packed copy begins; JSON never does.
_MAGIC = zstandard.FRAME_HEADER


@cache
def _dictionary() -> zstandard.ZstdCompressionDict:
    dictionary = zstandard.ZstdCompressionDict(_DICTIONARY.read_bytes())
    dictionary.precompute_compress(level=_LEVEL)
    return dictionary


class _Tools(threading.local):
    """One of each for a thread: they may not be shared."""

    def __init__(self) -> None:
        self.pack = zstandard.ZstdCompressor(_LEVEL, dict_data=_dictionary(), write_content_size=True, write_checksum=False)
        self.unpack = zstandard.ZstdDecompressor(dict_data=_dictionary()).decompress


_tools = cache(_Tools)


def pack(raws: Sequence[bytes]) -> list[bytes]:
    """Each of ``raws`` compressed. All in one call: between two the interpreter would change hands with the thread that stores."""
    if not any(raws):
        return list(raws)
    packed = _tools().pack.multi_compress_to_buffer(raws)
    return [packed[i].tobytes() for i in range(len(packed))]


def pack_one(raw: bytes | None) -> bytes | None:
    """``raw`` compressed; None stays None."""
    return None if raw is None else _tools().pack.compress(raw)


def unpack(stored: bytes | None) -> bytes | None:
    """What was packed; anything else as it is. Raises ``zstandard.ZstdError`` for a damaged copy."""
    return _tools().unpack(stored) if stored is not None and stored.startswith(_MAGIC) else stored


def frozen(digest: str, stored: bytes) -> bytes | None:
    """The frozen bytes of an op; None when these are not they: damaged on the disk."""
    try:
        raw = unpack(stored)
    except (ZstdError, MemoryError):  # a damaged frame may claim any size
        return None
    return raw if raw is not None and hashlib.sha256(raw).hexdigest() == digest else None


def install(db: Any) -> None:
    """Let queries of this connection say ``plain(column)``: its JSON, packed or not; NULL stays NULL. ``frozen(hash, column)``: an
    op's bytes, NULL for damaged ones, so that one op on the disk does not stop a statement about many."""
    db.create_function("plain", 1, unpack, deterministic=True)
    db.create_function("frozen", 2, frozen, deterministic=True)
