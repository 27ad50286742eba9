"""Which procedure each dossier in the index belongs to and which of the commonest names are in it, so small and close together that a
search can ask it of thousands.

A counter knows a few hundred procedures; each has a number here, their words are kept in memory. Two bytes a dossier then tell whether
"khai sinh" is in its procedure, two more whether a person's name has "nguyễn" in it, without reading the dossier.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from counter_app.store.session import Session, WriteSession
from counter_app.store.words import DossierColumns, findable, procedure_words

_TAIL = "SELECT n, code, name FROM procedure WHERE n > ? ORDER BY n"
_ADD = "INSERT INTO procedure (n, code, name) VALUES (?, ?, ?)"
_BLOCKS = "SELECT block, numbers FROM filed WHERE block IN (SELECT value FROM json_each(?))"
_PUT = "INSERT OR REPLACE INTO filed (block, numbers) VALUES (?, ?)"
#: So many dossiers in a row, four bytes each: they fill a page of the file, and a million dossiers two thousand pages.
BLOCK = 480
_EMPTY = bytes(4 * BLOCK)
#: The lower half of the four bytes is the procedure's number; of the upper one each bit is one of these words, in which FTS5 would have
#: to pass by most dossiers (two in five people are called Nguyễn). The order is part of the file.
NAMES = ("nguyen", "tran", "le", "pham", "hoang", "huynh", "phan", "vu", "vo", "dang", "bui", "do", "thi", "van", "thanh", "minh")
NAME_BITS = {word: 1 << 16 + i for i, word in enumerate(NAMES)}
_COMMON = frozenset(NAMES)
NUMBER = 0xFFFF
#: The number of no procedure, and of all that do not fit into two bytes: such dossiers are compared themselves.
NONE, OTHER = 0, 0xFFFF
#: So many blocks are counted to know how common each procedure is.
_SAMPLE = 8
_NEWEST = f"SELECT numbers FROM filed ORDER BY block DESC LIMIT {_SAMPLE}"
#: What a procedure counts that is not among those.
RARE = 0.3 / (_SAMPLE * BLOCK)


class Found(NamedTuple):
    """By what a dossier is found. ``mine``: the words that can be typed and stand in no procedure; ``text``: all, as the index gets them;
    ``bits``: which of ``NAMES`` are among them."""

    mine: str
    rest: str
    text: str
    bits: int


def found_by(c: DossierColumns, key: bytes, own: str | None = None) -> Found:
    """By what this dossier is found. ``key``: of the blind index; ``own``: its ``own_words``, where they are known."""
    mine, rest = findable(c, key, own)
    return Found(mine, rest, f"{mine} {rest}", name_bits(mine))


@dataclass(frozen=True, slots=True)
class Procedures:
    """Procedures with their numbers (from 1, without a gap) and their words, between spaces. Never changed: ``adding`` makes another."""

    numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    lines: tuple[str, ...] = ()

    def adding(self, rows: list[tuple[int, str, str]]) -> Procedures:
        """With these (number, code, name) at the end."""
        numbers = self.numbers | {(code, name): n for n, code, name in rows}
        return Procedures(numbers, (*self.lines, *(f" {procedure_words(code, name)} " for _, code, name in rows)))

    def having(self, wanted: list[tuple[str, bool]]) -> dict[int, int]:
        """The procedures that have any of these words (word, may be a beginning), with those they have (bit i: ``wanted[i]``). Those
        without a number may have all."""
        found = {OTHER: (1 << len(wanted)) - 1} if len(self.lines) >= OTHER - 1 else {}
        for i, (word, begins) in enumerate(wanted):
            piece, bit = f" {word}" if begins else f" {word} ", 1 << i
            for n, line in enumerate(self.lines, 1):
                if piece in line:
                    found[n] = found.get(n, 0) | bit
        return found


def name_bits(words: str) -> int:
    """Which of ``NAMES`` are among these words."""
    bits = 0
    for word in _COMMON.intersection(words.split()):
        bits |= NAME_BITS[word]
    return bits


class FilingReads(Session):
    """Procedures and how common they are."""

    def _known_procedures(self) -> Procedures:
        """All procedures of this store. What is kept between transactions is only what was committed: it is read before this transaction
        adds any."""
        if self.named is None:
            self.named = self.store.named
            tail = self._all(_TAIL, len(self.named.lines))
            if tail:
                self.store.named = self.named = self.named.adding(tail)  # type: ignore[arg-type]
        return self.named

    def _blocks(self, wanted: set[int]) -> dict[int, memoryview]:
        """Blocks read so far, these among them; block b begins with row b × BLOCK. They are remembered (4 MB at a million dossiers)."""
        known = self.kept().blocks
        if unknown := wanted - known.keys():
            rows = dict(self._all(_BLOCKS, f"[{','.join(map(str, unknown))}]"))
            known.update((block, memoryview(rows.get(block, _EMPTY)).cast("I")) for block in unknown)
        return known

    def _procedure_shares(self, top: int) -> dict[int, float]:
        """What part of the newest dossiers belongs to each procedure; remembered until the index has grown by a thirtieth."""
        kept: dict[str, tuple[int, dict[int, float]]] = self.store.secret("procedure_shares", dict)
        known = kept.get("")
        if known is None or not 0 <= top - known[0] <= top // 30:
            newest = chain.from_iterable(memoryview(block).cast("I") for (block,) in self._all(_NEWEST))
            count = Counter(value & NUMBER for value in newest)
            del count[NONE]
            whole = count.total() or 1
            kept[""] = known = top, {number: seen / whole for number, seen in count.items()}
        return known[1]


class Filing(FilingReads, WriteSession):
    """Number procedures."""

    def _procedure_number(self, code: str, name: str) -> int:
        """The number of this procedure; a new one is added."""
        known = self._known_procedures()
        number = known.numbers.get((code, name))
        if number is None:
            number = len(known.lines) + 1
            if number >= OTHER:
                return OTHER
            self._run(_ADD, number, code, name)
            self.named = known.adding([(number, code, name)])
        return number

    def _file(self, values: list[tuple[int, int]]) -> None:
        """Note the values (procedure's number and bits of names) of these rows."""
        touched = {n // BLOCK for n, _ in values}
        known = self._blocks(touched)
        blocks = {block: array("I", known[block]) for block in touched}
        for n, value in values:
            blocks[n // BLOCK][n % BLOCK] = value
        self._many(_PUT, [(block, content.tobytes()) for block, content in blocks.items()])
        known.update((block, memoryview(content)) for block, content in blocks.items())
