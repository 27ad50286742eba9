"""Commands about dossiers: receive, look up, every move of the life-cycle, handover, fees."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec

from counter_app.cli.forms import moment, read_form, read_input, split_objects
from counter_app.cli.output import brief, emit, refuse
from counter_app.cli.session import workstation
from counter_app.domain.outcomes import ScanOutcome
from counter_app.services import correct as correcting
from counter_app.services import fees, handover, lifecycle
from counter_app.services.lookup import look_up
from counter_app.services.receive import ASK_ANYWAY, receive
from counter_app.services.workstation import Workstation
from counter_app.store.rows import ListFilter
from onestop.errors import EnvironmentFault, UserError
from onestop.model import Dossier


def run_receive(args: argparse.Namespace) -> int:
    """One object, a list, or JSON lines; every one is answered, a bad one does not stop the rest."""
    given = split_objects(read_input(args.file))
    failed = 0
    with workstation(args, staff=True) as station:
        for place, raw in given:
            try:
                done, _ = receive(station.desk, read_form(raw))
                emit({**brief(done.dossier, "saved"), "warnings": list(done.warnings), "steps": done.due.to_json()["steps"]})
            except EnvironmentFault:
                raise
            except UserError as error:
                failed += 1
                refuse(_for_scripts(error), **place)
    return 1 if failed else 0


def _for_scripts(error: UserError) -> UserError:
    """The window has a button where a script has a field."""
    if error.code != "components-missing":
        return error
    said = error.message.removesuffix(ASK_ANYWAY)
    return UserError(error.code, said + 'Hãy bổ sung, hoặc thêm "acknowledge_missing": true để vẫn tiếp nhận.', **error.facts)


def resolve(station: Workstation, code: str) -> Dossier:
    """The dossier a person means by a code in any spelling, a tracking address, a provisional code or an id. Raises
    ``dossier-unknown``, or ``other-province`` for a code that another province gave."""
    with station.desk.store.read() as reader:
        found = reader.dossier_by_code(code) or reader.dossier(code)
    if found is not None:
        return found
    looked = look_up(station.desk, code)
    if looked.dossier is not None:
        return looked.dossier
    if looked.outcome is ScanOutcome.OTHER_PROVINCE:
        raise UserError(looked.outcome.value, looked.outcome.say(code=looked.ask_central, province=looked.province))
    raise UserError("dossier-unknown", "Không có hồ sơ mang mã này trên máy. Hãy kiểm tra lại mã, hoặc đồng bộ rồi thử lại.")


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
        due = moment(args.due) if args.due else None
        _move(args, lambda s, d: lifecycle.answer_supplement(s.desk, d.id, due_at=due)[0])
    else:
        items, until = tuple(args.item or ()), moment(args.answer_by) if args.answer_by else None
        _move(args, lambda s, d: lifecycle.ask_supplement(
            s.desk, d.id, items, args.reason or "", approver=args.approver or "", answer_by=until)[0])


def run_refuse(args: argparse.Namespace) -> None:
    _move(args, lambda s, d: lifecycle.refuse(s.desk, d.id, args.reason or "")[0])


def run_accept(args: argparse.Namespace) -> None:
    _move(args, lambda s, d: lifecycle.accept(s.desk, d.id)[0])


def run_extend(args: argparse.Namespace) -> None:
    due = moment(args.due)
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
    """``handover --to UNIT CODE…`` / ``--from UNIT CODE…`` / ``--post CODE[=ITEM]…`` / ``handover confirm SLIP [CODE…]``."""
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
            target = args.to or args.from_unit or (handover.POST_UNIT if args.post else "")
            if not target:
                raise UserError("unit-missing", "Cần --to ĐƠN VỊ (giao đi), --from ĐƠN VỊ (nhận kết quả về) hoặc --post (giao bưu chính).")
            given = [code.partition("=") for code in args.codes]
            ids = [resolve(station, code).id for code, _, _ in given]
            items = {i: item for i, (_, _, item) in zip(ids, given, strict=True) if item}
            done, _ = handover.create_slip(desk, "out" if args.to else "back" if args.from_unit else "post", target, ids,
                                           to_person=args.person or "", items=items)
        emit({"id": done.id, "number": done.number, "direction": done.direction, "status": done.status,
              "lines": [{"code": line.code, "state": line.state, "remark": line.remark} for line in done.lines]})


def run_procedures(args: argparse.Namespace) -> None:
    try:
        asked = date.fromisoformat(args.day) if args.day else None
    except ValueError:
        raise UserError("date-invalid", "Ngày không đúng. Dùng dạng 2026-02-13.") from None
    with workstation(args) as station:
        desk = station.desk
        day = asked or desk.today()
        for procedure in desk.catalogue.in_force(day, desk.agency):
            emit({"code": procedure.code, "version": procedure.version, "name": procedure.name, "field": procedure.field,
                  "limit": {"value": procedure.limit.value, "unit": procedure.limit.unit}, "handover_unit": procedure.handover_unit})
