"""The administrative procedure (thủ tục hành chính, TTHC) as a counter needs it: one immutable published version.

A dossier keeps the version of its reception day: decisions change names, fees and time limits, but not what a citizen's
receipt already promises.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRule:
    """A published fee (phí) or charge (lệ phí) in đồng. ``moment``: 1 at reception, 2 at supplement, 4 at return."""

    code: str
    kind: Literal["phi", "le_phi"]
    name: str
    amount: int
    moment: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentRule:
    """A paper the published list asks for (thành phần hồ sơ)."""

    code: str
    name: str
    originals: int = 1
    copies: int = 0
    required: bool = True
    digitise: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRule:
    """The published time limit. ``unit``: working days, calendar days, working hours, or within the day."""

    value: int
    unit: Literal["workday", "day", "hour", "same-day"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A procedure that belongs to another system: we must not receive it, and say where to go."""

    name: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Who decides and who gets the papers, where that depends on the receiving counter (business of the commune itself)."""

    competent_agency: str
    handover_unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """One version of one procedure. ``agencies`` are the counters that receive it (any counter of the province may be
    named, whatever the applicant's residence); empty means all. ``by_counter`` overrides ``competent_agency`` and
    ``handover_unit`` for the counters it names."""

    code: str
    version: int
    name: str
    field: str
    competent_agency: str
    handover_unit: str = ""
    by_counter: dict[str, Place] = field(default_factory=dict, hash=False)
    authoritative_system: Authority | None = None
    limit: LimitRule
    internal_days_before: int = 0
    supplement_policy: str = "once-per-stage"
    due_policy: Literal["restart", "resume", "manual"] = "restart"
    fees: tuple[FeeRule, ...] = ()
    components: tuple[ComponentRule, ...] = ()
    result_kind: str = ""
    return_methods: tuple[str, ...] = ("counter", "post")
    agencies: tuple[str, ...] = ()
    valid_from: date
    valid_to: date | None = None
    decision_no: str = ""

    def at(self, counter: str) -> Procedure:
        """This version as ``counter`` applies it: with its own competent agency and handover unit."""
        place = self.by_counter.get(counter)
        if place is None:
            return self
        return replace(self, competent_agency=place.competent_agency, handover_unit=place.handover_unit)

    def holds_on(self, day: date) -> bool:
        """True when this version is in force on ``day`` (both ends included)."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """An office: a counter (bộ phận một cửa), an agency, or a department that papers are handed to."""

    id: str
    name: str
    short_name: str = ""
    level: str = ""
    parent: str | None = None
    header_lines: tuple[str, ...] = ()
    place: str = ""
    hotline: str = ""
    is_counter: bool = False
    numbering: str = "lane"
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything published that holds on this PC. ``procedures`` may hold several versions of a code."""

    procedures: tuple[Procedure, ...] = ()
    units: dict[str, Unit] = field(default_factory=dict)

    def procedure(self, code: str, day: date) -> Procedure | None:
        """The version of ``code`` in force on ``day``."""
        return next((p for p in self.procedures if p.code == code and p.holds_on(day)), None)

    def version(self, code: str, version: int) -> Procedure | None:
        """Exactly that version, whatever the day: an old dossier keeps the rules it was received under."""
        return next((p for p in self.procedures if p.code == code and p.version == version), None)

    def in_force(self, day: date, agency: str = "") -> list[Procedure]:
        """What ``agency`` may receive on ``day``, by name."""
        found = [p for p in self.procedures if p.holds_on(day) and (not agency or not p.agencies or agency in p.agencies)]
        return sorted(found, key=lambda p: p.name)

    def unit_name(self, unit_id: str) -> str:
        """The unit's name, or its id where the catalogue does not know it (shown as is, never dropped)."""
        unit = self.units.get(unit_id)
        return unit.name if unit else unit_id
