"""Commands that make paper."""

from __future__ import annotations

import argparse
from pathlib import Path

from counter_app.cli.dossiers import resolve
from counter_app.cli.output import emit
from counter_app.cli.session import workstation
from counter_app.services import paper
from counter_app.services.paper import Paper
from counter_app.services.workstation import Workstation
from onestop.errors import UserError


def run_print(args: argparse.Namespace) -> int:
    from counter_app.printing import pdf, printers
    from counter_app.printing.registry import FORMS
    from counter_app.printing.templates import load_forms

    if args.list:
        for form, entry in FORMS.items():
            emit({"form": form, "name": entry.name, "about": entry.about, "papers": list(entry.papers)})
        return 0
    if args.form not in FORMS:
        raise UserError("form-unknown", f"Không có mẫu “{(args.form or '')[:20]}”. Dùng: {', '.join(FORMS)}.")
    if not args.code or not (args.out or args.printer):
        raise UserError("print-target-missing", "Cần mã hồ sơ hoặc số phiếu, và --out TỆP hoặc --printer TÊN.")
    with workstation(args, staff=True) as station:
        made = _make(station, args.form, args.code)
        forms = load_forms(station.profile.dir / "forms")
        content = pdf.render(made.document, args.paper, forms=forms)
        if args.out:
            printers.save_pdf(content, Path(args.out))
            target, state, reason = "pdf", "done", ""
        else:
            job = printers.submit(content, args.printer, copies=args.copy, paper=args.paper, title=made.title)
            final = printers.follow(job, timeout=args.timeout)
            target, state, reason = args.printer, final.state, final.reason
        if state != "failed":
            paper.printed(station.desk, made, target)
        emit({"form": made.form, "code": made.title, "copy_no": made.copy_no, "bytes": len(content), "state": state, "reason": reason,
              **({"warnings": [problem.problem() for problem in forms.problems]} if forms.problems else {})})
    return 1 if state == "failed" else 0


def _make(station: Workstation, form: str, code: str) -> Paper:
    desk = station.desk
    if form == "handover":
        with desk.store.read() as reader:
            slip = reader.slip_by_number(code) or reader.slip(code)
        if slip is None:
            raise UserError("slip-unknown", "Không có phiếu này trên máy.")
        return paper.handover_slip(desk, slip)
    maker = {"01": paper.receipt, "06": paper.control_sheet, "return": paper.return_slip}[form]
    return maker(desk, resolve(station, code))
