"""Receive a dossier (tiếp nhận hồ sơ): from what was typed to a committed dossier with its code and due date."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from counter_app.domain.checklist import Missing, missing_components
from counter_app.domain.idnumber import check_id_no, parse_dob, tax_code_ok
from counter_app.domain.postal import postal_ok
from counter_app.domain.procedure import Procedure
from counter_app.services.clock_guard import guard_clock
from counter_app.services.desk import Changes, Desk
from counter_app.services.fields import bounded, person_name
from counter_app.services.numbers import take_spare
from onestop.deadline import Due, Limit, compute_due
from onestop.errors import InvalidFields, UserError
from onestop.ids import uuid7_hex
from onestop.model import Channel, Component, Dossier, FeeEntry, Party, ReturnMethod, Submitter
from onestop.ops import Create
from onestop.states import State
from onestop.text import clean_line
from onestop.vntime import to_vn

MAX_NAME, MAX_TEXT, MAX_LONG = 200, 300, 1000
MAX_CODE, MAX_ID, MAX_EMAIL, MAX_COMPONENTS = 60, 20, 120, 200
#: A reception may be entered afterwards (paper day after a power cut), but not from further back than this.
MAX_BACKDATE = timedelta(days=31)
ASK_ANYWAY = "Hãy bổ sung, hoặc xác nhận vẫn tiếp nhận."
"""How the refusal of a reception with papers missing ends, where a person reads it in the window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveForm:
    """What stands in the form, as typed. ``received_at`` None means now; ``components`` is what lies on the desk;
    ``fee_codes_collected`` are fees taken at once; ``acknowledge_missing`` receives with papers still missing (the
    receptionist said so knowingly)."""

    procedure: str
    owner: Party
    submitter: Submitter | None = None
    channel: Channel = "counter"
    subject: str = ""
    set_count: int = 1
    components: tuple[Component, ...] | None = None
    return_method: ReturnMethod = "counter"
    return_address: str = ""
    postal_code: str = ""
    received_at: datetime | None = None
    fee_codes_collected: tuple[str, ...] = ()
    acknowledge_missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """The committed dossier, why it is due then, and what was kept in mind (warnings never block)."""

    dossier: Dossier
    due: Due
    warnings: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()


def find_procedure(desk: Desk, code: str, day: date) -> Procedure:
    """The version in force on ``day``. Raises UserError ``procedure-unknown``, ``authority-elsewhere`` (with where to go)
    or ``procedure-not-here``."""
    procedure = desk.catalogue.procedure(code.strip(), day)
    if procedure is None:
        raise UserError("procedure-unknown", f"Không có thủ tục mã {code.strip()[:40]} đang có hiệu lực ngày {day:%d/%m/%Y}.")
    if procedure.authoritative_system:
        elsewhere = procedure.authoritative_system
        raise UserError("authority-elsewhere", f"Thủ tục này làm trên {elsewhere.name}, không tiếp nhận tại đây. {elsewhere.hint}",
                        system=elsewhere.name)
    if procedure.agencies and desk.agency not in procedure.agencies:
        raise UserError("procedure-not-here", "Quầy này không tiếp nhận thủ tục đó. Hãy hướng dẫn người dân đến đơn vị có thẩm quyền.")
    return procedure


def preview_due(desk: Desk, procedure: Procedure, received_at: datetime | None = None) -> Due:
    """The due date with its reasoning, for the form while it is being filled."""
    limit = Limit(procedure.limit.value, procedure.limit.unit)
    return compute_due(to_vn(received_at or desk.now()), limit, desk.calendar, cutoff=desk.cutoff)


