"""The witness: what the store last did, kept outside the store, so that a store restored from a backup is noticed before
it prints a number twice (sync.md §2.5).

One small text file with two fixed slots, written in turn and forced to the disk *before* the store commits. A torn write
spoils one slot, the other still holds the state before. (Two slots cost one fsync; a new file renamed over the old costs
two, and saving has a budget.) Each slot says what was true before (``was``) and what the commit is about to make true
(``now``): a process killed between witness and commit looks like ``was``, an older store looks like neither.
"""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec.structs import replace

SLOT = 4096
NAME = "witness.json"


class Facts(msgspec.Struct, frozen=True):
    """``dseq``: last op of ``incarnation``. ``lanes``: lease → (date, highest number used that day); numbers never go back
    to an earlier date, so one date a lease is enough. ``online``: the same for the online pool. ``provisional``: the same
    for provisional receipts. ``era``: one more each time a clock that had run ahead was put right and dates did go back; the
    numbers of an older era say nothing any more. ``hlc``: the last stamp of the hybrid clock."""

    incarnation: str = ""
    dseq: int = 0
    lanes: dict[str, tuple[str, int]] = {}
    online: tuple[str, int] = ("", 0)
    provisional: tuple[str, int] = ("", 0)
    era: int = 0
    hlc: int = 0

    def used(self, lease: str, date: str) -> int:
        """Highest number of ``lease`` on ``date`` (0: none)."""
        day, high = self.lanes.get(lease, ("", 0))
        return high if day == date else 0

    def last_date(self) -> str:
        """The newest date any number was issued for (empty: none)."""
        return max([day for day, _ in self.lanes.values()] + [self.online[0], self.provisional[0]])

    def covers(self, other: Facts) -> bool:
        """Does this state know everything ``other`` knows?"""
        return (
            self.incarnation == other.incarnation
            and self.dseq >= other.dseq
            and self.era >= other.era
            and (self.era > other.era or self._numbers_cover(other))
        )

    def _numbers_cover(self, other: Facts) -> bool:
        return (
            self.online >= other.online
            and self.provisional >= other.provisional
            and all(self.lanes.get(k, ("", 0)) >= v for k, v in other.lanes.items())
        )

    def back_in_time(self) -> Facts:
        """The dates so far came from a clock that ran ahead: a new era without them."""
        return replace(self, lanes={}, online=("", 0), provisional=("", 0), era=self.era + 1)

    def newest_day(self) -> Facts:
        """Without lanes last used on earlier days: business dates never go back, so those say nothing any more."""
        day = self.last_date()
        if all(used == day for used, _ in self.lanes.values()):
            return self
        return replace(self, lanes={k: v for k, v in self.lanes.items() if v[0] == day})

    def joined(self, other: Facts) -> Facts:
        """The higher of both in every number (for issuing: never below either proof)."""
        if self == other:
            return self
        if self.era != other.era:
            newer = max(self, other, key=lambda facts: facts.era)
            return replace(newer, incarnation=self.incarnation, dseq=self.dseq, hlc=max(self.hlc, other.hlc))
        lanes = dict(self.lanes)
        for key, value in other.lanes.items():
            lanes[key] = max(lanes.get(key, ("", 0)), value)
        return replace(
            self,
            lanes=lanes,
            online=max(self.online, other.online),
            provisional=max(self.provisional, other.provisional),
            hlc=max(self.hlc, other.hlc),
        )


class Record(msgspec.Struct, frozen=True):
    """One slot."""

    n: int = 0
    was: Facts = Facts()
    now: Facts = Facts()


class Witness:
    """The file. Written only inside the store's write transaction, which keeps two processes apart; kept open, because
    opening it costs a third of writing it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._lock = threading.Lock()
        self._handle: int | None = None
        self._last: tuple[bytes, Record] = (b"", Record())

    def read(self) -> Record:
        """The newest whole slot; an empty record when there is no file. Raises OSError."""
        with self._lock:
            handle = self._open(create=False)
            if handle is None:
                return Record()
            os.lseek(handle, 0, os.SEEK_SET)
            raw = os.read(handle, 2 * SLOT)
            if raw != self._last[0]:
                found = [slot for slot in (_parse(raw[:SLOT]), _parse(raw[SLOT:])) if slot]
                self._last = raw, max(found, key=lambda record: record.n, default=Record())
            return self._last[1]

    def write(self, was: Facts, now: Facts, *, after: Record | None = None) -> None:
        """Record ``was`` → ``now`` and force it to the disk. ``after``: what ``read`` said in this transaction. Raises OSError
        (then nothing may be committed)."""
        record = Record((after or self.read()).n + 1, was, now)
        body = msgspec.json.encode(record)
        slot = (_mark(body) + b" " + body).ljust(SLOT - 1) + b"\n"
        if len(slot) != SLOT:
            raise ValueError("the witness slot is too small")
        offset = SLOT * (record.n % 2)
        with self._lock:
            handle = self._open(create=True)
            assert handle is not None
            raw, self._last = self._last[0], (b"", Record())
            os.lseek(handle, offset, os.SEEK_SET)
            if os.write(handle, slot) != SLOT:
                raise OSError(errno.ENOSPC, "witness not written")
            _sync(handle)
            if len(raw) == 2 * SLOT:
                self._last = raw[:offset] + slot + raw[offset + SLOT :], record

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._handle is not None:
                os.close(self._handle)
                self._handle = None

    def _open(self, *, create: bool) -> int | None:
        if self._handle is not None:
            if os.fstat(self._handle).st_nlink:
                return self._handle
            os.close(self._handle)  # somebody removed the file under us
            self._handle = None
        flags = os.O_RDWR | getattr(os, "O_BINARY", 0)
        try:
            self._handle = os.open(self.path, flags)
        except FileNotFoundError:
            if not create:
                return None
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._handle = os.open(self.path, flags | os.O_CREAT, 0o600)
            os.write(self._handle, (b" " * (SLOT - 1) + b"\n") * 2)
            os.fsync(self._handle)
            if os.name == "posix":
                folder = os.open(self.path.parent, os.O_RDONLY)
                try:
                    os.fsync(folder)
                finally:
                    os.close(folder)
        return self._handle


#: The file has its size from the beginning: its data is all there is to force out.
_sync = getattr(os, "fdatasync", os.fsync)


def _mark(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:16].encode()


def _parse(raw: bytes) -> Record | None:
    mark, _, body = raw.strip().partition(b" ")
    if not body or _mark(body) != mark:
        return None
    return _RECORD.decode(body)


_RECORD = msgspec.json.Decoder(Record)
_FACTS = msgspec.json.Decoder(Facts)


@lru_cache(maxsize=8)
def _facts(raw: str) -> Facts:
    return _FACTS.decode(raw)


def facts_to_json(facts: Facts) -> str:
    """As kept in the store's own key-value table, in the same transaction as what it counts."""
    return msgspec.json.encode(facts).decode()


def facts_from_json(raw: str | None) -> Facts:
    """Read them back; empty facts for a store that never issued anything."""
    return _facts(raw) if raw else Facts()
