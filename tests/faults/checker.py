"""What must hold after every fault: the line is mended, everything drained, then both sides are read and compared.

C1 every printed code is at the gateway exactly once · C2 no code on two dossiers unless a review says so · C3 counters =
gateway · C4 the feed has no hole and its chain verifies · C5 every op has its answer · C6 nothing was shown as sent that the
gateway did not hold · C7 no attachment is linked and missing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import text

from central_gateway.db import Database
from central_gateway.settings import Settings
from counter_app.services.workstation import Workstation
from onestop.feed import GENESIS, Sum, next_chain
from tests.servers.gateway import GatewayProcess

CYCLES = 12


def ask(gateway: GatewayProcess, sql: str, **values: Any) -> list[tuple[Any, ...]]:
    """Rows of the gateway's database, read beside it."""
    database = Database(Settings(database=gateway.database))
    try:
        with database.read() as conn:
            return [tuple(row) for row in conn.execute(text(sql), values)]
    finally:
        database.close()


def tell(gateway: GatewayProcess, sql: str, **values: Any) -> int:
    """Change the gateway's database behind its back."""
    database = Database(Settings(database=gateway.database))
    try:
        with database.write() as conn:
            return conn.execute(text(sql), values).rowcount
    finally:
        database.close()


def cycle(gateway: GatewayProcess, station: Workstation, *, ok: bool | None = None) -> Any:
    """One sync cycle, and C6 at once: each op the counter now calls sent is in the gateway's database."""
    report = station.engine.run_once()
    if ok is not None:
        assert report.ok is ok, (report.link, report.problems)
    assert_c6(gateway, station)
    return report


def assert_c6(gateway: GatewayProcess, station: Workstation) -> None:
    with station.store.read() as reader:
        acked = [item.op for item in reader.outbox(states=("acked",), limit=100_000)]
    if acked:
        held = {op for (op,) in ask(gateway, "SELECT op_id FROM op WHERE result <> ''")}
        missing = [op for op in acked if op not in held]
        assert not missing, f"C6: shown as sent, not at the gateway: {missing[:5]}"


def drain(gateway: GatewayProcess, *stations: Workstation) -> None:
    """Cycles until nobody has anything to say; what is deferred is tried without waiting for its turn."""
    for turn in range(CYCLES):
        quiet, busy = True, []
        for station in stations:
            with station.store.write() as unit:
                unit._run("UPDATE outbox SET next_try_at = 0 WHERE state IN ('new', 'sent')")
            report = cycle(gateway, station)
            with station.store.read() as reader:
                waiting = reader.outbox_summary().waiting + len(reader.blobs_waiting())
            if waiting or not report.ok or report.pushed or report.pulled:
                quiet = False
                busy.append((station.desk.device, report.link.key, report.pushed, report.pulled, waiting, report.problems))
        if quiet and turn:
            return
    left = []
    for station in stations:
        with station.store.read() as reader:
            left += [(item.kind, item.state, item.code) for item in reader.outbox(states=("new", "sent"))]
    raise AssertionError(f"not quiet after {CYCLES} cycles: (device, link, pushed, pulled, waiting, problems) {busy[:5]}, {left[:5]}")


def check_all(
    gateway: GatewayProcess, stations: Iterable[Workstation], printed: Iterable[str] = (), part: str = "H32.15"
) -> dict[str, Any]:
    """Drain and check C1–C7. ``printed``: codes people hold on paper. Returns figures."""
    stations = list(stations)
    if stations:
        drain(gateway, *stations)
    issued = set(printed)
    for station in stations:
        with station.store.read() as reader:
            issued |= {code for (code,) in reader._all("SELECT code FROM code_issued WHERE entity <> ''")}
    assert_c1_c2(gateway, issued)
    rows = assert_c4(gateway, part)
    for station in stations:
        assert_c3(gateway, station, part)
        assert_c5(station)
        assert station.store.check() == []
    assert_c7(gateway)
    return {"codes": len(issued), "feed": rows}


