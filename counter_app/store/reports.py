"""What report figures are counted from: few facts of every dossier that was open at some time in a period.

Final dossiers are nearly all there ever were, so they are met by the index of the day they were received, returned or stopped in,
and read some hundred at a time: a year's report of a large counter takes little memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec

from counter_app.store.rows import CLOCK_RUNS, RESTING, STOPPED
from counter_app.store.session import Session
from counter_app.store.words import seconds
from onestop.codec import decode
from onestop.model import Dossier

_CHUNK = 500
_OPEN_IN_PERIOD = f"""
    SELECT n FROM dossier WHERE received_at >= ?1 AND received_at < ?2
    UNION SELECT n FROM dossier WHERE {RESTING} AND received_at < ?1
    UNION SELECT n FROM dossier WHERE {CLOCK_RUNS} AND received_at < ?1
    UNION SELECT n FROM dossier WHERE returned_at IS NOT NULL AND returned_at >= ?1 AND received_at < ?1
    UNION SELECT n FROM dossier WHERE {STOPPED} AND received_at < ?1
"""
_ROWS = "SELECT plain(coalesce(data, server)) FROM dossier WHERE n IN (SELECT value FROM json_each(?)) AND agency = ?"

_NUMBERED = "SELECT n, plain(coalesce(data, server)) FROM dossier WHERE n IN (SELECT value FROM json_each(?)) AND agency = ?"


class _When(msgspec.Struct):
    at: datetime


class _Happened(msgspec.Struct):
    kind: str
    at: datetime


class _Raw(msgspec.Struct):
    sector: str
    channel: str
    status: int
    received_at: datetime
    due_at: datetime | None = None
    result: _When | None = None
    returned: _When | None = None
    events: list[_Happened] = []


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One dossier as reports see it. ``result_at``: the result lay at the counter; ``stopped_at``: handling was stopped."""

    sector: str
    channel: str
    status: int
    received_at: datetime
    due_at: datetime | None
    result_at: datetime | None
    stopped_at: datetime | None


_DECODER = msgspec.json.Decoder(_Raw)


class ReportReads(Session):
    """Figures for reports."""

    def report_rows(self, start: datetime, end: datetime, agency: str) -> Iterator[ReportRow]:
        """Every dossier of ``agency`` received before ``end`` and not settled before ``start`` (and some that were: the caller
        looks at the moments). In no order. Entities that this program cannot read are left out; they wait for an update."""
        numbers = [n for (n,) in self._all(_OPEN_IN_PERIOD, seconds(start), seconds(end))]
        for first in range(0, len(numbers), _CHUNK):
            wanted = msgspec.json.encode(numbers[first : first + _CHUNK]).decode()
            for (raw,) in self._all(_ROWS, wanted, agency):
                try:
                    row = _DECODER.decode(raw)
                except msgspec.MsgspecError:
                    continue
                done = row.result or row.returned
                stopped = next((e.at for e in reversed(row.events) if e.kind == "stop"), None) if row.status == 8 else None
                yield ReportRow(row.sector, row.channel, row.status, row.received_at, row.due_at, done.at if done else None, stopped)

    def received_between(self, start: datetime, end: datetime, agency: str) -> Iterator[Dossier]:
        """Every dossier of ``agency`` received in ``[start, end)``, in order of reception. Entities that this program cannot read are left
        out; they wait for an update."""
        numbers = [n for (n,) in self._all("SELECT n FROM dossier WHERE received_at >= ? AND received_at < ? ORDER BY received_at, n",
                                           seconds(start), seconds(end))]
        for first in range(0, len(numbers), _CHUNK):
            chunk = numbers[first : first + _CHUNK]
            rows = self._all(_NUMBERED, msgspec.json.encode(chunk).decode(), agency)
            found = {n: raw for n, raw in rows}
            for n in chunk:
                try:
                    if n in found:
                        yield decode(Dossier, found[n])
                except msgspec.MsgspecError:
                    continue
