"""What a disk holds after a power cut: the writes of a real process, replayed up to a moment, without what was not forced out.

The record comes from strace (``-xx -y``): every write, truncation, sync and removal of the store, its log and the witness, in
order, together with what the process had told a person by then.
"""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
_CALL = re.compile(r"^\d+ +(?P<name>\w+)\((?P<rest>.*)\) += (?P<result>-?\d+)")
_FD = re.compile(r"^(?P<fd>\d+)<(?P<path>[^>]*)>(?:, (?P<args>.*))?$", re.DOTALL)
_HEX = re.compile(r"\\x([0-9a-f]{2})")
_UNFINISHED = "<unfinished ...>"
_RESUMED = re.compile(r"^\d+ +<\.\.\. \w+ resumed>(?P<rest>.*)$")
CALLS = ("pwrite64", "write", "fsync", "fdatasync", "ftruncate", "lseek", "unlink")


def _bytes(text: str) -> bytes:
    """A string of strace -xx."""
    return bytes.fromhex("".join(_HEX.findall(text)))


def _path(text: str) -> Path:
    return Path(_bytes(text).decode() if text.startswith("\\x") else text)


@dataclass(frozen=True, slots=True)
class Event:
    """One change of a file (``data`` at ``offset``), its truncation, its sync, its removal; or words to a person (``told``)."""

    kind: str
    path: Path = Path()
    offset: int = 0
    data: bytes = b""
    told: str = ""


def whole_lines(log: str) -> Iterator[str]:
    """The calls of a log; those that another thread's call interrupted are put together again where they ended."""
    begun: dict[str, str] = {}
    for line in log.splitlines():
        process = line.partition(" ")[0]
        if line.endswith(_UNFINISHED):
            begun[process] = line.removesuffix(_UNFINISHED).rstrip()
            continue
        resumed = _RESUMED.match(line)
        if resumed is not None and process in begun:
            line = begun.pop(process) + resumed["rest"]
        yield line


def read_record(log: str, files: set[Path]) -> list[Event]:
    """The events of a log that concern ``files``, and what was written to standard output."""
    places: dict[tuple[str, str], int] = {}
    found: list[Event] = []
    for line in whole_lines(log):
        match = _CALL.match(line)
        if match is None or int(match["result"]) < 0:
            continue
        name, rest = match["name"], match["rest"]
        if name == "unlink":
            path = _path(rest.strip('"'))
            if path in files:
                found.append(Event("unlink", path))
            continue
        target = _FD.match(rest)
        if target is None:
            continue
        if name == "write" and target["fd"] == "1":
            found.append(Event("told", told=_bytes(target["args"].partition(",")[0]).decode()))
            continue
        path = _path(target["path"])
        if path not in files:
            continue
        args = target["args"] or ""
        key = (target["fd"], target["path"])
        if name == "lseek":
            places[key] = int(match["result"])
        elif name == "write":
            data = _bytes(args.partition('"')[2].rpartition('"')[0])
            found.append(Event("write", path, places.get(key, 0), data))
            places[key] = places.get(key, 0) + len(data)
        elif name == "pwrite64":
            found.append(Event("write", path, int(args.rpartition(", ")[2]), _bytes(args.partition('"')[2].rpartition('"')[0])))
        elif name == "ftruncate":
            found.append(Event("truncate", path, int(args)))
        else:
            found.append(Event("sync", path))
    return found


@dataclass
class Disk:
    """The files as forced out (``safe``) and what has been written since (``loose``)."""

    safe: dict[Path, bytes] = field(default_factory=dict)
    loose: dict[Path, list[Event]] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    def take(self, event: Event) -> None:
        if event.kind == "told":
            self.told.append(event.told)
        elif event.kind == "sync":
            self.safe[event.path] = self._applied(event.path, self.loose.pop(event.path, []))
        else:
            self.loose.setdefault(event.path, []).append(event)

    def forgotten(self) -> dict[Path, bytes]:
        """The power goes now; nothing loose arrived."""
        return dict(self.safe)

    def mixed(self, rng: random.Random) -> dict[Path, bytes]:
        """Some loose sectors arrived, some did not; truncations and removals (the folder's business) maybe."""
        image = {}
        for path in {*self.safe, *self.loose}:
            some: list[Event] = []
            for event in self.loose.get(path, []):
                if event.kind != "write":
                    some += [event] if rng.random() < 0.5 else []
                    continue
                at = 0
                while at < len(event.data):
                    size = SECTOR - (event.offset + at) % SECTOR
                    if rng.random() < 0.5:
                        some.append(Event("write", path, event.offset + at, event.data[at : at + size]))
                    at += size
            content = self._applied(path, some)
            if content or path in self.safe:
                image[path] = content
        return image

    def _applied(self, path: Path, events: list[Event]) -> bytes:
        content = bytearray(self.safe.get(path, b""))
        for event in events:
            if event.kind == "write":
                if len(content) < event.offset:
                    content += bytes(event.offset - len(content))
                content[event.offset : event.offset + len(event.data)] = event.data
            elif event.kind == "truncate":
                del content[event.offset :]
                content += bytes(event.offset - len(content))
            elif event.kind == "unlink":
                content.clear()
        return bytes(content)


def cuts(base: dict[Path, bytes], events: list[Event]) -> Iterator[tuple[int, Disk]]:
    """The disk before the first event and after each."""
    disk = Disk(dict(base))
    yield 0, disk
    for number, event in enumerate(events, 1):
        disk.take(event)
        yield number, disk


def lay_out(image: dict[Path, bytes], moved: dict[Path, Path]) -> None:
    """Write an image where ``moved`` says; a file not in it is not there."""
    for path, target in moved.items():
        target.unlink(missing_ok=True)
        for leftover in target.parent.glob(target.name + "-shm"):
            leftover.unlink()
        if path in image:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(image[path])


def copy_profile(source: Path, target: Path) -> None:
    """A profile's other files (key, settings), without what the image brings."""
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.db-shm"))