def assert_c1_c2(gateway: GatewayProcess, issued: set[str]) -> None:
    # A code that clashed, or a provisional one, leads to its dossier by an alias.
    found: dict[str, set[str]] = {}
    for code, entity in ask(gateway, "SELECT code, id FROM entity WHERE code IS NOT NULL") + ask(gateway, "SELECT text, id FROM alias"):
        found.setdefault(code, set()).add(entity)
    lost = sorted(code for code in issued if code not in found)
    assert not lost, f"C1: printed, not at the gateway: {lost[:5]}"
    # A clash may be settled: the review, open or not, says that somebody was told.
    reviewed = {
        entity
        for (data,) in ask(gateway, "SELECT data FROM entity WHERE kind = 'review'")
        if (entity := msgspec.json.decode(data).get("entity"))
    }
    twice = {code: ids for code, ids in found.items() if len(ids) > 1 and not ids & reviewed}
    assert not twice, f"C2: one code on two dossiers: {list(twice)[:5]}"


def assert_c3(gateway: GatewayProcess, station: Workstation, part: str) -> None:
    there = {(kind, identity): v for kind, identity, v in ask(gateway, "SELECT kind, id, version FROM entity WHERE part = :p", p=part)}
    here = {}
    with station.store.read() as reader:
        for kind in ("dossier", "slip", "review"):
            for identity, version in reader._all(f"SELECT id, server_version FROM {kind} WHERE agency = ?", part):
                here[(kind, identity)] = version
    ours, theirs = Sum(), Sum()
    for (kind, identity), version in here.items():
        ours = ours.with_state(kind, identity, version)
    for (kind, identity), version in there.items():
        theirs = theirs.with_state(kind, identity, version)
    assert ours == theirs, f"C3: {sorted(set(here.items()) ^ set(there.items()))[:5]}"


def assert_c4(gateway: GatewayProcess, part: str) -> int:
    rows = ask(gateway, "SELECT seq, op_id, version, chain FROM feed WHERE part = :p ORDER BY seq", p=part)
    head = ask(gateway, "SELECT seq, chain FROM feed_head WHERE part = :p", p=part)
    if not rows:
        return 0
    seqs = [row[0] for row in rows]
    assert seqs == list(range(seqs[0], seqs[0] + len(rows))), "C4: the feed has a hole"
    chain = GENESIS if seqs[0] == 1 else None
    for seq, op_id, version, stored in rows:
        assert chain is None or stored == next_chain(chain, op_id, version), f"C4: the chain breaks at {seq}"
        chain = stored
    assert head == [(seqs[-1], chain)], "C4: the head is not the last row"
    return len(rows)


def assert_c5(station: Workstation) -> None:
    with station.store.read() as reader:
        left = {
            state: n for state, n in reader.outbox_summary().per_state.items() if state not in ("acked", "review", "quarantined", "void")
        }
    assert not left, f"C5: without an answer: {left}"


def assert_c7(gateway: GatewayProcess) -> None:
    """Each linked file is in the gateway's folder, is what its name says, and may be read by the agency that linked it."""
    wanted = set()
    for part, data in ask(gateway, "SELECT part, data FROM entity WHERE kind = 'dossier'"):
        wanted |= {(part, one["sha256"]) for one in msgspec.json.decode(data).get("attachments", ()) if not one.get("removed")}
    owned = {(part, sha256) for part, sha256 in ask(gateway, "SELECT part, sha256 FROM blob")} if wanted else set()
    assert wanted <= owned, f"C7: linked and missing: {sorted(wanted - owned)[:3]}"
    for name in {sha256 for _, sha256 in wanted}:
        whole = gateway.folder / "blobs" / name[:2] / name
        assert whole.exists(), f"C7: no file of {name}"
        assert hashlib.sha256(whole.read_bytes()).hexdigest() == name, f"C7: other bytes under {name}"
