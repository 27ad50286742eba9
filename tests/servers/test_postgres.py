"""The test PostgreSQL is a real server: it keeps data, isolates databases, survives a crash."""

import psycopg
import pytest
import sqlalchemy

from tests.servers.postgres import PostgresServer


def ask(url: str, statement: str):
    engine = sqlalchemy.create_engine(url)
    try:
        with engine.begin() as connection:
            result = connection.execute(sqlalchemy.text(statement))
            return result.scalars().all() if result.returns_rows else None
    finally:
        engine.dispose()


def test_databases_are_separate_and_speak_vietnamese(postgres_server: PostgresServer):
    one, two = postgres_server.create_database(), postgres_server.create_database()
    ask(one, "CREATE TABLE t (x text)")
    ask(one, "INSERT INTO t VALUES ('Nguyễn Thị Đào')")
    assert ask(one, "SELECT lower(x) FROM t") == ["nguyễn thị đào"]
    with pytest.raises(sqlalchemy.exc.ProgrammingError):
        ask(two, "SELECT x FROM t")


def test_a_dropped_database_is_gone(postgres_server: PostgresServer):
    url = postgres_server.create_database()
    left_open = psycopg.connect(url.replace("+psycopg", ""))
    postgres_server.drop_database(url)
    with pytest.raises(sqlalchemy.exc.OperationalError):
        ask(url, "SELECT 1")
    left_open.close()


def test_the_fixture_gives_an_empty_database(postgres_url: str):
    assert ask(postgres_url, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'") == [0]


def test_a_durable_server_keeps_committed_rows_over_a_crash():
    server = PostgresServer(durable=True)
    try:
        server.start()
        url = server.create_database("kept")
        ask(url, "CREATE TABLE t (x int)")
        ask(url, "INSERT INTO t VALUES (7)")
        server.stop(crash=True)
        with pytest.raises(sqlalchemy.exc.OperationalError):
            ask(url, "SELECT 1")
        server.start()
        assert ask(url, "SELECT x FROM t") == [7]
        assert ask(url, "SHOW fsync") == ["on"]
    finally:
        server.remove()


def test_a_backup_brings_back_what_was_there_then_and_a_copy_too():
    server = PostgresServer()
    try:
        server.start()
        url = server.create_database("kept")
        ask(url, "CREATE TABLE t (x int)")
        ask(url, "INSERT INTO t VALUES (1)")
        backup = server.backup()
        ask(url, "INSERT INTO t VALUES (2)")
        server.stop()
        copy = server.copy()
        server.restore(backup)
        assert ask(url, "SELECT x FROM t ORDER BY x") == [1]
        server.restore(copy)
        assert ask(url, "SELECT x FROM t ORDER BY x") == [1, 2]
    finally:
        server.remove()


def test_a_standby_is_promoted_and_takes_the_place_of_its_primary():
    server = PostgresServer()
    standby = None
    try:
        server.start()
        url = server.create_database("kept")
        ask(url, "CREATE TABLE t (x int)")
        standby = server.standby()
        with pytest.raises(sqlalchemy.exc.DBAPIError):
            ask(standby.url("kept"), "CREATE TABLE no (x int)")
        server.stop(crash=True)
        standby.promote()
        standby.take_port(server.port)
        ask(url, "INSERT INTO t VALUES (3)")
        assert ask(url, "SELECT x FROM t") == [3]
        timeline = "SELECT substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)"
        assert ask(url, timeline) == ["00000002"]
    finally:
        if standby is not None:
            standby.remove()
        server.remove()
