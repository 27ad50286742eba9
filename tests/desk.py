"""A desk on a real encrypted store that knows the demo catalogue, its staff and, if wanted, demo dossiers."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from central_gateway.demo.dossiers import Province, build
from counter_app.runtime.clock import FixedClock
from counter_app.services.desk import Changes, Desk
from counter_app.services.published import load_calendar_doc, load_catalogue, load_codes_doc
from counter_app.store.engine import Store, open_store
from onestop.codec import encode
from onestop.feed import Position
from onestop.model import Dossier, Party, Review, Slip
from onestop.vntime import VN_TZ
from onestop.wire import AgencySettings, CatalogueEntry, EnrolReply, FeedItem, Lease, StaffRow

AGENCY = "H32.15"
NOW = datetime(2026, 11, 23, 10, 20, tzinfo=VN_TZ)
RESOURCES = Path(__file__).resolve().parents[1] / "resources"


@cache
def documents() -> tuple[tuple[CatalogueEntry, ...], dict[str, str]]:
    """The demo catalogue as the gateway publishes it."""
    demo = RESOURCES / "catalogue" / "demo"
    entries, docs = [], {}

    def put(kind: str, code: str, body: Any, v: int = 1) -> None:
        text = json.dumps(body, ensure_ascii=False, sort_keys=True)
        sha = hashlib.sha256(text.encode()).hexdigest()
        docs[sha] = text
        start, end = body.get("valid_from"), body.get("valid_to")
        entries.append(
            CatalogueEntry(
                kind=kind,
                code=code,
                v=v,
                sha256=sha,
                valid_from=date.fromisoformat(start) if start else None,
                valid_to=date.fromisoformat(end) if end else None,
            )
        )

    for unit in json.loads((demo / "agencies.json").read_text("utf-8")):
        put("agency", unit["id"], unit)
    for procedure in json.loads((demo / "procedures.json").read_text("utf-8")):
        put("procedure", procedure["code"], procedure, int(procedure["version"]))
    for kind, code, file in (("calendar", "vn", "calendar/vn-2026-2027.json"), ("codes", "patterns", "codes/patterns.json")):
        body = json.loads((RESOURCES / file).read_text("utf-8"))
        put(kind, code, {k: v for k, v in body.items() if k not in ("valid_from", "valid_to")} if kind == "codes" else body)
    return tuple(entries), docs


@cache
def staff_rows() -> dict[str, StaffRow]:
    """The demo's staff by user name."""
    rows = json.loads((RESOURCES / "catalogue" / "demo" / "staff.json").read_text("utf-8"))
    return {row["username"]: msgspec.convert(row, StaffRow) for row in rows}


@cache
def demo_province(count: int) -> Province:
    """``count`` demo dossiers of the whole province as of ``NOW``."""
    return build(count=count, now=NOW)


@dataclass
class DeskBench:
    """One counter: its desk, store and clock; ``heard`` collects what the desk said had changed."""

    folder: Path
    desk: Desk
    store: Store
    clock: FixedClock
    heard: list[Changes] = field(default_factory=list)
    _seq: int = 0

    def sign_in(self, username: str) -> StaffRow:
        """Somebody of the demo's staff sits down."""
        self.desk.staff = staff_rows()[username]
        return self.desk.staff

    def pull(self, *entities: Dossier | Slip | Review) -> None:
        """As if they had come from the centre."""
        kinds = {Dossier: "dossier", Slip: "slip", Review: "review"}
        items = []
        for item in entities:
            self._seq += 1
            items.append(
                FeedItem(
                    seq=self._seq,
                    op=f"{self._seq:032x}",
                    kind=kinds[type(item)],
                    id=item.id,
                    v=max(1, item.version),
                    chain="0" * 16,
                    data=msgspec.Raw(encode(item)),
                )
            )
        with self.store.write() as unit:
            unit.apply_page(self.desk.agency, items, Position(self.desk.agency, self._seq, f"{self._seq:016x}"))

    def dossier(self, dossier_id: str) -> Dossier:
        """As the screen would show it."""
        with self.store.read() as reader:
            found = reader.dossier(dossier_id)
        assert found is not None
        return found

    def with_status(self, status: int) -> Dossier:
        """The newest dossier in this state."""
        from counter_app.store.rows import ListFilter

        with self.store.read() as reader:
            rows = reader.list_dossiers(ListFilter(statuses=(status,)), limit=1)
            assert rows, f"no dossier in state {status}"
            return reader.dossier(rows[0].id)  # type: ignore[return-value]

    def close(self) -> None:
        self.store.close()


def make_desk(
    folder: Path,
    *,
    username: str | None = "hoa.nt",
    agency: str = AGENCY,
    now: datetime = NOW,
    device: int = 7,
    demo: int = 0,
    **settings: Any,
) -> DeskBench:
    """A desk ready to work, signed in as ``username`` (None: nobody). ``demo``: how many dossiers the province has; those of this
    agency and its slips are loaded as if pulled from the centre."""
    clock = FixedClock(now)
    store = open_store(folder / "profile" / "store.db", secrets.token_bytes(32), witness=folder / "witness", clock=clock)
    entries, docs = documents()
    reply = EnrolReply(
        device=device,
        agency=agency,
        agency_name="Trung tâm Phục vụ hành chính công",
        gateway_key="k",
        epoch=1,
        settings=AgencySettings(**settings),
    )
    lanes = [
        Lease(
            lease=f"L{n}",
            agency=agency,
            lane=n,
            first=2000 + 200 * n,
            last=2199 + 200 * n,
            valid_from=date(2026, 11, 1),
            valid_to=date(2027, 1, 10),
            token="t",
        )
        for n in (1, 2)
    ]
    with store.write() as unit:
        unit.save_enrolment(reply)
        unit.save_leases(lanes)
        unit.save_staff([row for row in staff_rows().values() if row.agency == agency])
        unit.save_catalogue(list(entries), docs)
    with store.read() as reader:
        agencies = [doc.code for doc in reader.catalogue("agency")]
        desk = Desk(
            store=store,
            clock=clock,
            agency=agency,
            device=device,
            settings=reply.settings,
            catalogue=load_catalogue(reader, agency),
            calendar=load_calendar_doc(reader),
            codes=load_codes_doc(reader, agencies),
        )
    bench = DeskBench(folder, desk, store, clock)
    desk.changed = bench.heard.append
    if username:
        bench.sign_in(username)
    if demo:
        province = demo_province(demo)
        bench.pull(*(d for d in province.dossiers if d.agency == agency), *(s for s in province.slips if s.agency == agency))
    return bench


def a_form(procedure: str = "1.004873", name: str = "Nguyễn Văn An", **changes: Any) -> Any:
    """A reception that can be saved."""
    from counter_app.services.receive import ReceiveForm

    owner = Party(
        name=name, id_no="001099012345", dob="1999-01-01", gender="male", address="12 đường Yersin, phường Nha Trang", phone="0912345678"
    )
    return ReceiveForm(**{"procedure": procedure, "owner": owner, **changes})
