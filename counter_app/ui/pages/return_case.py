"""One result to hand over: who may take it, what goes back with it, what is still owed, and what to say. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from counter_app.domain.identity import Card
from counter_app.services import fees
from counter_app.services.desk import Desk
from counter_app.ui.pages.dossier_facts import owed_by_code
from counter_app.ui.pages.dossier_words import holder_words
from counter_app.ui.texts import date_text, moment_text, money_text
from onestop.lateness import Lateness, lateness
from onestop.model import Dossier
from onestop.states import Clock, State, clock, state_name
from onestop.text import fold, mask_id

Relation = Literal["owner", "submitter", "authorised", "post"]
POSTMAN = "Nhân viên bưu chính"


@dataclass(frozen=True, slots=True)
class Collector:
    """How the form is filled. ``id_shown``: the number of the dossier, masked, that holds while nothing is typed."""

    relation: Relation
    name: str
    id_no: str = ""
    phone: str = ""
    id_shown: str = ""
    authority: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A card against the dossier: ``role`` of the chip, the words, and how to fill the form."""

    role: str
    text: str
    collector: Collector


def relations(dossier: Dossier) -> tuple[tuple[Relation, str], ...]:
    """Who may stand there, as choices."""
    found: list[tuple[Relation, str]] = [("owner", "Chủ hồ sơ")]
    if dossier.submitter is not None:
        found.append(("submitter", "Người nộp"))
    return (*found, ("authorised", "Người được ủy quyền"), ("post", "Bưu chính"))


def who_may(dossier: Dossier) -> str:
    """The sentence above the choices."""
    kind = "chủ hồ sơ" if dossier.owner.kind == "person" else "người đại diện của tổ chức"
    people = [f"{kind} {dossier.owner.name}"]
    if dossier.submitter is not None:
        people.append(f"người nộp {dossier.submitter.name}")
    return "Được nhận: " + "; ".join(people) + "; hoặc người có giấy ủy quyền."


def collector(dossier: Dossier, relation: Relation | None = None) -> Collector:
    """The form for ``relation`` (default: what the citizen chose at reception)."""
    relation = relation or ("post" if dossier.return_method == "post" else "owner")
    if relation == "submitter" and dossier.submitter is not None:
        person = dossier.submitter
        return Collector("submitter", person.name, "", person.phone, mask_id(person.id_no), person.authority)
    if relation == "owner":
        return Collector(
            "owner", dossier.owner.name if dossier.owner.kind == "person" else "", "", dossier.owner.phone, mask_id(dossier.owner.id_no)
        )
    return Collector(relation, POSTMAN if relation == "post" else "")


def known_id(dossier: Dossier, relation: str, name: str) -> str:
    """The number that is meant while nothing is typed: the person's own, as long as the name is theirs."""
    person = dossier.owner if relation == "owner" else dossier.submitter if relation == "submitter" else None
    if person is None:
        return ""
    organisation = relation == "owner" and dossier.owner.kind != "person"
    return person.id_no if organisation or fold(name) == fold(person.name) else ""


def match_card(dossier: Dossier, card: Card) -> Match:
    """Compare the card in the hand with the dossier. The number decides; another spelling of the name is said, never a block."""
    for relation, known, name in (
        ("owner", dossier.owner.id_no, dossier.owner.name),
        ("submitter", dossier.submitter.id_no if dossier.submitter else "", dossier.submitter.name if dossier.submitter else ""),
    ):
        if known and known == card.id_no:
            base = collector(dossier, relation)  # type: ignore[arg-type]
            who = "Đúng chủ hồ sơ" if relation == "owner" else "Đúng người nộp hồ sơ"
            filled = Collector(base.relation, card.name or base.name, card.id_no, base.phone, base.id_shown, base.authority)
            if card.name and fold(card.name) != fold(name):
                return Match("warning", f"{who} theo số định danh, nhưng tên trên hồ sơ là {name}", filled)
            return Match("success", f"{who}, thẻ khớp hồ sơ", filled)
    words = "Không phải chủ hồ sơ hay người nộp: cần giấy ủy quyền. Nếu là người khác đến nhận việc khác, bấm Esc rồi quét lại."
    return Match("warning", words, Collector("authorised", card.name, card.id_no))


def originals(desk: Desk, dossier: Dossier) -> list[tuple[str, bool]]:
    """Originals that lie in the folder, and whether they go back by default: those the published list asks no original of were
    only brought to compare; what the list asks for stays with the dossier."""
    procedure = desk.catalogue.version(dossier.procedure_code, dossier.procedure_version)
    kept = {rule.code for rule in procedure.components if rule.originals > 0} if procedure else {c.code for c in dossier.components}
    found = []
    for part in dossier.components:
        if part.originals:
            count = f" ({part.originals} bản chính)" if part.originals > 1 else ""
            found.append((part.name + count, part.code not in kept))
    return found


def apology(desk: Desk, dossier: Dossier) -> str:
    """What to say when the result came late; empty when it came in time (a citizen who comes later is not kept waiting by us).
    Being late never withholds a result."""
    if dossier.due_at is None or dossier.result is None:
        return ""
    if lateness(dossier.due_at, dossier.result.at, desk.settings.lateness_by) is not Lateness.LATE:
        return ""
    return (
        f"Hồ sơ trả quá hạn. Gợi ý lời xin lỗi: “Xin lỗi ông/bà {dossier.owner.name}: hồ sơ hẹn trả {date_text(dossier.due_at)}, "
        f"đến {date_text(dossier.result.at)} mới có kết quả. Mong ông/bà thông cảm.”"
    )


def why_not(desk: Desk, dossier: Dossier) -> tuple[str, str] | None:
    """(what, where the papers are and when) for a dossier without a result at the counter; None when it can be returned."""
    if dossier.agency != desk.agency:
        return "Hồ sơ của đơn vị khác", f"Nơi trả: {desk.catalogue.unit_name(dossier.agency)}."
    if dossier.status == State.DONE:
        return None
    if dossier.returned is not None:
        return "Đã trả kết quả", f"{moment_text(dossier.returned.at)}, người nhận {dossier.returned.collector_name}."
    where = holder_words(desk, dossier.holder, dossier.status, full=True)
    when = {Clock.PAUSED: "Thời hạn đang tạm dừng.", Clock.RUNNING: f"Hẹn trả {moment_text(dossier.due_at)}."}.get(
        clock(dossier.status), ""
    )
    return f"Chưa có kết quả: {state_name(dossier.status).lower()}", f"Hồ sơ giấy ở: {where}. {when}".strip()


def owed(dossier: Dossier) -> tuple[int, str]:
    """What is still to be paid: the sum, and the lines in words."""
    lines = owed_by_code(dossier.fees)
    return sum(rest for _, rest in lines), "\n".join(f"{fee.name}: {money_text(rest)}" for fee, rest in lines)


def collect_all(desk: Desk, dossier: Dossier, *, method: str, receipt_no: str) -> None:
    """Take everything that is owed, one row of the ledger a fee. Raises what `add_fee` raises."""
    for fee, rest in owed_by_code(dossier.fees):
        fees.add_fee(desk, dossier.id, code=fee.code, amount=rest, method=method, receipt_no=receipt_no)
