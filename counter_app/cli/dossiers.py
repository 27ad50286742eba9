"""Commands about dossiers: receive, look up, every move of the life-cycle, handover, fees."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from counter_app.cli.output import brief, emit, refuse
from counter_app.cli.session import workstation
from counter_app.services import correct as correcting
from counter_app.services import fees, handover, lifecycle
from counter_app.services.receive import ReceiveForm, receive
from counter_app.services.workstation import Workstation
from counter_app.store.rows import ListFilter
from onestop.errors import EnvironmentFault, UserError
from onestop.model import Dossier, Party, Submitter
from onestop.vntime import parse_moment

_FORM_FIELDS = frozenset(ReceiveForm.__dataclass_fields__)


class _ComponentIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    code: str
    name: str = ""
    originals: int = 0
    copies: int = 0
    note: str = ""


class _FormIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What ``receive`` takes; unknown fields are refused by name."""

    procedure: str
    owner: dict[str, Any]
    submitter: dict[str, Any] | None = None
    channel: str = "counter"
    subject: str | None = None
    set_count: int = 1
    components: list[_ComponentIn] | None = None
    return_method: str = "counter"
    return_address: str | None = None
    received_at: str | None = None
    fee_codes_collected: list[str] = []
    acknowledge_missing: bool = False


def read_form(raw: str) -> ReceiveForm:
    """One JSON object to a form. Raises UserError ``json-invalid`` or ``form-invalid`` (names the place, never a value)."""
    try:
        given = msgspec.json.decode(raw, type=_FormIn)
        for part, kind in (("owner", Party), ("submitter", Submitter)):
            unknown = set(getattr(given, part) or {}) - set(kind.__dataclass_fields__)
            if unknown:
                raise UserError("form-invalid", f"Không có trường: {', '.join(sorted(f'{part}.{u}' for u in unknown))}.")
        values = msgspec.structs.asdict(given)
        values["received_at"] = parse_moment(given.received_at) if given.received_at else None
        values["subject"], values["return_address"] = given.subject or "", given.return_address or ""
        values["owner"] = {key: value for key, value in given.owner.items() if value is not None}
        return msgspec.convert(msgspec.to_builtins(values), ReceiveForm)
    except msgspec.ValidationError as error:
        raise UserError("form-invalid", f"Nội dung hồ sơ không đúng: {_place(error)}.") from None
    except (msgspec.DecodeError, ValueError):
        raise UserError("json-invalid", "Tệp không phải JSON đúng. Hãy kiểm tra dấu phẩy, dấu ngoặc và ngày giờ.") from None


def _place(error: msgspec.ValidationError) -> str:
    text = str(error)
    field = text.rpartition(" - at ")[2] if " - at " in text else ""
    for english, vietnamese in (("Object contains unknown field", "không có trường"), ("Object missing required field", "thiếu trường")):
        if english in text:
            return text.split(" - at ")[0].replace(english, vietnamese)
    return f"kiểu giá trị sai ở {field.strip('`') or 'tệp'}"


def run_receive(args: argparse.Namespace) -> int:
    """One object, a list, or JSON lines; every line is answered, a bad one does not stop the rest."""
    text = _read_input(args.file)
    failed = 0
    with workstation(args, staff=True) as station:
        for raw in _split(text):
            try:
                done, _ = receive(station.desk, read_form(raw))
                emit({**brief(done.dossier, "saved"), "warnings": list(done.warnings), "steps": done.due.to_json()["steps"]})
            except EnvironmentFault:
                raise
            except UserError as error:
                failed += 1
                refuse(error)
    return 1 if failed else 0


