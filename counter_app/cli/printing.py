"""Commands about printers: which there are and how they are, which purpose prints where, a test page, and what was printed."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from counter_app.cli.output import emit
from counter_app.cli.session import workstation
from counter_app.printing import printers
from counter_app.printing.profiles import FIELDS, PURPOSES, changed, problems, profile_for, store_profile
from counter_app.runtime.paths import profile_at
from counter_app.runtime.settings import PRINTERS, Settings
from counter_app.services import print_jobs
from onestop.errors import UserError


def run_printers(args: argparse.Namespace) -> int:
    """list · status NAME · profile [PURPOSE [options]] · test PURPOSE."""
    return {"list": _list, "status": _status, "profile": _profile, "test": _test}[args.action](args)


def _settings(args: argparse.Namespace) -> Settings:
    return Settings(profile_at(args.profile).settings_file)


def _list(args: argparse.Namespace) -> int:
    settings = _settings(args)
    used: dict[str, list[str]] = {}
    for purpose in PURPOSES:
        try:
            used.setdefault(profile_for(settings, purpose).queue, []).append(purpose)
        except UserError:
            continue
    found = printers.list_printers()
    for printer in found:
        purposes = used.get(printer.name, []) + (used.get("", []) if printer.default else [])
        emit({**asdict(printer), "purposes": sorted(purposes, key=list(PURPOSES).index)})
    for name in used.keys() - {printer.name for printer in found} - {"", "pdf"}:
        raw = printers.is_raw(name)
        emit({"name": name, "ready": raw, "default": False, "trouble": "" if raw else "không thấy máy in này", "purposes": used[name]})
    return 0


def _status(args: argparse.Namespace) -> int:
    name = args.name or ""
    if not printers.is_raw(name) and name not in {printer.name for printer in printers.list_printers()}:
        raise UserError("printer-unknown", f"Không thấy máy in “{name}”. Xem danh sách bằng: counter-app printers.", printer=name)
    now = printers.status(name)
    emit({"name": name, **asdict(now)})
    return 0 if now.ready else 1


def _profile(args: argparse.Namespace) -> int:
    settings = _settings(args)
    if not args.name:
        for problem in problems(settings):
            raise UserError("printer-profile-invalid", problem)
        for purpose in PURPOSES:
            emit(_told(settings, purpose))
        return 0
    given = {name: getattr(args, name) for name in FIELDS if getattr(args, name) is not None}
    if args.reset:
        store_profile(settings, args.name, None)
    elif given:
        store_profile(settings, args.name, changed(args.name, profile_for(settings, args.name), **given))
    emit(_told(settings, args.name))
    return 0


def _told(settings: Settings, purpose: str) -> dict[str, Any]:
    words, papers = PURPOSES.get(purpose, ("", ()))
    return {"purpose": purpose, "name": words, **asdict(profile_for(settings, purpose)), "papers": list(papers),
            "locked": settings.locked(PRINTERS)}


def _test(args: argparse.Namespace) -> int:
    from counter_app.services.print_trial import print_trial, trial_pages

    with workstation(args) as station:
        profile = profile_for(station.settings, args.name or "receipt-a4")
        if args.out:
            content = trial_pages(station.desk, args.name or "receipt-a4", profile, "PDF")
            printers.save_pdf(content, Path(args.out), overwrite=args.overwrite)
            emit({"file": args.out, "bytes": len(content), "state": "done", "reason": ""})
            return 0
        sent = print_trial(station.desk, station.settings, args.name or "receipt-a4", profile)
        final = printers.follow(sent.job, timeout=60)
        emit({"printer": sent.queue, "state": final.state, "reason": final.reason})
    return 0 if final.state == "done" else 1


def run_prints(args: argparse.Namespace) -> None:
    """What was printed, newest first: of one dossier or slip every print at every counter, else this PC's log."""
    from counter_app.cli.dossiers import resolve

    with workstation(args) as station:
        entity, lines, names = None, [], _names(station)
        if args.code:
            with station.store.read() as reader:
                slip = reader.slip_by_number(args.code)
            found = slip or resolve(station, args.code)
            entity = found.id
            for event in getattr(found, "events", ()):
                if event.kind == "print":
                    lines.append((event.at, _line(event.at, names.get(event.by, event.by), str(event.facts.get("form", "")),
                                                  int(event.facts.get("copy_no", 1)), str(event.facts.get("target", "")), "printed",
                                                  "", event.device)))
        for one in print_jobs.attempts(station.desk, entity, args.limit):
            if entity is None or one.outcome not in print_jobs.CAME_OUT:  # those are in the dossier's own history
                lines.append((one.at, _line(one.at, names.get(one.staff, one.staff), one.form, one.copy_no, one.printer, one.outcome,
                                            one.reason, station.desk.device)))
        for _at, line in sorted(lines, key=lambda pair: pair[0], reverse=True)[: args.limit]:
            emit(line)


def _names(station: Any) -> dict[str, str]:
    with station.store.read() as reader:
        names: dict[str, str] = reader.staff_names()
    return names


def _line(at: datetime, who: str, form: str, copy_no: int, printer: str, outcome: str, reason: str, device: int) -> dict[str, Any]:
    return {"at": at, "who": who, "device": device, "form": form, "copy_no": copy_no, "printer": printer, "outcome": outcome,
            "reason": reason}
