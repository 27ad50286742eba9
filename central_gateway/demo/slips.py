"""Handover slips of the invented past: one a batch, counter and unit, each line a dossier."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from central_gateway.demo import words
from central_gateway.demo.people import People
from onestop.codes import format_slip_number
from onestop.model import Event, Slip, SlipLine

Direction = Literal["out", "back", "post"]


@dataclass(slots=True)
class Draft:
    """A slip being filled. ``confirmed_at`` may lie in the future: then it is still open."""

    id: str
    number: str
    made_at: datetime
    confirmed_at: datetime
    direction: Direction
    unit: str
    by: str
    person: str
    lines: list[tuple[str, str]] = field(default_factory=list)


class SlipBook:
    """The slips of one counter. ``device`` is the desk that made them."""

    def __init__(self, rng: random.Random, people: People, agency: str, device: int, names: dict[str, str], now: datetime,
                 uid: Callable[[datetime], str]) -> None:
        self._rng, self._people, self._agency, self._device, self._now, self._uid = rng, people, agency, device, now, uid
        self._names = names
        self._drafts: dict[tuple[str, str, datetime], Draft] = {}
        self._per_day: dict[str, int] = {}
        self._persons: dict[str, str] = {}

    def join(self, direction: Direction, unit: str, made_at: datetime, by: str, dossier: str, code: str) -> Draft:
        """Put a dossier on the batch of ``made_at``; the batch is confirmed some minutes later."""
        key = (direction, unit, made_at)
        draft = self._drafts.get(key)
        if draft is None:
            day = f"{made_at:%y%m%d}"
            number = self._per_day[day] = self._per_day.get(day, 0) + 1
            draft = self._drafts[key] = Draft(
                self._uid(made_at), format_slip_number(self._agency, self._device, made_at.date(), number), made_at,
                made_at + timedelta(minutes=self._rng.randint(6, 40)), direction, unit, by, self._person(unit))
        draft.lines.append((dossier, code))
        return draft

    def slips(self) -> list[Slip]:
        """All slips in the order they were made."""
        return [self._finish(draft) for draft in sorted(self._drafts.values(), key=lambda d: (d.made_at, d.number))]

    def _person(self, unit: str) -> str:
        if unit not in self._persons:
            self._persons[unit] = self._people.name(self._rng.choice(("male", "female")))
        return self._persons[unit]

    def _finish(self, draft: Draft) -> Slip:
        done = draft.confirmed_at <= self._now
        state: Literal["received", "sent"] = "received" if done else "sent"
        back = draft.direction == "back"
        mine = self._names[draft.by]
        printed = draft.made_at + timedelta(seconds=40)
        events = [Event(id=self._uid(draft.made_at), kind="slip-made", at=draft.made_at, by=draft.by, device=self._device)]
        if printed <= self._now:
            events.append(Event(id=self._uid(printed), kind="print", at=printed, by=draft.by, device=self._device,
                                facts={"form": "handover", "copy_no": 1}))
        if done:
            events.append(Event(id=self._uid(draft.confirmed_at), kind="slip-confirmed", at=draft.confirmed_at, by=draft.by,
                                device=self._device, facts={"received": len(draft.lines), "lines": len(draft.lines)}))
        unit = words.POST if draft.direction == "post" else draft.unit
        return Slip(
            id=draft.id, number=draft.number, agency=self._agency, direction=draft.direction,
            from_unit=unit if back else self._agency, to_unit=self._agency if back else unit,
            from_person=draft.person if back else mine, to_person=mine if back else draft.person,
            made_at=draft.made_at, made_by=draft.by, status="confirmed" if done else "open",
            confirmed_at=draft.confirmed_at if done else None, confirmed_by=draft.by if done else "",
            lines=tuple(SlipLine(seq=i, dossier=dossier, code=code, state=state) for i, (dossier, code) in enumerate(draft.lines, 1)),
            events=tuple(events), prints={"handover": 1} if printed <= self._now else {}, version=len(events),
        )
