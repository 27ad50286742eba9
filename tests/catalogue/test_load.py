"""The demo province in a real gateway, on both databases: what a counter would pull, sign in with and get numbers from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from central_gateway.demo.dossiers import build
from central_gateway.demo.load import load_demo
from central_gateway.services import catalogue, feed, heads, lookup, numbers, staff
from central_gateway.settings import Settings
from central_gateway.state import Gateway, open_gateway
from central_gateway.tables import agency, entity
from onestop.codec import decode
from onestop.feed import GENESIS, next_chain
from onestop.ids import uuid7_hex
from onestop.model import Dossier, Slip
from onestop.vntime import to_vn, utc_now
from onestop.wire import NumberRequest, SignInRequest

COUNT = 1500


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def loaded(request: pytest.FixtureRequest, tmp_path_factory) -> Iterator[tuple[Gateway, datetime]]:
    if request.param == "sqlite":
        server, url = None, f"sqlite:///{tmp_path_factory.mktemp('demo')}/gateway.db"
    else:
        server = request.getfixturevalue("postgres_server")
        url = server.create_database()
    gateway = open_gateway(Settings(database=url, argon2_memory_kib=64, argon2_passes=1))
    try:
        now = utc_now().replace(microsecond=0)
        assert load_demo(gateway, seed=5, count=COUNT, now=now) is True
        yield gateway, now
    finally:
        gateway.close()
        if server:
            server.drop_database(url)


def pull(gateway: Gateway, part: str) -> list:
    items, after = [], ""
    while True:
        with gateway.database.read() as conn:
            page = feed.pull(conn, part, after, 400)
        items += page.items
        after = page.next
        if not page.more:
            return items


def test_the_feed_holds_what_was_generated_and_its_chain_verifies(loaded):
    gateway, now = loaded
    province = build(5, COUNT, now)
    with gateway.database.read() as conn:
        parts = list(conn.scalars(select(agency.c.id)))
    assert set(parts) == {"H32.01", "H32.15", "H32.27", "H32.38"}
    found: dict[str, object] = {}
    for part in parts:
        chain = GENESIS
        for seq, item in enumerate(pull(gateway, part), 1):
            chain = next_chain(chain, item.op, item.v)
            assert (item.seq, item.chain) == (seq, chain)
            found[item.id] = decode(Dossier if item.kind == "dossier" else Slip, bytes(item.data))
            assert found[item.id].agency == part and found[item.id].version == item.v
        with gateway.database.read() as conn:
            head = heads.head(conn, part)
        assert (head.seq, head.chain) == (seq, chain)
    assert found == {item.id: item for item in (*province.dossiers, *province.slips)}


def test_entities_and_snapshot_agree_with_the_feed(loaded):
    gateway, _ = loaded
    with gateway.database.read() as conn:
        page = feed.snapshot(conn, "H32.15", "", "", 1000)
        total = conn.execute(select(func.count()).select_from(entity).where(entity.c.part == "H32.15")).scalar_one()
        rows = conn.execute(select(entity).where(entity.c.part == "H32.15", entity.c.kind == "dossier")).all()
    assert total == len(pull(gateway, "H32.15")) and len(page.items) == min(total, 1000)
    assert all(decode(Dossier, row.data).code == row.code for row in rows)


def test_loading_again_changes_nothing(loaded):
    gateway, now = loaded
    with gateway.database.read() as conn:
        before = [heads.head(conn, part) for part in ("H32.01", "H32.15")]
    assert load_demo(gateway, seed=6, count=20, now=now) is False
    with gateway.database.read() as conn:
        assert [heads.head(conn, part) for part in ("H32.01", "H32.15")] == before


def test_demo_accounts_sign_in(loaded):
    gateway, _ = loaded
    for username, part in (("lan.nt", "H32.15"), ("quantri.tt", "H32.01"), ("hoa.vn", "H32.38")):
        reply = staff.sign_in(gateway.database, part, SignInRequest(username=username, password="MotCua@2026"),
                              gateway.passwords, gateway.settings)
        assert reply.staff.id == username and reply.staff.agency == part


def test_the_next_number_follows_the_generated_ones(loaded):
    gateway, now = loaded
    day = to_vn(now).date() - timedelta(days=1)
    for part in ("H32.01", "H32.15", "H32.27", "H32.38"):
        request = NumberRequest(op=uuid7_hex(), entity=uuid7_hex(), date=day)
        with gateway.database.read() as conn:
            codes = set(conn.scalars(select(entity.c.code).where(entity.c.part == part)))
        reply = gateway.database.retrying(lambda conn, p=part, r=request: numbers.give(conn, p, None, r))
        assert reply.code not in codes
        assert reply.number == 1 + sum(code is not None and f"-{day:%y%m%d}-" in code for code in codes)


def test_what_is_printed_is_found(loaded):
    gateway, now = loaded
    province = build(5, COUNT, now)
    slip = province.slips[-1]
    provisional = next(d for d in province.dossiers if d.provisional_code)
    with gateway.database.read() as conn:
        assert lookup.find(conn, slip.number, slip.agency).kind == "slip"
        assert decode(Dossier, bytes(lookup.find(conn, provisional.provisional_code, provisional.agency).data)) == provisional
        fourth = province.dossiers[3]
        assert decode(Dossier, bytes(lookup.find(conn, fourth.code, fourth.agency).data)) == fourth


def test_catalogue_is_published_and_other_systems_are_named(loaded):
    gateway, _ = loaded
    with gateway.database.read() as conn:
        manifest = catalogue.manifest(conn)
        known = gateway.catalogue.known(conn)
    kinds = {entry.kind for entry in manifest.entries}
    assert kinds == {"agency", "field", "procedure", "calendar", "codes"}
    assert "Cổng Dịch vụ công Bộ Công an" in known.elsewhere["1.001445", 1]
    assert ("2.000488", 1) not in known.elsewhere and ("2.000488", 2) in known.elsewhere
