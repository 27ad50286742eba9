"""Commands about the machine itself: set it up, sync, look into the outbox, compare, diagnose."""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import suppress

from counter_app.cli.output import emit
from counter_app.cli.session import workstation
from counter_app.services import reviews
from counter_app.services.attachments import files_waiting
from counter_app.services.numbers import fetch_spare
from counter_app.sync.engine import SyncReport
from onestop.errors import EnvironmentFault, UserError
from onestop.export import export_text
from onestop.model import Event


def run_demo(args: argparse.Namespace) -> int:
    from counter_app.demo import run_demo as run

    return run(args.dir or args.profile, walk=args.walk, fresh=args.fresh, count=args.count)


def run_init(args: argparse.Namespace) -> None:
    from counter_app.services.setup import initialise

    station = initialise(args.profile, url=args.gateway, code=args.enrol, name=args.name, ca=args.ca)
    try:
        with station.store.read() as reader:
            emit({"device": station.desk.device, "agency": station.desk.agency, "name": station.desk.unit.name,
                  "procedures": len(station.desk.catalogue.procedures), "dossiers": reader.count("dossier"),
                  "link": station.engine.last.link.key})
    finally:
        station.close()


def run_sync(args: argparse.Namespace) -> int:
    """One cycle with ``--once`` or ``--verify``; else cycles until interrupted, one line each. ``notice``: what people have to know
    about this machine's data (a restore), until somebody has read it in the window."""
    with workstation(args) as station:
        while True:
            report = station.engine.run_once(verify=args.verify)
            if report.ok:
                with suppress(EnvironmentFault):
                    fetch_spare(station.desk, station.central)
            with station.store.read() as reader:
                told, files = reader.notice(), files_waiting(reader)
            waiting = {"files": files.count, "bytes_left": files.left, "files_wait": files.reason} if files.count else {}
            emit(_report(report) | waiting | ({"notice": told["message"]} if told else {}))
            if args.once or args.verify:
                return 0 if report.ok and report.equal is not False else 1
            if report.moved or report.settings_changed or report.catalogue_changed:
                station.reload_published()
            time.sleep(report.retry_after or station.engine.pause)


def _report(report: SyncReport) -> dict[str, object]:
    return {"link": report.link.key, "message": report.link.sentence, "pushed": report.pushed, "pulled": report.pulled,
            "needs_person": report.refused, "problems": report.problems} | ({} if report.equal is None else {"equal": report.equal})


def run_conflicts(args: argparse.Namespace) -> None:
    """Both values of each, who and when; the late ones first. ``--old``: only those that wait longer than a working day."""
    with workstation(args) as station:
        with station.store.read() as reader:
            found, names = reviews.open_reviews(reader, station.desk), reader.staff_names()
        for review, late, dossier in found:
            if args.old and not late:
                continue
            emit({"id": review.id, "entity": review.entity, "kind": review.entity_kind, "dossier": dossier.shown_code if dossier else "",
                  "code": review.code, "message": review.message, "current": review.current, "wanted": review.wanted,
                  "opened_at": review.opened_at, "late": late, "by": names.get(review.by, review.by), "device": review.device,
                  "made_at": review.op.get("at"), "stands_by": _author(reviews.changed_by(review, dossier), names),
                  "choices": [choice.decision for choice in reviews.choices(review, dossier)],
                  "fields": list(reviews.fields(review, dossier))})


def _author(event: Event | None, names: dict[str, str]) -> dict[str, object] | None:
    return None if event is None else {"by": names.get(event.by, event.by), "device": event.device, "at": event.at}


def run_resolve(args: argparse.Namespace) -> None:
    """Decide an open review by one of its ``choices``; ``--take FIELD=mine`` chooses by field (the centre's where nothing is said)."""
    if bool(args.take) == (args.keep not in (None, reviews.MERGED)):
        raise UserError("decision-missing", "Hãy chọn cả việc bằng --keep, hoặc từng ô bằng --take Ô=mine.")
    take = {field: whose for field, _, whose in (word.partition("=") for word in args.take or ())}
    with workstation(args, staff=True) as station:
        review, _ = reviews.settle(station.desk, args.id, reviews.MERGED if take else args.keep, note=args.note or "", take=take)
        emit({"id": review.id, "status": review.status, "decision": review.decision, "settled_at": review.settled_at})


def run_export(args: argparse.Namespace) -> None:
    with workstation(args) as station:
        with station.store.read() as reader:
            text = export_text(*((raw for _, raw in reader.iter_raw(kind)) for kind in ("dossier", "slip", "review")))
        sys.stdout.write(text + "\n")


def run_doctor(args: argparse.Namespace) -> int:
    from counter_app.services.doctor import examine

    worst = 0
    for finding in examine(args.profile):
        emit(finding)
        worst = max(worst, 1 if finding.state == "bad" else 0)
    return worst
