"""Commands about the files of a dossier."""

from __future__ import annotations

import argparse
from pathlib import Path

from counter_app.cli.dossiers import resolve
from counter_app.cli.output import emit
from counter_app.cli.session import workstation
from counter_app.services import attachments
from counter_app.services.attachments import AttachmentView
from onestop.errors import UserError


def run_attach(args: argparse.Namespace) -> None:
    """Put files to a dossier; with ``--remove`` take one off."""
    if bool(args.remove) == bool(args.files):
        raise UserError("file-missing", "Cần tên tệp: counter-app attach MÃ TỆP…, hoặc --remove SHA256 --reason LÝ DO.")
    with workstation(args, staff=True) as station:
        dossier = resolve(station, args.code)
        if args.remove:
            attachments.detach(station.desk, dossier.id, args.remove, args.reason or "")
        else:
            attachments.attach(station.desk, dossier.id, [Path(name) for name in args.files])
        with station.store.read() as reader:
            found = reader.dossier(dossier.id)
            assert found is not None
            for view in attachments.attachments(reader, found):
                emit(_line(view))


def run_attachments(args: argparse.Namespace) -> None:
    """The files of a dossier; ``--get`` writes one to ``--to``."""
    if bool(args.get) != bool(args.to):
        raise UserError("file-missing", "Cần cả hai: --get SHA256 --to TỆP.")
    with workstation(args) as station:
        dossier = resolve(station, args.code)
        if args.get:
            held = attachments.save(station.desk, station.central, dossier, args.get, args.to)
            emit({"sha256": held.sha256, "name": held.name, "size": held.size})
            return
        with station.store.read() as reader:
            for view in attachments.attachments(reader, dossier):
                emit(_line(view))


def _line(view: AttachmentView) -> dict[str, object]:
    one = view.attachment
    return {"sha256": one.sha256, "name": one.name, "media_type": one.media_type, "size": one.size, "linked_at": one.linked_at,
            "by": one.by, "state": view.state, "sent": view.sent, "message": view.message}
