"""Form 07, "Sổ theo dõi hồ sơ": the register of everything received in a period, from this counter's store."""

from __future__ import annotations

from datetime import datetime

from counter_app.domain.periods import Period
from counter_app.printing.letters import RegisterDoc, RegisterLine
from counter_app.services.desk import Desk
from counter_app.services.paper import RELATION_WORDS, RETURN_WORDS, Paper, header
from onestop.model import Dossier
from onestop.states import State


def register(desk: Desk, period: Period) -> Paper:
    """Every dossier received from the period's first to its last day, in order of reception. What was only registered online is not in
    it. Ten thousand take a few seconds: not on the window's thread."""
    with desk.store.read() as reader:
        names = reader.staff_names()
        lines = tuple(_line(desk, dossier, names) for dossier in reader.received_between(period.start, period.end, desk.agency)
                      if dossier.status != State.REGISTERED)
    document = RegisterDoc(header=header(desk), first=period.first, last=period.last, made_at=desk.now(), unit_name=desk.unit.name,
                           period=period.text_vi, lines=lines)
    return Paper("07", "", 1, period.key, document)


def _line(desk: Desk, dossier: Dossier, names: dict[str, str]) -> RegisterLine:
    returned, owner = dossier.returned, dossier.owner
    return RegisterLine(
        code=dossier.shown_code, procedure=dossier.procedure_name, sets=dossier.set_count, owner=owner.name,
        contact="; ".join(part for part in (owner.address, owner.phone) if part), agency=desk.catalogue.unit_name(dossier.competent_agency),
        received_at=dossier.received_at, due_at=dossier.due_at, result_at=dossier.result.at if dossier.result else None,
        returned_at=returned.at if returned else None, method=RETURN_WORDS.get(dossier.return_method, dossier.return_method),
        collector=_collector(dossier), note=_note(dossier), officer=names.get(dossier.received_by, ""))


def _collector(dossier: Dossier) -> str:
    taken = dossier.returned
    if taken is None:
        return ""
    return f"{taken.collector_name} ({RELATION_WORDS[taken.relation].lower()})" if taken.relation != "owner" else taken.collector_name


_NOTES = {State.REFUSED: "refuse", State.STOPPED: "stop"}
_WORDS = {State.REFUSED: "Từ chối", State.STOPPED: "Dừng giải quyết", State.SUPPLEMENT: "Đang chờ bổ sung",
          State.WITHDRAWAL: "Đề nghị rút hồ sơ", State.FINANCIAL: "Chờ nghĩa vụ tài chính"}


def _note(dossier: Dossier) -> str:
    words = _WORDS.get(dossier.status, "")  # type: ignore[call-overload]
    kind = _NOTES.get(dossier.status)  # type: ignore[call-overload]
    at = next((event.at for event in reversed(dossier.events) if event.kind == kind), None) if kind else None
    return f"{words} {_day(at)}" if at else words


def _day(at: datetime) -> str:
    from onestop.vntime import to_vn

    return f"{to_vn(at):%d/%m/%Y}"
