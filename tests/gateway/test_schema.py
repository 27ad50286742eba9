"""Migrations on both engines."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from central_gateway import schema
from central_gateway.db import Database
from central_gateway.services.published import import_folder
from central_gateway.settings import Settings
from central_gateway.state import open_gateway
from central_gateway.tables import metadata
from onestop.errors import EnvironmentFault, UserError
from tests.gateway import province


def test_migrations_make_the_tables_we_describe(settings: Settings) -> None:
    database = Database(settings)
    schema.upgrade(database)
    with database.read() as conn:
        assert compare_metadata(MigrationContext.configure(conn), metadata) == []
    database.close()


def test_processes_that_start_together_migrate_once_and_share_one_key(settings: Settings) -> None:
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: open_gateway(settings), range(4)))
    assert len({gateway.keys.public_text for gateway in opened}) == 1
    for gateway in opened:
        gateway.close()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_processes_of_their_own_that_meet_an_empty_database(database_url: str) -> None:
    """The first to commit wins; who was late is rolled back whole and finds it done."""
    ask = [sys.executable, "-m", "central_gateway.cli", "recover", "status", "--database", database_url]
    asked = [subprocess.Popen(ask, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    told = [(*process.communicate(timeout=60), process.returncode) for process in asked]
    assert [(err.count("Traceback"), code) for _, err, code in told] == [(0, 0)] * 4, told
    assert all('"state":"normal"' in out for out, _, _ in told)


def test_a_newer_database_is_refused_and_left_alone(settings: Settings) -> None:
    open_gateway(settings).close()
    database = Database(settings)
    with database.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UserError) as refused:
        open_gateway(settings)
    assert refused.value.code == "schema-newer"
    with database.read() as conn:
        assert conn.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    database.close()


@pytest.mark.parametrize("url", ["", "không phải", "mysql://x/y", "sqlite://", "sqlite:///:memory:"])
def test_an_address_that_cannot_be_a_database(url: str) -> None:
    with pytest.raises(UserError) as refused:
        open_gateway(Settings(database=url))
    assert refused.value.code == "database-url-invalid"


@pytest.mark.parametrize("url", ["sqlite:////không/có/gateway.db", "postgresql://nobody@127.0.0.1:1/x"])
def test_a_database_that_cannot_be_reached(url: str) -> None:
    with pytest.raises(EnvironmentFault) as refused:
        open_gateway(Settings(database=url))
    assert refused.value.code == "database-unreachable"


def test_a_file_that_is_no_database(tmp_path) -> None:
    (tmp_path / "x.db").write_bytes(b"PDF-1.4 " * 1000)
    with pytest.raises(EnvironmentFault):
        open_gateway(Settings(database=f"sqlite:///{tmp_path}/x.db"))


def test_a_catalogue_is_imported_once_and_never_changed(settings: Settings, tmp_path) -> None:
    gateway = open_gateway(settings)
    folder = province.write(tmp_path / "c")

    def load() -> dict[str, int]:
        return gateway.database.retrying(lambda conn: import_folder(conn, folder))

    assert load() == {"agency": 4, "field": 1, "procedure": 3, "calendar": 1, "codes": 1}
    assert not any(load().values())
    procedures = folder / "procedures.json"
    original = procedures.read_text(encoding="utf-8")
    procedures.write_text(original.replace("Cấp giấy xác nhận", "Cấp giấy khác"), encoding="utf-8")
    with pytest.raises(UserError, match="catalogue-version-changed"):
        load()
    for broken in ("{", "[{}]", "7", '[{"code": "", "version": 1}]', '[{"code": "a", "version": "x"}]', "[7]"):
        procedures.write_text(broken, encoding="utf-8")
        with pytest.raises(UserError, match="catalogue-invalid"):
            load()
    procedures.unlink()
    with pytest.raises(EnvironmentFault, match="catalogue-unreadable"):
        load()
    procedures.write_text(original, encoding="utf-8")
    decided = folder / "settings.json"
    original = decided.read_text(encoding="utf-8")
    for days in (0, 31):  # signing in without the centre: a week or two, a month at most
        decided.write_text(json.dumps({"default": {"offline_sign_in_days": days}}), encoding="utf-8")
        with pytest.raises(UserError, match="catalogue-invalid"):
            load()
    decided.write_text(original, encoding="utf-8")
    assert not any(load().values())
    gateway.close()
