"""Commands about what is not at the centre yet, about the clock, and about codes that have to be given anew."""

from __future__ import annotations

import argparse

from counter_app.cli.output import brief, emit
from counter_app.cli.session import workstation
from counter_app.services import stuck
from counter_app.services.clock_guard import clock_state, confirm_clock
from counter_app.services.edit_again import draft, edit_again
from counter_app.services.new_code import new_code
from counter_app.services.unsent import retry_now, unsent
from counter_app.services.workstation import Workstation
from onestop.errors import UserError


def run_outbox(args: argparse.Namespace) -> int:
    """List what waits with the reason; hand it over in a file; send it now."""
    if args.action in ("export", "import") and args.file is None:
        raise UserError("file-missing", f"Thiếu tên tệp: counter-app outbox {args.action} FILE.")
    with workstation(args, staff=args.action != "list") as station:
        if args.action == "export":
            done = stuck.export_stuck(station.desk, args.file, args.op or ())
            emit({"exported": done.count, "file": args.file.name} | ({"damaged": list(done.damaged)} if done.damaged else {}))
        elif args.action == "import":
            new, total = stuck.import_stuck(station.desk, args.file)
            emit({"imported": new, "in_file": total})
        elif args.action == "edit":
            _edit(station, args)
        elif args.action == "retry":
            retry_now(station.desk, station.engine)
            report = station.engine.run_once()
            emit({"link": report.link.key, "pushed": report.pushed, "problems": report.problems})
            return 0 if report.ok else 1
        else:
            found = unsent(station.desk, station.engine.last.link)
            for line in found.ops:
                item = line.item
                emit({"dseq": item.dseq, "op": item.op, "entity": item.entity, "kind": item.kind, "state": item.state,
                      "created_at": item.created_at, "attempts": item.attempts, "code": item.code, "message": item.message,
                      "review": item.review, "what": item.what, "reason": line.reason})
            if found.files.count:
                emit({"files": found.files.count, "bytes_left": found.files.left, "reason": found.files.reason})
            with station.store.read() as reader:
                for carried in reader.carried():
                    emit(carried)
    return 0


def _edit(station: Workstation, args: argparse.Namespace) -> None:
    """Without ``--set`` and ``--reason``: what may be edited. With them: the new op."""
    if len(args.op or ()) != 1:
        raise UserError("op-missing", "Cho biết một thao tác: counter-app outbox edit --op ID [--set Ô=GIÁ TRỊ]… [--reason LÝ DO].")
    if not args.values and args.reason is None:
        with station.store.read() as reader:
            emit(draft(reader, args.op[0]))
        return
    op, _ = edit_again(station.desk, args.op[0], dict(_pair(text) for text in args.values or ()), args.reason)
    emit({"op": op.op if op else None, "replaces": args.op[0], "sent": op is not None})


def _pair(text: str) -> tuple[str, str]:
    path, equals, value = text.partition("=")
    if not equals:
        raise UserError("field-unknown", "Viết --set Ô=GIÁ TRỊ, ví dụ --set owner.phone=0912345678.", field=path)
    return path, value


def run_clock(args: argparse.Namespace) -> int:
    """What the date rests on; the head of the section may confirm it. Exit 1 while a person has to."""
    with workstation(args, staff=args.action == "confirm") as station:
        if args.action == "confirm":
            state = confirm_clock(station.desk)
        else:
            with station.store.read() as reader:
                state = clock_state(reader, station.desk)
        emit({"today": state.today, "last": state.last, "sure": state.sure, "unsure": state.unsure,
              "skew": station.store.clock.measured_skew()})
        return 1 if state.unsure else 0


def run_new_code(args: argparse.Namespace) -> None:
    """A fresh code; the receipt is then to be printed again."""
    with workstation(args, staff=True) as station:
        with station.store.read() as reader:
            found = reader.dossier(args.code) or reader.dossier_by_code(args.code)
        if found is None:
            raise UserError("dossier-unknown", "Không có hồ sơ này trên máy.")
        dossier, _ = new_code(station.desk, found.id)
        with station.store.read() as reader:
            emit(brief(dossier, reader.sync_state(dossier.id)))