def _read_input(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
    except OSError:
        raise UserError("file-unreadable", "Không đọc được tệp. Hãy kiểm tra đường dẫn và quyền đọc.") from None
    except UnicodeDecodeError:
        raise UserError("file-not-utf8", "Tệp không phải văn bản UTF-8.") from None


def _split(text: str) -> list[str]:
    """The objects of a file: one object over many lines, a JSON list, or one object a line."""
    stripped = text.strip()
    if not stripped:
        raise UserError("json-invalid", "Tệp rỗng.")
    try:
        whole = json.loads(stripped)
    except ValueError:
        return [line for line in stripped.splitlines() if line.strip()]
    return [json.dumps(item, ensure_ascii=False) for item in whole] if isinstance(whole, list) else [stripped]


def resolve(station: Workstation, code: str) -> Dossier:
    """The dossier a person means by a code, a provisional code or an id. Raises ``dossier-unknown``."""
    with station.desk.store.read() as reader:
        found = reader.dossier_by_code(code) or reader.dossier(code)
    if found is None:
        raise UserError("dossier-unknown", "Không có hồ sơ mang mã này trên máy.", code=code[:60])
    return found


def run_show(args: argparse.Namespace) -> None:
    with workstation(args) as station:
        dossier = resolve(station, args.code)
        with station.desk.store.read() as reader:
            state = reader.sync_state(dossier.id)
        emit({**msgspec.to_builtins(dossier), "state": str(state)})


def run_find(args: argparse.Namespace) -> None:
    with workstation(args) as station:
        with station.store.read() as reader:
            rows = reader.find(args.text, limit=args.limit)
        for row in rows:
            emit(row)


def run_list(args: argparse.Namespace) -> None:
    with workstation(args) as station:
        wanted = ListFilter(statuses=tuple(args.status or ()), overdue=args.overdue, unsent=args.unsent, now=station.desk.now())
        with station.store.read() as reader:
            rows = reader.list_dossiers(wanted, limit=args.limit)
        for row in rows:
            emit(row)


def _move(args: argparse.Namespace, act: Callable[[Workstation, Dossier], Dossier]) -> None:
    with workstation(args, staff=True) as station:
        emit(brief(act(station, resolve(station, args.code)), "saved"))


def run_supplement(args: argparse.Namespace) -> None:
    if args.answered:
        due = parse_moment(args.due) if args.due else None
        _move(args, lambda s, d: lifecycle.answer_supplement(s.desk, d.id, due_at=due)[0])
    else:
        items, approver = tuple(args.item or ()), args.approver or ""
        _move(args, lambda s, d: lifecycle.ask_supplement(s.desk, d.id, items, args.reason or "", approver=approver)[0])


def run_refuse(args: argparse.Namespace) -> None:
    _move(args, lambda s, d: lifecycle.refuse(s.desk, d.id, args.reason or "")[0])


def run_accept(args: argparse.Namespace) -> None:
    _move(args, lambda s, d: lifecycle.accept(s.desk, d.id)[0])


def run_extend(args: argparse.Namespace) -> None:
    try:
        due = parse_moment(args.due)
    except ValueError:
        raise UserError("date-invalid", "Ngày giờ không đúng. Dùng dạng 2026-02-13T17:00.") from None
    _move(args, lambda s, d: lifecycle.extend(s.desk, d.id, due, args.reason or "", approver=args.approver or "")[0])


def run_stop(args: argparse.Namespace) -> None:
    _move(args, lambda s, d: lifecycle.stop(s.desk, d.id, args.reason or "")[0])


def run_withdraw(args: argparse.Namespace) -> None:
    _move(args, lambda s, d: lifecycle.withdraw(s.desk, d.id, args.reason or "")[0])


def run_payment(args: argparse.Namespace) -> None:
    if args.done:
        _move(args, lambda s, d: lifecycle.payment_done(s.desk, d.id, note=args.reason or "")[0])
    else:
        _move(args, lambda s, d: lifecycle.ask_payment(s.desk, d.id, args.reason or "")[0])


def run_result(args: argparse.Namespace) -> None:
    facts = {"kind": args.kind or "", "number": args.number or "", "note": args.note or ""}
    _move(args, lambda s, d: lifecycle.register_result(s.desk, d.id, **facts)[0])


def run_return(args: argparse.Namespace) -> None:
    def act(station: Workstation, dossier: Dossier) -> Dossier:
        by_owner = args.relation == "owner"
        return lifecycle.return_result(
            station.desk, dossier.id, collector_name=args.collector or (dossier.owner.name if by_owner else ""),
            collector_id_no=args.collector_id or (dossier.owner.id_no if by_owner else ""), relation=args.relation,
            authority=args.authority or "", originals=tuple(args.original or ()), note=args.note or "")[0]

    _move(args, act)


def run_correct(args: argparse.Namespace) -> None:
    """``--set owner.name=…``; values are JSON where they parse as JSON, else text."""
    changes: dict[str, Any] = {}
    for pair in args.set or ():
        path, equals, value = pair.partition("=")
        if not equals:
            raise UserError("correction-invalid", "Dùng --set TRƯỜNG=GIÁ TRỊ.")
        changes[path.strip()] = _value(path.strip(), value)
    _move(args, lambda s, d: correcting.correct(s.desk, d.id, changes, args.reason or "")[0])


def _value(path: str, text: str) -> Any:
    if path in ("set_count", "components", "submitter") or text == "null":
        try:
            return json.loads(text)
        except ValueError:
            raise UserError("correction-invalid", f"Giá trị của {path} không phải JSON đúng.") from None
    return text


def run_fee(args: argparse.Namespace) -> None:
    with workstation(args, staff=args.action == "add") as station:
        dossier = resolve(station, args.code)
        if args.action == "list":
            for row in dossier.fees:
                emit(row)
            return
        if not args.fee:
            raise UserError("fee-missing", "Cần --fee MÃ KHOẢN THU.")
        done, _ = fees.add_fee(station.desk, dossier.id, code=args.fee, entry=args.entry, amount=args.amount, kind=args.kind,
                               name=args.name or "", method=args.method, receipt_no=args.receipt_no or "")
        emit({**brief(done, "saved"), "fees": msgspec.to_builtins(done.fees)})


def run_handover(args: argparse.Namespace) -> None:
    """``handover --to UNIT CODE…`` / ``--from UNIT CODE…`` / ``handover confirm SLIP [CODE…]``."""
    with workstation(args, staff=True) as station:
        desk = station.desk
        if args.codes and args.codes[0] == "confirm":
            if len(args.codes) < 2:
                raise UserError("slip-missing", "Cần số phiếu sau “confirm”.")
            with desk.store.read() as reader:
                slip = reader.slip_by_number(args.codes[1]) or reader.slip(args.codes[1])
            if slip is None:
                raise UserError("slip-unknown", "Không có phiếu này trên máy.")
            received = [resolve(station, code).id for code in args.codes[2:]] or None
            done, _ = handover.confirm_slip(desk, slip.id, received=received, person=args.person or "")
        else:
            target = args.to or args.from_unit
            if not target:
                raise UserError("unit-missing", "Cần --to ĐƠN VỊ (giao đi) hoặc --from ĐƠN VỊ (nhận kết quả về).")
            ids = [resolve(station, code).id for code in args.codes]
            done, _ = handover.create_slip(desk, "out" if args.to else "back", target, ids, to_person=args.person or "")
        emit({"id": done.id, "number": done.number, "direction": done.direction, "status": done.status,
              "lines": [{"code": line.code, "state": line.state, "remark": line.remark} for line in done.lines]})


def run_procedures(args: argparse.Namespace) -> None:
    with workstation(args) as station:
        desk = station.desk
        day = date.fromisoformat(args.day) if args.day else desk.today()
        for procedure in desk.catalogue.in_force(day, desk.agency):
            emit({"code": procedure.code, "version": procedure.version, "name": procedure.name, "field": procedure.field,
                  "limit": {"value": procedure.limit.value, "unit": procedure.limit.unit}, "handover_unit": procedure.handover_unit})
