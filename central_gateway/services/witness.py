"""The witness: a small file outside the database (other disk, never part of its backups) that says how far this gateway had come.

It is what a database restored without notice is recognised by, and what keeps numbers from being given twice after it. Two kinds
of facts: what is *reserved* is on disk before the commit that gives it away (it may be ahead of the database after a crash, and
only ever makes us skip); what is *seen* is written after the commit (ahead of the database only when that was rolled back).
Several processes of one machine share the file; gateways on several machines have one each, and a recovery uses what it finds.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection

from central_gateway.failpoints import failpoint
from onestop.errors import EnvironmentFault, UserError
from onestop.feed import Position, parse_positions

#: Online numbers are reserved by so many, so that the disk is not waited for at each.
BLOCK = 20
_CHECKPOINT_SECONDS = 2.0
#: Days whose reservations are kept: numbers are given for dates at most a month back.
_DAYS_KEPT = 80


class WitnessDevice(msgspec.Struct, kw_only=True):
    """An enrolled device: enough to know it again when the database forgot it."""

    agency: str
    name: str
    public_key: str
    incarnation: str
    enrolled_at: str


class Facts(msgspec.Struct, kw_only=True):
    """The file. Reserved: ``lanes`` (agency → highest lane), ``numbers`` (agency → day → highest number), ``devices``. Seen:
    ``epoch``, ``granted`` (agency → highest lane whose lease is committed), ``heads`` (part → ``seq:chain``)."""

    gateway: str = ""
    epoch: int = 0
    lanes: dict[str, int] = {}
    granted: dict[str, int] = {}
    numbers: dict[str, dict[str, int]] = {}
    devices: dict[str, WitnessDevice] = {}
    heads: dict[str, str] = {}


class Witness:
    """The file in ``folder``; with no folder nothing is witnessed and every question has an empty answer."""

    def __init__(self, folder: str, gateway: str) -> None:
        self._path = Path(folder) / "witness.json" if folder else None
        self._lock = threading.Lock()
        self._seen: dict[str, str] = {}
        self._next = 0.0
        self.facts = Facts(gateway=gateway)
        if self._path is not None:
            with self._writing():
                pass

    @property
    def there(self) -> bool:
        """Whether there is a file."""
        return self._path is not None

    def lane(self, agency: str) -> int:
        """The highest lane ever reserved in ``agency``; -1 for none."""
        return self.facts.lanes.get(agency, -1)

    def number(self, agency: str, day: str) -> int:
        """The highest online number reserved for that day."""
        return self.facts.numbers.get(agency, {}).get(day, 0)

    def reserve_lane(self, agency: str, lane: int) -> None:
        """On disk before the lease is committed. Raises EnvironmentFault ``witness-unwritable``: then nothing is given."""
        if self._path is None or lane <= self.lane(agency):
            return
        with self._writing() as facts:
            facts.lanes[agency] = max(lane, facts.lanes.get(agency, -1))
        failpoint("witness")

    def reserve_number(self, agency: str, day: str, number: int) -> None:
        """On disk before the number is committed. Raises EnvironmentFault ``witness-unwritable``."""
        if self._path is None or number <= self.number(agency, day):
            return
        with self._writing() as facts:
            days = facts.numbers.setdefault(agency, {})
            days[day] = max(number + BLOCK - 1, days.get(day, 0))
            for old in sorted(days)[:-_DAYS_KEPT]:
                del days[old]
        failpoint("witness")

    def reserve_device(self, number: int, device: WitnessDevice) -> None:
        """On disk before the enrolment is committed."""
        if self._path is None:
            return
        with self._writing() as facts:
            facts.devices[str(number)] = device

    def began(self, epoch: int) -> None:
        """An epoch is committed."""
        if self._path is None or epoch <= self.facts.epoch:
            return
        with self._writing() as facts:
            if epoch > facts.epoch:
                facts.epoch, facts.heads, facts.granted = epoch, {}, {}

    def granted(self, agency: str, lane: int) -> None:
        """A lease is committed."""
        if self._path is None or lane <= self.facts.granted.get(agency, -1):
            return
        with self._writing() as facts:
            facts.granted[agency] = max(lane, facts.granted.get(agency, -1))

    def saw(self, position: str) -> None:
        """A push is committed; the disk learns of it at the next checkpoint."""
        if self._path is None:
            return
        part, _, rest = position.partition("=")
        with self._lock:
            if _seq(rest) > _seq(self._seen.get(part, "0:")):
                self._seen[part] = rest

    def checkpoint(self, epoch: int, *, now: bool = False) -> None:
        """Write what was seen, at most every two seconds; called whenever somebody speaks to us."""
        if self._path is None or not self._seen or (not now and time.monotonic() < self._next):
            return
        with self._lock:
            if not self._seen:
                return
            self._next = time.monotonic() + _CHECKPOINT_SECONDS
            seen, self._seen = self._seen, {}
        with contextlib.suppress(EnvironmentFault), self._writing() as facts:
            for part, rest in seen.items() if facts.epoch <= epoch else ():
                if _seq(rest) > _seq(facts.heads.get(part, "0:")):
                    facts.heads[part] = rest

    def positions(self) -> list[Position]:
        """The heads seen."""
        return [parse_positions(f"{part}={rest}")[0] for part, rest in self.facts.heads.items()]

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Facts]:
        """The file as it is now, locked against other processes; written and synced at the end when it changed."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._lock, _locked(self._path.with_suffix(".lock")):
                before = self._path.read_bytes() if self._path.exists() else b""
                facts = self._read(before)
                yield facts
                after = msgspec.json.encode(facts)
                if after != before:
                    _write(self._path, after)
                self.facts = facts
        except OSError as error:
            raise EnvironmentFault("witness-unwritable", "Không ghi được tệp chứng (--witness). Hãy kiểm tra thư mục, quyền và dung lượng.",
                                   reason=type(error).__name__) from None

    def _read(self, raw: bytes) -> Facts:
        if not raw:
            return Facts(gateway=self.facts.gateway)
        try:
            facts = msgspec.json.decode(raw, type=Facts)
            for part, rest in facts.heads.items():
                parse_positions(f"{part}={rest}")
        except (msgspec.MsgspecError, ValueError):
            raise UserError("witness-unreadable", "Tệp chứng (--witness) bị hỏng. Hãy đổi tên tệp rồi chạy `recover start`.") from None
        if facts.gateway != self.facts.gateway:
            raise UserError("witness-foreign", "Tệp chứng (--witness) là của cơ sở dữ liệu khác. Hãy kiểm tra lại --database: "
                                               "có thể cơ sở dữ liệu chưa được khôi phục.")
        return facts


def of(conn: Connection) -> Witness:
    """The witness of the gateway this connection is of."""
    return conn.get_execution_options().get("witness") or _NONE


def _seq(rest: str) -> int:
    return int(rest.partition(":")[0])


_NONE = Witness("", "")


def _write(path: Path, raw: bytes) -> None:
    part = path.with_suffix(".part")
    with open(part, "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
    if os.name == "posix":
        folder: Any = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with open(path, "ab") as file:
        if os.name == "posix":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        else:
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        yield
