"""The catalogue by a stick or over the local network, for machines that have no line to the centre."""

from __future__ import annotations

import argparse

from counter_app.cli.output import emit
from counter_app.cli.session import workstation
from counter_app.sync.catalogue import export_catalogue, import_catalogue


def run_catalogue(args: argparse.Namespace) -> None:
    """Copy out what is in force here, or take in such a copy."""
    with workstation(args) as station:
        if args.action == "export":
            emit({"documents": export_catalogue(station.store, args.file), "file": args.file.name})
        else:
            changed = import_catalogue(station.store, args.file)
            station.reload_published()
            emit({"changed": changed, "procedures": len(station.desk.catalogue.procedures)})