def check(desk: Desk, form: ReceiveForm) -> tuple[Procedure, ReceiveForm, list[str]]:
    """Clean the form and judge it. Returns the procedure, the cleaned form and warnings.

    Raises InvalidFields with one sentence a field (names as in the form: ``owner.name``…), or what ``find_procedure``
    raises. Nothing is written.
    """
    bad: dict[str, str] = {}
    warnings: list[str] = []
    received_at = to_vn(form.received_at or desk.now()).replace(microsecond=0)
    if received_at > desk.now() + timedelta(minutes=5):
        bad["received_at"] = "Thời điểm nhận ở tương lai. Hãy sửa lại ngày giờ."
    elif received_at < desk.now() - MAX_BACKDATE:
        bad["received_at"] = f"Thời điểm nhận quá {MAX_BACKDATE.days} ngày trước. Hãy kiểm tra lại ngày."
    owner = _clean_party(form.owner, bad, warnings)
    submitter = clean_submitter(form.submitter, bad)
    subject = bounded("subject", form.subject, MAX_LONG, bad)
    address = bounded("return_address", form.return_address, MAX_TEXT, bad)
    if form.return_method == "post" and not address:
        address = owner.address
        if not address:
            bad["return_address"] = "Nhận kết quả qua bưu chính thì phải có địa chỉ."
    postal_code = "".join(form.postal_code.split()).upper()
    if postal_code and not postal_ok(postal_code):
        warnings.append("postal-check")
    if not 1 <= form.set_count <= 99:
        bad["set_count"] = "Số bộ hồ sơ phải từ 1 đến 99."
    if not form.procedure.strip():
        bad["procedure"] = "Chưa chọn thủ tục."
    judge_components(form.components or (), bad)
    if bad:
        raise InvalidFields(bad)
    procedure = find_procedure(desk, form.procedure, received_at.date())
    if form.return_method not in procedure.return_methods:
        raise InvalidFields({"return_method": "Thủ tục này không trả kết quả theo cách đã chọn."})
    components = form.components
    if components is None:
        components = tuple(Component(code=c.code, name=c.name, originals=c.originals, copies=c.copies) for c in procedure.components)
    known = {c.code: c.name for c in procedure.components}
    named = []
    for component in components:
        name = clean_line(component.name, MAX_TEXT) or known.get(component.code, "")
        if not name:
            raise InvalidFields({"components": f"Thành phần {component.code[:30]} không có trong danh mục và không có tên."})
        if component.originals or component.copies:
            named.append(Component(code=component.code, name=name, originals=component.originals, copies=component.copies,
                                   note=clean_line(component.note, MAX_TEXT)))
    unknown_fees = set(form.fee_codes_collected) - {fee.code for fee in procedure.fees}
    if unknown_fees:
        raise InvalidFields({"fee_codes_collected": "Khoản thu không có trong thủ tục này."})
    cleaned = replace(form, procedure=procedure.code, owner=owner, submitter=submitter, subject=subject, components=tuple(named),
                      return_address=address, postal_code=postal_code, received_at=received_at)
    return procedure, cleaned, warnings


def judge_components(components: tuple[Component, ...], bad: dict[str, str]) -> None:
    """What lies on the desk must be countable and fit on the receipt."""
    if len(components) > MAX_COMPONENTS:
        bad["components"] = f"Tối đa {MAX_COMPONENTS} thành phần hồ sơ."
    for component in components:
        bounded("components", component.name, MAX_TEXT, bad)
        bounded("components", component.note, MAX_TEXT, bad)
        if not (0 <= component.originals <= 999 and 0 <= component.copies <= 999):
            bad["components"] = "Số lượng bản chính, bản sao phải từ 0 đến 999."
        elif component.code != clean_line(component.code, MAX_CODE):
            bad["components"] = f"Mã thành phần hồ sơ phải là một dòng chữ tối đa {MAX_CODE} ký tự."


