"""The pile that is being handed over: what was scanned so far, to whom each folder goes, and why one cannot. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from counter_app.domain.outcomes import ScanOutcome
from counter_app.domain.procedure import Unit
from counter_app.services import handover
from counter_app.services.desk import Desk
from counter_app.services.handover import POST_UNIT as POST
from counter_app.services.handover import Direction
from counter_app.services.paper import internal_deadline
from onestop.errors import UserError
from onestop.model import Dossier
from onestop.states import state_name
from onestop.text import fold

DIRECTIONS: tuple[tuple[Direction, str, str], ...] = (
    ("out", "Giao phòng ban", "Giao cho"),
    ("back", "Nhận kết quả về", "Nhận từ"),
    ("post", "Giao bưu chính", "Giao cho"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One folder of the pile. ``usual``: the unit its procedure names; ``unit``: the one it goes to (or comes from); ``item``: the
    postal item its result goes in."""

    dossier: str
    code: str
    owner: str
    procedure: str
    unit: str
    usual: str
    deadline: datetime | None
    item: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """How a scan into the pile ended; ``detail`` says more."""

    outcome: ScanOutcome
    detail: str = ""
    state: str = ""
    agency: str = ""


class HandoverList:
    """Folders in the order of scanning. ``unit`` empty: each goes where its procedure says, one slip a unit."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.direction: Direction = "out"
        self.unit = ""
        self.entries: list[Entry] = []

    def add(self, dossier: Dossier) -> Added:
        """Put a folder on the pile, or say at once why not (while it is still in the hand)."""
        if any(entry.dossier == dossier.id for entry in self.entries):
            return Added(ScanOutcome.ALREADY_IN_LIST)
        error = self._why_not(dossier)
        if error is not None:
            return self._refused(dossier, error)
        if len(self.entries) >= handover.MAX_LINES:
            return Added(
                ScanOutcome.NOT_ALLOWED_HERE, f"Một lần lập phiếu tối đa {handover.MAX_LINES} hồ sơ.", state_name(dossier.status)
            )
        usual = self.usual_unit(dossier)
        entry = Entry(
            dossier.id,
            dossier.shown_code,
            dossier.owner.name,
            dossier.procedure_name,
            self.unit or usual,
            usual,
            internal_deadline(self._desk, dossier),
        )
        self.entries.append(entry)
        if self.direction == "post":
            return Added(ScanOutcome.ADDED_TO_LIST, "Bưu gửi đã dán tem thì quét tem ngay sau giấy này.")
        other = self.unit and usual and self.unit != usual
        return Added(
            ScanOutcome.ADDED_TO_LIST,
            f"Thủ tục này thường giao {self._desk.catalogue.unit_name(usual)}." if other else dossier.procedure_name,
        )

    def _why_not(self, dossier: Dossier) -> UserError | None:
        with self._desk.store.read() as reader:
            return handover.why_not(self._desk, reader, dossier, self.direction, self.unit or self.usual_unit(dossier))

    def _refused(self, dossier: Dossier, error: UserError) -> Added:
        if error.code == "dossier-elsewhere":
            return Added(ScanOutcome.OTHER_AGENCY, error.message, agency=self._desk.catalogue.unit_name(dossier.agency))
        if error.code == "already-on-slip":
            return Added(ScanOutcome.ALREADY_IN_LIST, error.message)
        return Added(ScanOutcome.NOT_ALLOWED_HERE, error.message, state_name(dossier.status))

    def usual_unit(self, dossier: Dossier) -> str:
        """The unit the procedure hands over to; for results the one that holds the papers."""
        if self.direction == "post":
            return POST
        if self.direction == "back":
            return dossier.holder
        procedure = self._desk.catalogue.version(dossier.procedure_code, dossier.procedure_version)
        return (procedure.handover_unit or procedure.competent_agency) if procedure else dossier.competent_agency

    def set_unit(self, unit: str) -> None:
        """All folders go to ``unit``; empty: each where its procedure says."""
        self.unit = unit
        self.entries = [replace(entry, unit=unit or entry.usual) for entry in self.entries]

    def set_direction(self, direction: Direction) -> list[str]:
        """Another direction; folders that cannot go that way leave the pile. Returns their codes."""
        before, self.direction, self.unit, self.entries = self.entries, direction, "", []
        lost = []
        with self._desk.store.read() as reader:
            dossiers = [reader.dossier(entry.dossier) for entry in before]
        for entry, dossier in zip(before, dossiers, strict=True):
            if dossier is None or self.add(dossier).outcome is not ScanOutcome.ADDED_TO_LIST:
                lost.append(entry.code)
        return lost

    def remove(self, dossier_id: str) -> None:
        """Take a folder off the pile."""
        self.entries = [entry for entry in self.entries if entry.dossier != dossier_id]

    def set_item(self, code: str) -> tuple[Entry | None, str]:
        """A postal label was scanned: it belongs to the folder scanned last that has none yet. Else says why not."""
        if self.direction != "post":
            return None, "Muốn ghi tem cho bưu gửi thì chọn “Giao bưu chính”."
        if any(entry.item == code for entry in self.entries):
            return None, "Tem này đã dùng cho một hồ sơ khác trong danh sách."
        place = next((i for i in reversed(range(len(self.entries))) if not self.entries[i].item), None)
        if place is None:
            return None, "Hãy quét giấy tiếp nhận trước, rồi quét tem của bưu gửi đó."
        self.entries[place] = replace(self.entries[place], item=code)
        return self.entries[place], ""

    def groups(self) -> dict[str, list[Entry]]:
        """One slip a unit, in the order in which units came up."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.unit, []).append(entry)
        return found

    def sorted_entries(self) -> list[Entry]:
        """As the slips will have them."""
        return [entry for entries in self.groups().values() for entry in entries]


def find_units(desk: Desk, text: str, limit: int = 40) -> list[tuple[Unit, bool]]:
    """Units that papers go to, with whether our procedures name them (those first); by name without marks."""
    wanted = fold(text)
    named = {p.handover_unit or p.competent_agency for p in desk.catalogue.in_force(desk.today(), desk.agency)}
    units = [u for u in desk.catalogue.units.values() if u.id != desk.agency and not (u.valid_to and u.valid_to < desk.today())]
    units.sort(key=lambda u: (u.id not in named, not u.id.startswith(desk.agency + "."), u.name))
    hits = [u for u in units if wanted in fold(f"{u.name} {u.short_name} {u.id}")] if wanted else [u for u in units if u.id in named]
    return [(u, u.id in named) for u in hits[:limit]]
