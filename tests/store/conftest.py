"""A real encrypted store, its clock, and dossiers to put into it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from counter_app.runtime.clock import FixedClock
from counter_app.store.engine import Store, open_store
from onestop.ids import uuid7_hex
from onestop.model import Dossier, Party
from onestop.ops import Create
from onestop.vntime import VN_TZ
from onestop.wire import AgencySettings, EnrolReply, Lease

AGENCY = "H32.15"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=VN_TZ)


def a_dossier(
    entity: str | None = None, *, name: str = "Nguyễn Văn An", code: str | None = None, at: datetime = NOW, **changes: object
) -> Dossier:
    values: dict[str, object] = dict(
        id=entity or uuid7_hex(),
        agency=AGENCY,
        code=code,
        competent_agency=AGENCY,
        procedure_code="1.004873",
        procedure_version=1,
        procedure_name="Xác nhận thông tin hộ tịch",
        owner=Party(name=name, id_no="001099012345", phone="0912345678"),
        received_at=at,
        received_by="u1",
        due_at=at + timedelta(days=3),
        status=2,
        holder=AGENCY,
    )
    return Dossier(**{**values, **changes})  # type: ignore[arg-type]


def a_lease(
    lease: str = "L1", lane: int = 1, first: int = 2200, last: int = 2399, start: date = date(2026, 11, 20), days: int = 60
) -> Lease:
    return Lease(
        lease=lease, agency=AGENCY, lane=lane, first=first, last=last, valid_from=start, valid_to=start + timedelta(days=days), token="t"
    )


def enrolment(device: int = 7, **settings: object) -> EnrolReply:
    return EnrolReply(
        device=device,
        agency=AGENCY,
        agency_name="Trung tâm Phục vụ hành chính công",
        gateway_key="k",
        epoch=1,
        settings=AgencySettings(**settings),
    )  # type: ignore[arg-type]


@dataclass
class Bench:
    """Opens, closes and re-opens one store."""

    folder: Path
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    opened: list[Store] = field(default_factory=list)

    @property
    def path(self) -> Path:
        return self.folder / "profile" / "store.db"

    def open(self, key: bytes | None = None) -> Store:
        store = open_store(self.path, key or self.key, witness=self.folder / "witness", clock=self.clock)
        self.opened.append(store)
        return store

    def enrolled(self, *leases: Lease, **settings: object) -> Store:
        store = self.open()
        with store.write() as unit:
            unit.save_enrolment(enrolment(**settings))
            unit.save_leases(list(leases or (a_lease(),)))
        return store

    def close(self) -> None:
        while self.opened:
            self.opened.pop().close()


def receive(store: Store, name: str = "Nguyễn Văn An", at: datetime | None = None, **changes: object) -> Dossier:
    """One dossier as the receive use case saves it."""
    when = at or store.clock.now()
    with store.write() as unit:
        issued = unit.issue_code(when)
        dossier = a_dossier(name=name, code=issued.code, at=when, provisional_code=issued.provisional_code, **changes)
        done = unit.submit(Create(dossier=dossier, lane=issued.lane), entity=dossier.id, by="u1", at=when)
    assert isinstance(done.state, Dossier)
    return done.state


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


@pytest.fixture
def store(bench: Bench) -> Store:
    return bench.enrolled()


Receive = Callable[..., Dossier]
