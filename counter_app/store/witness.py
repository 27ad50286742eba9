"""The witness: what the store last did, kept outside the store, so that a store restored from a backup is noticed before
it prints a number twice (sync.md §2.5).

One small text file with two fixed slots, written in turn and forced to the disk *before* the store commits. A torn write
spoils one slot, the other still holds the state before. (Two slots cost one fsync; a new file renamed over the old costs
two, and saving has a budget.) Each slot says what was true before (``was``) and what the commit is about to make true
(``now``): a process killed between witness and commit looks like ``was``, an older store looks like neither.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import msgspec
from msgspec.structs import replace

SLOT = 8 * 1024
NAME = "witness.json"


class Facts(msgspec.Struct, frozen=True):
    """``dseq``: last op of ``incarnation``. ``lanes``: lease → (date, highest number used that day); numbers never go back
    to an earlier date, so one date a lease is enough. ``online``: the same for the online pool. ``provisional``: the same
    for provisional receipts."""

    incarnation: str = ""
    dseq: int = 0
    lanes: dict[str, tuple[str, int]] = {}
    online: tuple[str, int] = ("", 0)
    provisional: tuple[str, int] = ("", 0)

    def used(self, lease: str, date: str) -> int:
        """Highest number of ``lease`` on ``date`` (0: none)."""
        day, high = self.lanes.get(lease, ("", 0))
        return high if day == date else 0

    def last_date(self) -> str:
        """The newest date any number was issued for (empty: none)."""
        return max([day for day, _ in self.lanes.values()] + [self.online[0], self.provisional[0]])

    def covers(self, other: Facts) -> bool:
        """Does this state know everything ``other`` knows?"""
        return (self.incarnation == other.incarnation and self.dseq >= other.dseq and self.online >= other.online
                and self.provisional >= other.provisional
                and all(self.lanes.get(k, ("", 0)) >= v for k, v in other.lanes.items()))

    def joined(self, other: Facts) -> Facts:
        """The higher of both in every number (for issuing: never below either proof)."""
        lanes = dict(self.lanes)
        for key, value in other.lanes.items():
            lanes[key] = max(lanes.get(key, ("", 0)), value)
        return replace(self, lanes=lanes, online=max(self.online, other.online), provisional=max(self.provisional, other.provisional))


class Record(msgspec.Struct, frozen=True):
    """One slot."""

    n: int = 0
    was: Facts = Facts()
    now: Facts = Facts()


class Witness:
    """The file. Used only inside the store's write transaction, which keeps two processes apart."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME

    def read(self) -> Record:
        """The newest whole slot; an empty record when there is no file. Raises OSError."""
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return Record()
        found = [slot for slot in (_parse(raw[:SLOT]), _parse(raw[SLOT:])) if slot]
        return max(found, key=lambda record: record.n, default=Record())

    def write(self, was: Facts, now: Facts, *, after: Record | None = None) -> None:
        """Record ``was`` → ``now`` and force it to the disk. ``after``: what ``read`` said in this transaction. Raises OSError
        (then nothing may be committed)."""
        n = (after or self.read()).n + 1
        body = msgspec.json.encode(Record(n, was, now))
        line = _mark(body) + b" " + body
        if len(line) >= SLOT:
            raise OSError(28, "witness slot is full")
        fresh = n == 1 or not self.path.exists()
        if fresh:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        try:
            if fresh:
                os.write(handle, (b" " * (SLOT - 1) + b"\n") * 2)
            os.lseek(handle, SLOT * (n % 2), os.SEEK_SET)
            slot = line + b" " * (SLOT - 1 - len(line)) + b"\n"
            if os.write(handle, slot) != len(slot):
                raise OSError(28, "witness not written")
            (os.fsync if fresh else getattr(os, "fdatasync", os.fsync))(handle)
        finally:
            os.close(handle)
        if fresh and os.name == "posix":
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def _mark(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:16].encode()


def _parse(raw: bytes) -> Record | None:
    mark, _, body = raw.strip().partition(b" ")
    if not body or _mark(body) != mark:
        return None
    return _RECORD.decode(body)


_RECORD = msgspec.json.Decoder(Record)
_FACTS = msgspec.json.Decoder(Facts)


def facts_to_json(facts: Facts) -> str:
    """As kept in the store's own key-value table, in the same transaction as what it counts."""
    return msgspec.json.encode(facts).decode()


def facts_from_json(raw: str | None) -> Facts:
    """Read them back; empty facts for a store that never issued anything."""
    return _FACTS.decode(raw) if raw else Facts()
