"""Commands that need no profile: what a text is, what a picture says, when something is due."""

from __future__ import annotations

import argparse
from datetime import time

from counter_app.cli.forms import moment, read_input
from counter_app.cli.output import emit
from counter_app.domain.published import bundled_calendar, bundled_codes
from counter_app.scanner.classify import classify
from onestop.calendar import load_calendar
from onestop.codes import MAX_TEXT
from onestop.deadline import Limit, compute_due
from onestop.errors import UserError


def run_classify(args: argparse.Namespace) -> None:
    text = read_input("-", MAX_TEXT + 1) if args.text == "-" else args.text
    emit(classify(text, bundled_codes()).to_json())


def run_scan(args: argparse.Namespace) -> int:
    from counter_app.scanner.files import scan_files

    failed = False
    for line in scan_files(args.images, args.expect, bundled_codes()):
        failed = failed or "error" in line
        emit(line)
    return 1 if failed else 0


def run_due(args: argparse.Namespace) -> None:
    received = moment(args.received)
    try:
        cutoff = time.fromisoformat(args.cutoff)
        if cutoff.tzinfo is not None:
            raise ValueError
    except ValueError:
        raise UserError("date-invalid", "Giờ chốt trong ngày không đúng. Dùng dạng 15:00.") from None
    calendar = load_calendar(args.calendar) if args.calendar else bundled_calendar()
    due = compute_due(received, Limit(args.limit, args.unit), calendar, cutoff=cutoff)
    emit(due.to_json())
