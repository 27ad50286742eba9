"""Commands that make paper: every form of the registry, one or many, to a file, a folder or a printer."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from counter_app.cli.output import emit, refuse
from counter_app.cli.session import workstation
from counter_app.services import print_jobs
from counter_app.services.paper import Paper, printed
from counter_app.services.print_jobs import Target
from counter_app.services.workstation import Workstation
from onestop.errors import EnvironmentFault, UserError

if TYPE_CHECKING:
    from counter_app.printing.jobs import JobState
    from counter_app.printing.templates import FormSet


def run_print(args: argparse.Namespace) -> int:
    from counter_app.printing.registry import FORMS
    from counter_app.printing.templates import load_forms

    if args.list:
        _list()
        return 0
    if args.preview is not None:
        return _preview(args)
    if args.form not in FORMS:
        raise UserError("form-unknown", f"Không có mẫu “{(args.form or '')[:20]}”. Dùng: {', '.join(FORMS)}.")
    own_printer = args.printer is not None
    if not (args.out or own_printer) or not (args.codes or args.blank):
        raise UserError("print-target-missing", "Cần mã hồ sơ, số phiếu, kỳ hay tệp (hoặc --blank), và --out TỆP hoặc --printer TÊN.")
    if args.blank and (args.codes or FORMS[args.form].purpose in ("label", "ticket")):
        raise UserError("blank-impossible", "Mẫu trống để viết tay không kèm mã, và nhãn, phiếu nhỏ thì không có mẫu trống.")
    if args.out and own_printer:
        raise UserError("print-target-twice", "Chỉ chọn một nơi: --out TỆP hoặc --printer TÊN.")
    many = len(args.codes) > 1
    if many and args.out and not Path(args.out).is_dir():
        raise UserError("output-not-a-folder", "In nhiều mã ra tệp thì --out phải là một thư mục đã có.")
    with workstation(args, staff=True) as station:
        forms = load_forms(station.profile.dir / "forms")
        target = print_jobs.target_for(station.settings, args.form, size=args.paper or "", queue=args.printer or None, copies=args.copies,
                                       purpose=args.purpose or "")
        worst = 0
        for number, code in enumerate(args.codes or [""]):
            try:
                worst = max(worst, _one(station, args, code, target, forms))
            except EnvironmentFault:
                raise  # the printer or the disk: the next one would fare no better
            except UserError as error:
                if not many:
                    raise
                worst = refuse(error, item=number + 1)
    return worst


def _list() -> None:
    """Every form: what ``print`` calls it, its name and number in force, what it is printed for, on which papers, about what."""
    from datetime import datetime

    from counter_app.printing.registry import FORMS
    from counter_app.printing.templates import load_forms
    from onestop.vntime import VN_TZ

    forms, today = load_forms(), datetime.now(VN_TZ).date()
    for key, spec in FORMS.items():
        try:
            number = forms.choose(spec.form, today).number
        except UserError:
            number = ""
        emit({"form": key, "name": spec.name, "number": number, "purpose": print_jobs.purpose_of(key, spec.papers[0]), "about": spec.about,
              "papers": list(spec.papers)})


def _one(station: Workstation, args: argparse.Namespace, code: str, target: Target, forms: FormSet) -> int:
    made = _blank(station, args.form) if args.blank else make(station, args.form, code, skip=args.skip if "label" in args.form else 0)
    warnings = {"warnings": [problem.problem() for problem in forms.problems]} if forms.problems else {}
    said: dict[str, Any] = {"form": made.form, "code": made.title, "copy_no": made.copy_no}
    if args.out:
        from counter_app.printing import printers

        content = print_jobs.pages(made, target, forms)
        file = Path(args.out) / f"{made.form}-{_safe(made.title)}-{made.copy_no}.pdf" if len(args.codes) > 1 else Path(args.out)
        printers.save_pdf(content, file, overwrite=args.overwrite)
        _note(station, made, "pdf", "saved", counted=not args.blank)
        emit({**said, "bytes": len(content), "file": str(file), "state": "done", "reason": "", **warnings})
        return 0
    try:
        sent = print_jobs.send(made, target, forms)
    except EnvironmentFault as fault:
        print_jobs.log_attempt(station.desk, made, target.queue, "not-ready" if fault.code == "printer-not-ready" else "failed",
                               str(fault.facts.get("reason", fault.code)))
        raise
    final = _followed(sent, args.timeout)
    came_out = final.state == "done"
    _note(station, made, sent.queue, {"done": "done", "unknown": "unknown"}.get(final.state, "failed"), final.reason,
          counted=came_out and not args.blank)
    emit({**said, "pages": sent.pages, "printer": sent.queue, "state": final.state, "reason": final.reason, **warnings})
    return 0 if came_out else 1


def _preview(args: argparse.Namespace) -> int:
    """A template file with invented facts: what an office looks at before it puts the file into its folder. Needs no profile."""
    from counter_app.printing import printers
    from counter_app.printing.preview import preview_pages

    if not args.out:
        raise UserError("print-target-missing", "Cần --out TỆP cho bản xem thử.")
    content = preview_pages(Path(args.preview), args.paper or "")
    printers.save_pdf(content, Path(args.out), overwrite=args.overwrite)
    emit({"template": args.preview, "file": args.out, "bytes": len(content), "state": "done", "reason": ""})
    return 0


def _blank(station: Workstation, form: str) -> Paper:
    """The form to be filled in by hand. Not counted: it is about nobody."""
    from counter_app.printing.letters import BlankDoc
    from counter_app.services.paper import header

    desk = station.desk
    return Paper(form, "", 1, "", BlankDoc(header=header(desk), form=form, made_at=desk.now()))


def _followed(sent: print_jobs.Sent, seconds: float) -> JobState:
    """To its end; what has not come out when the time is up is taken back, so that nothing comes out that nobody counts. A printer that
    moves on (pages come) gets more time."""
    from counter_app.printing import printers
    from counter_app.printing.jobs import JobState

    final, pages = printers.follow(sent.job, timeout=seconds), -1
    while not (final.final or final.settled) and final.pages > pages and final.state == "printing" and not final.reason:
        pages = final.pages
        final = printers.follow(sent.job, timeout=seconds)
    if final.final or final.settled:
        return final
    printers.cancel(sent.job)
    after = printers.job_state(sent.job)
    if after.state == "done":
        return after
    why = f": {final.reason}" if final.reason else ""
    return JobState("failed", f"chưa in được sau {seconds:g} giây{why}; đã lấy lệnh in về", final.pages)


def _note(station: Workstation, made: Paper, target: str, outcome: str, reason: str = "", *, counted: bool = True) -> None:
    print_jobs.log_attempt(station.desk, made, target, outcome, reason)
    if counted:
        printed(station.desk, made, target)


def _safe(title: str) -> str:
    return "".join(char if (char.isalnum() and char.isascii()) or char in ".-" else "_" for char in title)


def make(station: Workstation, form: str, code: str, *, skip: int = 0) -> Paper:
    """The paper of ``form`` about a dossier (a postal label: ``CODE=ITEM``), a slip, a period or a file, whichever it is about. ``skip``:
    stickers gone from a sheet of labels. Raises what its maker raises."""
    from counter_app.cli.dossiers import resolve
    from counter_app.domain.periods import parse_period
    from counter_app.services.paper_menu import DOSSIER_MAKERS, FILE_MAKERS, PERIOD_MAKERS, SLIP_MAKERS

    desk = station.desk
    labels = {"skip": skip} if skip else {}
    if form in PERIOD_MAKERS:
        return PERIOD_MAKERS[form](desk, parse_period(code))
    if form in FILE_MAKERS:
        return FILE_MAKERS[form](desk, Path(code))
    if form in SLIP_MAKERS:
        with desk.store.read() as reader:
            slip = reader.slip_by_number(code) or reader.slip(code)
        if slip is not None:
            return SLIP_MAKERS[form](desk, slip, **labels)
        if form not in DOSSIER_MAKERS:
            raise UserError("slip-unknown", "Không có phiếu này trên máy.")
    if form in DOSSIER_MAKERS:
        code, _, item = code.partition("=") if form == "postal-label" else (code, "", "")
        return DOSSIER_MAKERS[form](desk, resolve(station, code), **labels, **({"item": item} if item else {}))
    raise UserError("form-unknown", f"Mẫu “{form}” chưa in được từ dòng lệnh.")
