"""Text as people and scanners deliver it, made comparable. Nothing here raises for any ``str``."""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_BULLET = "•"


def nfc(text: str) -> str:
    """``text`` with composed Vietnamese letters: the one form that is stored, printed and sent (some keyboards and
    macOS deliver decomposed letters)."""
    return unicodedata.normalize("NFC", text)


def clean_line(text: str, max_len: int) -> str:
    """One tidy line of at most ``max_len`` characters: NFC, control, format and unpaired surrogate characters dropped, white space
    collapsed and trimmed. Line breaks and tabs count as white space. The cut never leaves a trailing space."""
    kept = "".join(c for c in _SPACES.sub(" ", text) if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return _SPACES.sub(" ", nfc(kept)).strip()[:max_len].strip()


def fold(text: str) -> str:
    """``text`` for searching and comparing: without marks, đ as d, lower case, white space collapsed.

    SQLite's FTS5 does not fold đ, so both the stored column and the query go through this. Idempotent."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    bare = unicodedata.normalize("NFC", bare.lower().replace("đ", "d"))
    return _SPACES.sub(" ", bare).strip()


def mask_id(text: str) -> str:
    """An identity number or telephone number as lists, logs and public screens may show it:
    ``001099012345`` → ``001•••••2345``. Shorter numbers show less; up to five characters show nothing."""
    size = len(text)
    if size >= 12:
        head, tail = 3, 4
    elif size >= 9:
        head, tail = 3, 3
    elif size >= 6:
        head, tail = 1, 2
    else:
        head, tail = 0, 0
    return text[:head] + _BULLET * (size - head - tail) + text[size - tail :]