def receive(desk: Desk, form: ReceiveForm, *, dossier_id: str | None = None) -> tuple[Received, Changes]:
    """Receive one dossier: number, dossier, outbox op, audit entry and witness in one transaction.

    ``dossier_id`` lets a caller that retries (or the form, from the moment it opened) keep one identity; a second call with
    an id already stored raises ``dossier-exists``. Raises what ``check`` raises, ``components-missing`` where required
    papers are absent and not acknowledged, ``clock-unsure``, and the store's EnvironmentFaults; after any of them nothing is stored.
    """
    staff = desk.require("dossier.create")
    guard_clock(desk)
    procedure, form, warnings = check(desk, form)
    missing = missing_components(procedure, form.components or ())
    if missing and not form.acknowledge_missing:
        raise UserError("components-missing", "Hồ sơ còn thiếu: " + "; ".join(m.text for m in missing) + ". " + ASK_ANYWAY,
                        components=[m.code for m in missing])
    assert form.received_at is not None
    due = preview_due(desk, procedure, form.received_at)
    entity = dossier_id or uuid7_hex()
    with desk.store.write() as unit:
        if unit.dossier(entity) is not None:
            raise UserError("dossier-exists", "Hồ sơ này đã được lưu.", id=entity)
        issued = unit.issue_code(form.received_at, online=take_spare(unit, desk, form.received_at.date()))
        dossier = Dossier(
            id=entity, agency=desk.agency, code=issued.code, provisional_code=issued.provisional_code,
            competent_agency=procedure.competent_agency, procedure_code=procedure.code, procedure_version=procedure.version,
            procedure_name=procedure.name, sector=procedure.field, channel=form.channel, owner=form.owner,
            submitter=form.submitter, subject=form.subject, set_count=form.set_count, components=form.components or (),
            fees=_fees(procedure, form, staff.id, form.received_at), return_method=form.return_method,
            return_address=form.return_address, postal_codes=(form.postal_code,) if form.postal_code else (),
            received_at=form.received_at, received_by=staff.id,
            due_at=due.due_at, limit_value=procedure.limit.value, limit_unit=procedure.limit.unit, status=int(State.ACCEPTED),
            holder=desk.agency,
        )
        done = unit.submit(Create(dossier=dossier, lane=issued.lane), entity=entity, by=staff.id, at=desk.now())
    changes = Changes(dossiers=frozenset({entity}))
    desk.changed(changes)
    assert isinstance(done.state, Dossier)
    return Received(dossier=done.state, due=due, warnings=tuple(warnings), missing=tuple(missing)), changes


def _fees(procedure: Procedure, form: ReceiveForm, by: str, at: datetime) -> tuple[FeeEntry, ...]:
    rows = []
    for fee in procedure.fees:
        rows.append(FeeEntry(id=uuid7_hex(), kind=fee.kind, code=fee.code, name=fee.name, amount=fee.amount,
                             moment=fee.moment, entry="due", at=at, by=by))
        if fee.code in form.fee_codes_collected:
            rows.append(FeeEntry(id=uuid7_hex(), kind=fee.kind, code=fee.code, name=fee.name, amount=fee.amount,
                                 moment=fee.moment, entry="collected", method="cash", at=at, by=by))
    return tuple(rows)


def _clean_party(party: Party, bad: dict[str, str], warnings: list[str]) -> Party:
    name = person_name("owner.name", party.name, MAX_NAME, bad, "Chưa nhập tên chủ hồ sơ.")
    id_no = "".join(party.id_no.split())
    if party.kind == "person":
        looked = check_id_no(id_no, dob=parse_dob(party.dob) if party.dob else None, gender=party.gender)
        problem = "" if looked.ok or not id_no else "Số định danh phải có 12 chữ số (hoặc CMND cũ 9 chữ số)."
        if id_no and looked.ok:
            warnings.extend(looked.warnings)
    else:
        problem = "" if not id_no or tax_code_ok(id_no) else "Mã số thuế / mã số doanh nghiệp không đúng (10 số, hoặc 10-3 số)."
    if problem:
        bad["owner.id_no"] = problem
    dob = party.dob
    if dob:
        dob = parse_dob(dob)
        if dob is None:
            bad["owner.dob"] = "Ngày sinh không đúng. Nhập ngày/tháng/năm hoặc chỉ năm sinh."
    return Party(kind=party.kind, id_no=id_no, name=name, dob=dob, gender=party.gender,
                 address=bounded("owner.address", party.address, MAX_TEXT, bad),
                 phone=_phone("owner.phone", party.phone, bad), email=bounded("owner.email", party.email or "", MAX_EMAIL, bad) or None)


def clean_submitter(submitter: Submitter | None, bad: dict[str, str]) -> Submitter | None:
    """Who stands at the desk for the owner, cleaned; what is wrong goes to ``bad``."""
    if submitter is None:
        return None
    name = person_name("submitter.name", submitter.name, MAX_NAME, bad, "Chưa nhập tên người nộp thay.")
    id_no = bounded("submitter.id_no", "".join(submitter.id_no.split()), MAX_ID, bad)
    return Submitter(name=name, id_no=id_no, phone=_phone("submitter.phone", submitter.phone, bad),
                     address=bounded("submitter.address", submitter.address, MAX_TEXT, bad),
                     authority=bounded("submitter.authority", submitter.authority, MAX_TEXT, bad))


def _phone(field: str, text: str, bad: dict[str, str]) -> str:
    digits = "".join(ch for ch in text if ch.isdigit() or ch == "+")
    if digits and not 8 <= len(digits) <= 15:
        bad[field] = "Số điện thoại không đúng."
    return digits
