"""From an entity's JSON to what lists and search need, without building the entity.

A pulled page goes through here: msgspec reads only the fields of a few columns (4 µs a dossier; building the dataclasses
costs 20), words are folded through a cache (Vietnamese names are made of few different words).
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from functools import lru_cache
from typing import Annotated

import msgspec

from onestop.text import fold

#: What a column holds; a larger number makes the item unreadable, not the page.
_Number = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31)]
_Version = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
_NOT_WORD = re.compile(r"[\W_]+")
_WORD = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"[^\W\d_]*")


class _Party(msgspec.Struct, gc=False):
    name: str = ""
    id_no: str = ""


class _Returned(msgspec.Struct, gc=False):
    at: datetime
    postal_code: str = ""


class DossierColumns(msgspec.Struct, kw_only=True, gc=False):
    """The part of a dossier that is indexed."""

    id: str
    agency: str
    code: str | None = None
    provisional_code: str | None = None
    status: _Number = 2
    received_at: datetime
    due_at: datetime | None
    returned: _Returned | None = None
    holder: str = ""
    channel: str = "counter"
    procedure_code: str
    procedure_name: str
    owner: _Party
    submitter: _Party | None = None
    postal_codes: tuple[str, ...] = ()
    version: _Version = 0


class SlipLineColumns(msgspec.Struct):
    seq: _Number
    dossier: str


class SlipColumns(msgspec.Struct, kw_only=True):
    """The part of a slip that is indexed."""

    id: str
    number: str
    agency: str
    direction: str
    to_unit: str
    from_unit: str
    made_at: datetime
    status: str = "open"
    lines: list[SlipLineColumns] = []
    version: _Version = 0


class ReviewColumns(msgspec.Struct, kw_only=True):
    """The part of a review that is indexed."""

    id: str
    agency: str
    entity: str
    status: str = "open"
    opened_at: datetime
    version: _Version = 0


COLUMNS: dict[str, type] = {"dossier": DossierColumns, "slip": SlipColumns, "review": ReviewColumns}
_DECODERS = {kind: msgspec.json.Decoder(struct) for kind, struct in COLUMNS.items()}


def columns_of(kind: str, raw: bytes | msgspec.Raw) -> msgspec.Struct:
    """Read the indexed part of an entity. Raises ``msgspec.MsgspecError`` for JSON that is not such an entity."""
    return _DECODERS[kind].decode(raw)


def seconds(moment: datetime | None) -> int | None:
    """Whole seconds since 1970; None stays None."""
    return None if moment is None else int(moment.timestamp())


def plain_id(id_no: str) -> str:
    """An identity number as it is compared: without spaces, upper case."""
    return "".join(id_no.split()).upper()


def id_word(key: bytes | None, id_no: str) -> str:
    """Blind index of an identity number as a search word: equal numbers are found, the number cannot be read back without
    the key. It begins with a sign that no typed word can contain. Empty for an empty number."""
    plain = plain_id(id_no) if key else ""
    return "§" + hashlib.blake2b(plain.encode("utf-8", "replace"), key=key, digest_size=8).hexdigest() if key and plain else ""


def hash_key(secret: str) -> bytes:
    """The blind index's key from the store's secret."""
    return hashlib.sha256(b"counter-app blind index" + bytes.fromhex(secret)).digest()


@lru_cache(maxsize=65536)
def _folded_word(word: str) -> str:
    return _NOT_WORD.sub(" ", fold(word)).strip()


@lru_cache(maxsize=4096)
def _folded_line(text: str) -> str:
    return " ".join(map(_folded_word, text.split()))


def folded_words(text: str) -> str:
    """``text`` as search knows it: without marks, đ as d, lower case, only letters and digits between single spaces."""
    return " ".join(map(_folded_word, text.split()))


def postal_word(code: str) -> str:
    """A postal item's code as a search word: one word, however it was typed."""
    return _NOT_WORD.sub("", code).lower()


def own_words(c: DossierColumns) -> str:
    """What can be typed to find a dossier and stands in no other column: owner, submitter, postal items."""
    owner = folded_words(c.owner.name)
    if c.submitter is None and not c.postal_codes and c.returned is None:
        return owner
    parts = [owner]
    if c.submitter is not None:
        parts.append(folded_words(c.submitter.name))
    parts += map(postal_word, c.postal_codes)
    if c.returned is not None and c.returned.postal_code:
        parts.append(postal_word(c.returned.postal_code))
    return " ".join(parts)


def procedure_words(code: str, name: str) -> str:
    """A procedure's words."""
    return f"{_folded_line(name)} {_folded_line(code)}"


def code_words(*codes: str | None) -> str:
    """The pieces of dossier codes."""
    return " ".join([_NOT_WORD.sub(" ", code).lower() for code in codes if code])


def findable(c: DossierColumns, key: bytes, own: str | None = None) -> tuple[str, str]:
    """Everything findable, in two: names, postal items and codes; the procedure, and identity numbers as blind words. Telephone numbers
    are left out (data minimisation). ``own``: its ``own_words``, where they are known."""
    mine = f"{own_words(c) if own is None else own} {code_words(c.code, c.provisional_code)}"
    rest = f"{procedure_words(c.procedure_code, c.procedure_name)} {id_word(key, c.owner.id_no)}"
    return mine, rest if c.submitter is None else f"{rest} {id_word(key, c.submitter.id_no)}"


def search_words(c: DossierColumns, key: bytes) -> str:
    """Everything findable."""
    return " ".join(findable(c, key))


def long_words(words: set[str], known: set[str]) -> set[str]:
    """Those of four letters or more that are not ``known`` yet."""
    return {w for w in words - known if len(w) >= 4 and w.isalpha()}


def letters(words: set[str], known: set[str]) -> set[str]:
    """Those of letters that are not ``known`` yet, and the letters before the first digit of codes."""
    fresh = (w for w in words - known if w[0].isalpha())
    return {w if w.isalpha() else _LETTERS.match(w)[0] for w in fresh} - known  # type: ignore[index]


def query_words(text: str) -> list[str]:
    """The words to look for in what was typed (at most twelve)."""
    return _WORD.findall(folded_words(text[:500]))[:12]
