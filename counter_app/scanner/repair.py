"""What a PC's keyboard settings do to a scan that is typed, and how it is undone: only when the grammar proves it, and it is said.

Caps Lock turns the case round, another layout (AZERTY, QWERTZ) turns keys into other characters, a Vietnamese input method (UniKey,
EVKey, ibus) makes ``ee`` an ``ê`` and ``dd`` a ``đ``. Our own codes hold nothing that an input method changes (decision 0003);
postal items, addresses and the codes of others do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

Fits = Callable[[str], bool]

_AZERTY = str.maketrans(
    "&é\"'(-è_çà)" + "aqzwAQZW" + ",;:!?./§" + "mM1234567890°",
    "1234567890-" + "qawzQAWZ" + "m,./M<>?" + ";:!@#$%^&*()_",
)
"""What a French layout makes of a key → what the same key is on the US layout; for characters without a key (committed by an input
method)."""
_TELEX = {"\u0302": "", "\u0306": "w", "\u031b": "w", "\u0300": "f", "\u0301": "s", "\u0303": "x", "\u0309": "r", "\u0323": "j"}
_VNI = {"\u0302": "6", "\u0306": "8", "\u031b": "7", "\u0300": "2", "\u0301": "1", "\u0303": "4", "\u0309": "3", "\u0323": "5"}
_SHAPES, _TONES = ("\u0302", "\u0306", "\u031b"), ("\u0300", "\u0301", "\u0303", "\u0309", "\u0323")


def repair(text: str, proves: Fits, by_position: str = "", fits: Fits | None = None) -> tuple[str, str | None]:
    """Undo what the PC's keyboard settings did to ``text``, when that, and only that, makes it a known code.

    ``proves`` says whether a text is a code beyond doubt, ``fits`` whether it may be one (then it is left as it is; default:
    ``proves``). ``by_position`` is what the same keys type on a US keyboard, where known. Returns (text, note): the note is
    "caps-lock", "keyboard-layout", "input-method" or None.
    """
    if (fits or proves)(text):
        turned = text.swapcase()
        if case_is_reversed(text) and (fits or proves)(turned):
            return turned, "caps-lock"
        return text, "input-method" if is_rewritten(text) else None
    candidates: list[tuple[str, str]] = [("caps-lock", text.swapcase())]
    if by_position:
        candidates.append(("keyboard-layout", by_position))
    candidates += [("keyboard-layout", text.translate(_AZERTY)), ("keyboard-layout", text.swapcase().translate(_AZERTY))]
    candidates += [("input-method", candidate) for candidate in _retyped(text)]
    for note, candidate in candidates:
        if candidate != text and proves(candidate):
            return candidate, note
    return text, None


def case_is_reversed(text: str) -> bool:
    """Is Caps Lock the only explanation? The gender of a card reads "nAM", or an address begins "HTTP" and goes on in small letters
    where a code has capitals."""
    if re.search(r"\|(nAM|nỮ)\||\|(nAM|nỮ)$", text):
        return True
    letters = text.partition("://")[2]
    return text.startswith(("HTTP://", "HTTPS://")) and bool(re.search(r"[a-z][0-9]{2}", letters)) and letters != letters.lower()


def is_rewritten(text: str) -> bool:
    """Has an input method been at an address? Those hold no Vietnamese letters of their own in front of their parameters."""
    scheme, found, rest = text.partition("://")
    return bool(found) and scheme.lower() in ("http", "https") and not re.split(r"[?#]", rest)[0].isascii()


def has_vietnamese_letters(text: str) -> bool:
    """Does ``text`` hold a letter that only an input method types (đ, or one with a mark)?"""
    return any(c in "đĐ" or (not c.isascii() and c.isalpha() and unicodedata.decomposition(c)) for c in text)


def _retyped(text: str) -> Iterator[str]:
    """The keys that an input method may have made ``text`` of: Telex, then VNI; the tone typed at once or at the word's end."""
    if not has_vietnamese_letters(text) or len(text) > 512:
        return
    for marks, stroke in ((_TELEX, "d"), (_VNI, "9")):
        for late in (False, True):
            yield re.sub(r"\w+", lambda word: _keys(word[0], marks, stroke, late), text)  # noqa: B023 - used at once


def _keys(word: str, marks: dict[str, str], stroke: str, late: bool) -> str:
    keys, tones = "", ""
    for char in unicodedata.normalize("NFC", word):
        if char in "đĐ":
            keys += ("d" if char == "đ" else "D") + (stroke if stroke == "9" or char == "đ" else "D")
            continue
        base, *found = unicodedata.normalize("NFD", char)
        keys += base
        for mark in found:
            typed = marks.get(mark, "") if mark in marks else mark
            if mark in _SHAPES:
                typed = typed or base  # Telex doubles the letter
            if base.isupper():
                typed = typed.upper()
            if mark in _TONES and late:
                tones += typed
            else:
                keys += typed
    return keys + tones


__all__ = ["Fits", "case_is_reversed", "has_vietnamese_letters", "is_rewritten", "repair"]
