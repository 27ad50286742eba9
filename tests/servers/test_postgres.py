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
