"""Finding the procedure by code, by name without marks, or among those received here lately; and what to say about it. Qt-free but
for the value type of the list."""

from __future__ import annotations

from collections import Counter
from datetime import date

from counter_app.domain.fees import money_vi
from counter_app.domain.procedure import Catalogue, Procedure
from counter_app.services.desk import Desk
from counter_app.ui.widgets.choices import Choice
from onestop.deadline import Limit
from onestop.text import fold

RECENT = 6
_LOOK_BACK = 80
_SHOWN = 40


class ProcedureFinder:
    """Answers the type-ahead on each key: the folded names are kept per catalogue and day."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._known: tuple[Catalogue, date] | None = None
        self._folded: list[tuple[str, str, Procedure]] = []
        self._recent: list[str] = []

    def refresh(self) -> None:
        """Read again what was received here lately."""
        with self._desk.store.read() as reader:
            codes = [row.procedure_code for row in reader.list_dossiers(limit=_LOOK_BACK)]
        self._recent = [code for code, _ in Counter(codes).most_common(RECENT)]

    def fetch(self, text: str) -> list[Choice]:
        """The choices for what is typed; for nothing typed, what was received most lately."""
        self._prepare()
        words = fold(text).split()
        if not words:
            by_code = {procedure.code: procedure for _, _, procedure in self._folded}
            lately = [choice_of(by_code[code], recent=True) for code in self._recent if code in by_code]
            return lately or [choice_of(procedure) for _, _, procedure in self._folded[:RECENT]]
        hits = []
        for code, name, procedure in self._folded:
            place = f"{code} {name}"
            if all(word in place for word in words):
                first = 0 if code.startswith(words[0]) else 1 if name.startswith(" ".join(words)) else 2
                hits.append((procedure.code not in self._recent, first, place.find(words[0]), procedure))
        hits.sort(key=lambda hit: hit[:3])
        return [choice_of(procedure, recent=not later) for later, _, _, procedure in hits[:_SHOWN]]

    def _prepare(self) -> None:
        now = (self._desk.catalogue, self._desk.today())
        if self._known is None or self._known[0] is not now[0] or self._known[1] != now[1]:
            self._known = now
            self._folded = [(p.code, fold(f"{p.name} {p.field}"), p) for p in now[0].in_force(now[1], self._desk.agency)]


def choice_of(procedure: Procedure, *, recent: bool = False) -> Choice:
    """A procedure as an entry of the list."""
    elsewhere = procedure.authoritative_system
    facts = f"{procedure.field} · {limit_words(procedure)} · {fee_words(procedure)}"
    detail = f"Không tiếp nhận tại đây: {elsewhere.name}" if elsewhere else facts
    return Choice(procedure, procedure.name, detail, f"gần đây · {procedure.code}" if recent else procedure.code,
                  "ban" if elsewhere else "file-text")


def limit_words(procedure: Procedure) -> str:
    """``5 ngày làm việc``."""
    return Limit(procedure.limit.value, procedure.limit.unit).text_vi


def fee_words(procedure: Procedure) -> str:
    """``15.000 đ`` or ``không thu phí``."""
    total = sum(fee.amount for fee in procedure.fees)
    return money_vi(total) if total else "không thu phí"


def info_words(desk: Desk, procedure: Procedure) -> str:
    """The line below the field: code, sector, limit, fees, who gets the papers."""
    unit = desk.catalogue.unit_name(procedure.handover_unit or procedure.competent_agency)
    return f"{procedure.code} · {procedure.field} · {limit_words(procedure)} · {fee_words(procedure)} · chuyển {unit}"


def refusal(desk: Desk, procedure: Procedure) -> str:
    """Why it cannot be received here; empty when it can."""
    if procedure.authoritative_system:
        return f"Làm trên {procedure.authoritative_system.name}. {procedure.authoritative_system.hint}"
    if procedure.agencies and desk.agency not in procedure.agencies:
        return "Quầy này không tiếp nhận thủ tục này. Hãy hướng dẫn người dân đến đơn vị có thẩm quyền."
    return ""
